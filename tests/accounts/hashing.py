"""A password hasher that counts."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher

HASHED: list[str] = []
NAME = f"{__name__}.CountingHasher"


class CountingHasher(PBKDF2PasswordHasher):
    """Counts the hashes a request costs; quick, for tests."""

    algorithm = "counting"
    iterations = 1

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        HASHED.append(self.algorithm)
        return super().encode(password, salt, iterations)

    def harden_runtime(self, password: str, encoded: str) -> None:
        """As much work as any other; nothing to make up for."""
