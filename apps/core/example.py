"""An example for each operation of the API: what is sent, and what comes back.

Examples stand in the `examples.py` of the app whose views they are of, are shown in the
schema (config/examples.py), and tests/api sends each one and compares the answer.
"""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from apps.core import shelves

PREFIX = "/api/v1/"
# As operators' lists name somebody: the address masked.
ALICE = {
    "id": "0197a3f0-5b06-7c3e-9a41-6d2f8e0b1c46",
    "email": "a•••@example.com",
}
ADA = {
    "id": "0197a3f0-5b0e-7c3e-9a41-6d2f8e0b1c4e",
    "email": "a•••@example.com",
}

# As texts that came, that went, and their turn are named (core/opaque.py).
CAME_ID = "pU3KGCUwux1tEyze1iN7LtkeP3Ifyxlx"
WENT_ID = "1r2jQBvpyMvMyTX2zR9hImrhUziuGjQA"
TURN_ID = "dTUrh4sUXIpC2ITPTP2nLY4dXdkliQgt"


@dataclass(frozen=True)
class Example:
    """`asked`: verb and address as the schema has it, "PATCH notes/{public_id}"; what
    is not under /api/v1/ from its first slash on. `query`: what is asked behind it, by
    name. `status`: where it is not the one by
    which the schema says that it was done."""

    asked: str
    # Nothing where the answer is empty, and text for what is no JSON.
    answer: Any = None
    _: KW_ONLY
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    status: int | None = None

    @property
    def verb(self) -> str:
        return self.asked.partition(" ")[0].lower()

    @property
    def path(self) -> str:
        return whole(self.asked.partition(" ")[2])


@dataclass(frozen=True)
class Id:
    """What an address of an example names: the last parameter of `place`, which is
    written like an address ("notes/{public_id}")."""

    place: str
    value: str

    @property
    def path(self) -> str:
        return whole(self.place)


def whole(address: str) -> str:
    return address if address.startswith("/") else PREFIX + address


def every() -> tuple[Example, ...]:
    return shelves.across_apps("examples", "EXAMPLES")


def ids() -> tuple[Id, ...]:
    return shelves.across_apps("examples", "IDS")


def parameters(path: str) -> dict[str, str]:
    """What the examples put for the parameters of this address, by their names."""
    return {
        each.path.rpartition("{")[2].rstrip("}"): each.value
        for each in sorted(ids(), key=lambda one: len(one.path))
        if f"{path}/".startswith(f"{each.path}/")
    }


def page(*rows: Any) -> dict[str, Any]:
    """A list that came whole."""
    return {"next": None, "previous": None, "results": [*rows]}
