"""The price list, and what a text would cost by it.

Shipped as data (prices.toml), and synced from Twilio where that is the gateway
(price_sync.py). What Twilio says for the account counts before any list.
"""

import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.core import prepared
from apps.sms import areas, composer
from apps.sms.models import Price

Part, Direction, Source = Price.Part, Price.Direction, Price.Source
# Asked for each night; two nights may fail before somebody looks.
OLD_AFTER = timedelta(days=3)
_NAMED = "country, direction, part, number_type, source"
_IN_FORCE = (
    f"SELECT DISTINCT ON ({_NAMED}) {_NAMED}, micros FROM sms_price"
    " WHERE country = ANY(%s) AND currency = 'USD' AND valid_from <= %s"
    f" ORDER BY {_NAMED}, valid_from DESC"
)
# What is better known counts first.
_RANK = {Source.TWILIO: 2, Source.LIST: 1, Source.ESTIMATE: 0}


class Listed(NamedTuple):
    """What is used of a row of the list."""

    country: str
    direction: str
    part: str
    number_type: str
    source: str
    micros: int


@dataclass(frozen=True)
class Estimate:
    """What a text would cost, in micro-dollars: `each` a segment, or the whole where it
    has pictures; `fee` what carriers add a segment. `source` is of the price."""

    country: str
    segments: int
    each: int
    fee: int
    micros: int
    source: str


def enter(**_: Any) -> None:
    """What is shipped into the table; rows of an earlier date stay as they were."""
    if Price._meta.db_table not in connection.introspection.table_names():
        return  # on the way back, or before anything is there
    Price.objects.bulk_create(_shipped(), ignore_conflicts=True)


def would_cost(
    body: str, *, to: str, our_number: str = "", num_media: int = 0
) -> Estimate:
    """Before anything is written: these words to this number."""
    segments = composer.count(composer.harmless(composer.literal(body))).segments
    ours = our_number or settings.TWILIO_NUMBER
    return outbound(number=to, our_number=ours, segments=segments, num_media=num_media)


def outbound(
    *, number: str, our_number: str, segments: int, num_media: int = 0
) -> Estimate:
    """A text to a number: the country is theirs."""
    country = areas.country(number)
    quote = Quote(country, Direction.OUT, our_number, _rows((country,)))
    return quote.of(segments, num_media)


def inbound(*, our_number: str, segments: int, num_media: int = 0) -> Estimate:
    """A text to us: the country is that of our number."""
    country = areas.country(our_number)
    quote = Quote(country, Direction.IN, our_number, _rows((country,)))
    return quote.of(segments, num_media)


def both(*, number: str, our_number: str) -> tuple["Quote", "Quote"]:
    """For a text from this number and one back. One query."""
    ours, theirs = areas.country(our_number), areas.country(number)
    rows = _rows((ours, theirs))
    return (
        Quote(ours, Direction.IN, our_number, rows),
        Quote(theirs, Direction.OUT, our_number, rows),
    )


def failed_fee() -> int:
    """What Twilio asks for a text that failed."""
    return _anywhere(Part.FAILED)


def lookup() -> int:
    """What Twilio asks for saying what kind of line a number is."""
    return _anywhere(Part.LOOKUP)


def _anywhere(part: str) -> int:
    return _best([row for row in _rows(()) if row.part == part], "").micros


@dataclass(frozen=True)
class Quote:
    """One country and direction, as the list is now."""

    country: str
    direction: str
    our_number: str
    rows: list[Listed]

    def of(self, segments: int, num_media: int = 0) -> Estimate:
        price = self._best(Part.PICTURE if num_media else Part.SEGMENT)
        fee = self._best(Part.FEE)
        each, extra = price.micros if price else 0, fee.micros if fee else 0
        times = 1 if num_media else segments
        return Estimate(
            country=self.country,
            segments=segments,
            each=each,
            fee=extra,
            micros=times * (each + extra),
            source=price.source if price else "",
        )

    def _best(self, part: str) -> Listed | None:
        listed = [
            row
            for row in self.rows
            if row.part == part and row.direction == self.direction
        ]
        here = [row for row in listed if row.country == self.country]
        elsewhere = [row for row in listed if not row.country]
        found = here or elsewhere
        return _best(found, areas.number_type(self.our_number)) if found else None


_KEPT: ContextVar[dict[tuple[str, ...], list[Listed]] | None] = ContextVar(
    "prices", default=None
)


@contextmanager
def kept() -> Iterator[None]:
    """Ask for the prices of a country once for the block: for many lanes' work."""
    token = _KEPT.set({})
    try:
        yield
    finally:
        _KEPT.reset(token)


def _rows(countries: Iterable[str]) -> list[Listed]:
    """In force now, and in dollars, with those of any other country. One query, or none
    where they are kept."""
    kept = _KEPT.get()
    asked = tuple(sorted({*countries, ""}))
    if kept is not None and asked in kept:
        return kept[asked]
    found = prepared.rows(_IN_FORCE, [[*asked], timezone.now()])
    listed = [Listed(*row) for row in found]
    if kept is not None:
        kept[asked] = listed
    return listed


def _best(rows: Iterable[Listed], number_type: str) -> Listed:
    """Of the best source; for a type of number that is not listed, the dearest."""
    found = sorted(rows, key=lambda row: _RANK[Source(row.source)])
    found = [row for row in found if row.source == found[-1].source]
    ours = [row for row in found if row.number_type == number_type]
    return max(ours or found, key=lambda row: row.micros)


def _shipped() -> Iterator[Price]:
    listed = Path(__file__).with_suffix(".toml").read_text("utf-8")
    for row in tomllib.loads(listed)["price"]:
        said = datetime.combine(row["date"], time.min, UTC)
        yield Price(
            country=row["country"],
            direction=Direction(row["direction"]),
            part=Part(row["part"]),
            number_type=row.get("number_type", ""),
            micros=row["micros"],
            source=Source(row["source"]),
            valid_from=said,
            checked_at=said,
        )
