"""What a setting holds: how it is typed, checked and shown."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from apps.core.errors import Invalid

T = TypeVar("T")


@dataclass(frozen=True)
class Kind(Generic[T]):
    """`stored` is the value of JSON, or what an operator typed. Raises Invalid."""

    read: Callable[[Any], T]
    shown: Callable[[T], str]
    hint: str


def whole(unit: str, *, least: int = 0, most: int) -> Kind[int]:
    """A whole number, both ends included."""
    hint = f"{least:,} to {most:,} {unit}"

    def read(stored: Any) -> int:
        text = str(stored).strip()
        # Not `isdecimal` alone: other scripts' digits are no JSON.
        if isinstance(stored, bool) or not re.fullmatch(r"-?[0-9]{1,12}", text):
            raise Invalid(f"Say a whole number: {hint}.")
        if not least <= int(text) <= most:
            raise Invalid(f"It may be {hint}.")
        return int(text)

    return Kind(read, lambda value: f"{value:,} {unit}", hint)


def words(what: str, *, is_one: Callable[[str], bool]) -> Kind[tuple[str, ...]]:
    """A list without order or repetition, in capitals."""

    def read(stored: Any) -> tuple[str, ...]:
        if isinstance(stored, str):
            stored = stored.replace(",", " ").split()
        if not isinstance(stored, list | tuple):
            raise Invalid(f"Say {what}.")
        found = {str(each).strip().upper() for each in stored}
        for each in sorted(found):
            if not is_one(each):
                raise Invalid(f"“{each[:20]}” is not one of {what}.")
        return tuple(sorted(found))

    return Kind(read, lambda value: " ".join(value) or "none", what)
