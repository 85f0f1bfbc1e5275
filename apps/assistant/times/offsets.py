"""How far ahead: "in half an hour", "in 1h30", "in 3 days"."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.assistant.times import days
from apps.assistant.times.pieces import Piece
from apps.assistant.times.vocabulary import Vocabulary

SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
    "fortnight": 1_209_600,
}
# "in a few minutes" is soon, but not at once; of anything longer a few are three.
A_FEW = {"minute": 5}
MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True)
class Offset:
    """A length of real time, and one of calendar days kept at the same wall time."""

    elapsed: timedelta = timedelta()
    days: int = 0
    months: int = 0
    # Days that are neither Saturday nor Sunday.
    workdays: int = 0

    @property
    def is_calendar(self) -> bool:
        return bool(self.days or self.months or self.workdays) and not self.elapsed

    def __add__(self, other: Offset) -> Offset:
        return Offset(
            self.elapsed + other.elapsed,
            self.days + other.days,
            self.months + other.months,
            self.workdays + other.workdays,
        )

    def after(self, local: datetime) -> datetime:
        """The wall time that the calendar part leads to from a naive local time."""
        day = days.months_later(local.date(), self.months) + timedelta(days=self.days)
        day = days.workdays_later(day, self.workdays)
        return datetime.combine(day, local.time())


def read(piece: Piece, words: Vocabulary) -> Offset:
    """The offset in a piece."""
    caught = piece.caught
    if "few" in caught:
        unit = words.value("units", caught["few"])
        return _of(A_FEW.get(unit, 3), unit)
    if "half_of" in caught:
        return _of(0.5, words.value("units", caught["half_unit"]))
    if "quarter_of" in caught:
        return _of(0.25, words.value("units", caught["quarter_unit"]))
    count = _number(caught.get("n", "1"), words)
    # "in 10" are minutes.
    unit = words.value("units", caught["unit"]) if "unit" in caught else "minute"
    if "half" in caught or "half_after" in caught:
        count += 0.5
    offset = _of(count, unit)
    for number, name in (("n2", "unit2"), ("n3", "unit3")):
        if number in caught:
            # "1h30" leaves the minutes unsaid.
            unit = words.value("units", caught[name]) if caught[name] else "minute"
            offset += _of(_number(caught[number], words), unit)
    return offset


def _number(said: str, words: Vocabulary) -> float:
    if said[0].isdigit():
        return float(said.replace(",", "."))
    return float(words.value("numbers", said))


def _of(count: float, unit: str) -> Offset:
    if unit in MONTHS:
        return Offset(months=round(count * MONTHS[unit]))
    if unit == "workday":
        return Offset(workdays=math.ceil(count))
    seconds = count * SECONDS[unit]
    if unit == "second":
        # Reminders are told to the minute: never sooner than was said.
        seconds = max(1, math.ceil(seconds / 60)) * 60
    if unit in ("day", "week", "fortnight") and seconds % SECONDS["day"] == 0:
        return Offset(days=int(seconds // SECONDS["day"]))
    return Offset(elapsed=timedelta(seconds=seconds))
