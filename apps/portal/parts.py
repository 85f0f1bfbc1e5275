"""A long list that is there as a whole, shown in parts: so many rows, from one on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext

from apps.core.errors import Invalid

# Rows with two buttons each are a page of a hundred kilobytes.
MOST = 40
# Digits of a place.
_LONGEST = 6


@dataclass(frozen=True)
class Part:
    """`begin` counts from nought; `first` and `later` are addresses, empty where this is
    the first part or the last."""

    rows: Sequence[Any]
    begin: int
    count: int
    first: str
    later: str

    @property
    def start(self) -> int:
        return self.begin + 1

    @property
    def end(self) -> int:
        return self.begin + len(self.rows)


def of(
    rows: Sequence[Any],
    asked: Mapping[str, str],
    *,
    here: str,
    name: str = "from",
    most: int = MOST,
) -> Part:
    """From where `asked` says by that name; from the last part on where so many are not
    there any more. `here` is the page, to which all else that was asked goes along.
    Raises Invalid."""
    begin = place(asked, name)
    if begin >= len(rows):
        begin = max(0, (len(rows) - 1) // most * most)
    end = begin + most
    others = {each: asked[each] for each in asked if each != name}
    first = _url(here, others) if begin else ""
    later = _url(here, others | {name: str(end)}) if end < len(rows) else ""
    return Part(rows[begin:end], begin, len(rows), first, later)


def place(asked: Mapping[str, str], name: str = "from") -> int:
    """Raises Invalid for what is no place."""
    said = asked.get(name, "0")
    if not (said.isascii() and said.isdigit() and len(said) <= _LONGEST):
        raise Invalid(gettext("There is no such page."))
    return int(said)


def kept(here: str, asked: Mapping[str, str]) -> str:
    """The page `here` with the part that a form on it was sent from."""
    begin = place(asked)
    return _url(here, {"from": str(begin)} if begin else {})


def _url(here: str, asked: Mapping[str, str]) -> str:
    return f"{here}?{urlencode(asked)}" if asked else here
