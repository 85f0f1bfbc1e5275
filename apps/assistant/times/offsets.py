"""How far ahead: "in half an hour", "in 1h30", "in 3 days"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.assistant.times import days
from apps.assistant.times.pieces import Piece
from apps.assistant.times.vocabulary import Vocabulary

SECONDS = {"minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
# "in a few minutes" is soon, but not at once; of anything longer a few are three.
A_FEW = {"minute": 5}
MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True)
class Offset:
    """A length of real time, and one of calendar days kept at the same wall time."""

    elapsed: timedelta = timedelta()
    days: int = 0
    months: int = 0

    @property
    def is_calendar(self) -> bool:
        return bool(self.days or self.months) and not self.elapsed

    def after(self, local: datetime) -> datetime:
        """The wall time that the calendar part leads to from a naive local time."""
        day = days.months_later(local.date(), self.months) + timedelta(days=self.days)
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
        return _of(0.25, "hour")
    count = _number(caught["n"], words)
    # "in 10" are minutes.
    unit = words.value("units", caught["unit"]) if "unit" in caught else "minute"
    if "half" in caught or "half_after" in caught:
        count += 0.5
    first = _of(count, unit)
    if "n2" not in caught:
        return first
    # "1h30" leaves the minutes unsaid.
    unit = words.value("units", caught["unit2"]) if caught["unit2"] else "minute"
    second = _of(_number(caught["n2"], words), unit)
    return Offset(
        first.elapsed + second.elapsed,
        first.days + second.days,
        first.months + second.months,
    )


def _number(said: str, words: Vocabulary) -> float:
    return float(said) if said[0].isdigit() else float(words.value("numbers", said))


def _of(count: float, unit: str) -> Offset:
    if unit in MONTHS:
        return Offset(months=round(count * MONTHS[unit]))
    seconds = count * SECONDS[unit]
    if unit in ("day", "week") and seconds % SECONDS["day"] == 0:
        return Offset(days=int(seconds // SECONDS["day"]))
    return Offset(elapsed=timedelta(seconds=seconds))
