from django.contrib.auth.hashers import BCryptSHA256PasswordHasher

HASHED: list[str] = []


class CountingHasher(BCryptSHA256PasswordHasher):
    """The product's own, at its own cost, counted."""

    def encode(self, password: str, salt: bytes) -> str:
        HASHED.append(self.algorithm)
        encoded: str = super().encode(password, salt)
        return encoded
