"""Who has an account, and what each provider calls them."""

import hashlib
import uuid
from dataclasses import dataclass

_SPACE = uuid.UUID("6f1d2a8e-50a4-4b8e-9a3c-5b1f0c6d7e21")


@dataclass(frozen=True)
class Person:
    address: str
    name: str

    @property
    def given(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def family(self) -> str:
        return self.name.partition(" ")[2]

    @property
    def sub(self) -> str:
        """Google's: 21 digits."""
        digest = hashlib.sha256(self.address.encode()).hexdigest()
        return str(10**20 + int(digest, 16) % (9 * 10**20))

    def uuid(self, kind: str) -> str:
        return str(uuid.uuid5(_SPACE, f"{kind}:{self.address}"))


DEMO = (
    Person("alice@example.com", "Alice Morgan"),
    Person("alice@work.example", "Alice Morgan (work)"),
    Person("bob@example.com", "Bob Tanaka"),
)


def person(address: str) -> Person:
    """One of the demo people, or somebody who comes into being by being named."""
    address = address.strip().lower()
    for each in DEMO:
        if each.address == address:
            return each
    return Person(address, address.partition("@")[0].replace(".", " ").title())
