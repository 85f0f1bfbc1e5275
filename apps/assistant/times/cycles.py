"""Which days a repetition falls on: "every other friday", "the last day of the month"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from apps.assistant.times import days
from apps.assistant.times.here import Here
from apps.assistant.times.pieces import Piece
from apps.assistant.times.vocabulary import Vocabulary

# As RFC 5545 calls them, from Monday on.
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS = CODES[: days.SATURDAY]
WEEKEND = CODES[days.SATURDAY :]
# What a unit is, and how many of it.
FREQUENCIES = {
    "day": ("DAILY", 1),
    "week": ("WEEKLY", 1),
    "fortnight": ("WEEKLY", 2),
    "month": ("MONTHLY", 1),
    "quarter": ("MONTHLY", 3),
    "year": ("YEARLY", 1),
}
# What a day of a calendar may catch that a repetition can keep.
DATES = frozenset({"month", "d"})


@dataclass(frozen=True)
class Cycle:
    """The days of a rule, in its parts.

    With `has_days` they are named, and steps count from the first that comes; others
    count from the day they are said on.
    """

    parts: Mapping[str, str]
    has_days: bool = True

    def but(self, codes: Iterable[str]) -> Cycle | None:
        """The same without some days of the week; None when that is not a rule, or
        nothing of it is left."""
        parts, gone = dict(self.parts), {*codes}
        if "BYSETPOS" in parts:
            return None
        if parts["FREQ"] == "DAILY" and "INTERVAL" not in parts:
            parts["FREQ"] = "WEEKLY"
        named = parts.get("BYDAY", ",".join(CODES)).split(",")
        left = [each for each in named if each[-2:] not in gone]
        parts["BYDAY"] = ",".join(left)
        return Cycle(parts, self.has_days) if left else None

    def a_day_later(self) -> Cycle | None:
        """Of the small hours that are said to be of the day before."""
        if "BYSETPOS" in self.parts or "BYMONTHDAY" in self.parts:
            return None
        named = self.parts.get("BYDAY", "")
        if not named:
            return self
        if named[0] not in "MTWFS":
            return None
        later = {CODES[(CODES.index(each) + 1) % 7] for each in named.split(",")}
        return Cycle({**self.parts, "BYDAY": _named(later)}, self.has_days)


def weekdays_of(caught: Mapping[str, str], words: Vocabulary) -> tuple[str, ...]:
    """The days of the week in a repetition that names some."""
    if "workday" in caught:
        return WORKDAYS
    if "weekend" in caught:
        return WEEKEND
    known = words.values["any_weekday"]
    if "through" in caught:
        first, last = (int(known[caught[name]]) for name in ("weekday", "through"))
        return tuple(CODES[(first + n) % 7] for n in range((last - first) % 7 + 1))
    said = re.findall(r"\w+", f"{caught.get('weekday', '')} {caught.get('more', '')}")
    return tuple(CODES[int(known[w])] for w in said if w in known)


def read(repeat: Piece, named: list[Piece], here: Here) -> list[Cycle]:
    """What the words can mean, with the days `named` beside them; none when they do
    not tell. Raises days.NoSuchDay."""
    caught, words = repeat.caught, here.words
    if "unknown" in caught:
        return []
    if weekdays := weekdays_of(caught, words):
        return [] if named else [_weekly(weekdays, 2 if "other" in caught else 1)]
    if "nth" in caught:
        return [] if named else _nth(caught, here)
    if "last_day" in caught:
        return [] if named else [_monthly("-1")]
    if "month" in caught:
        return [] if named else _yearly([_date(caught, words)])
    if "d" in caught:
        interval = _count(caught, words)
        return [] if named else [_monthly(*_numbers(caught), interval=interval)]
    unit, count = _step(caught, here)
    if unit not in FREQUENCIES or not count:
        return []
    frequency, times = FREQUENCIES[unit]
    return _of_unit(frequency, times * count, named, here)


def _step(caught: Mapping[str, str], here: Here) -> tuple[str, int]:
    """The unit and how many of it are a step; "" and 0 when it is none of days."""
    words = here.words
    if "quarter" in caught:
        return "quarter", 1
    if "adverb" in caught:
        return words.value("adverbs", caught["adverb"]), 1
    said = " ".join(caught.get("unit", "").split())
    unit = "day" if said in words.values["parts"] else words.values["units"].get(said)
    if unit is None or caught.keys() & {"half", "half_after", "n2"}:
        return "", 0
    count = _count(caught, words)
    return (unit, count) if count else ("", 0)


def _count(caught: Mapping[str, str], words: Vocabulary) -> int:
    """How many of the unit are a step; 0 for what is no whole number."""
    if "other" in caught:
        return 2
    if "nth_unit" in caught:
        return max(0, int(words.value("ordinals", caught["nth_unit"])))
    count = caught.get("n", "1")
    if re.search(r"\d[.,]\d", count):
        return 0
    return int(count) if count.isdigit() else int(words.value("numbers", count))


def _of_unit(
    frequency: str, interval: int, named: list[Piece], here: Here
) -> list[Cycle]:
    words, today = here.words, here.today
    caught = [piece.caught for piece in named]
    if frequency == "DAILY":
        return [] if caught else [_cycle(False, FREQ=frequency, INTERVAL=interval)]
    if frequency == "WEEKLY":
        if not all(each.keys() <= {"weekday"} for each in caught):
            return []
        codes = [code for each in caught for code in weekdays_of(each, words)]
        return [_weekly(codes or [CODES[today.weekday()]], interval, bool(codes))]
    if frequency == "MONTHLY":
        if not caught:
            # "every month" is one from now to some, and on the first to others.
            numbers = sorted({1, today.day})
            return [_monthly(str(each), interval=interval) for each in numbers]
        units = words.values["units"]
        if all(units.get(each.get("end_of", "")) == "month" for each in caught):
            return [_monthly("-1", interval=interval)]
        if not all(each.keys() == {"d"} for each in caught):
            return []
        return [_monthly(*(n for e in caught for n in _numbers(e)), interval=interval)]
    if not caught:
        return _yearly([today], interval, has_days=False)
    if len(caught) > 1:
        return []
    if caught[0].keys() == DATES:
        return _yearly([_date(caught[0], words)], interval)
    is_numeric = caught[0].keys() in ({"first", "second"}, {"d", "month_number"})
    if is_numeric or words.values["units"].get(caught[0].get("end_of", "")) == "year":
        found = days.read(named[0], today, words, here.week_starts)
        return _yearly(found.options, interval)
    return []


def _nth(caught: Mapping[str, str], here: Here) -> list[Cycle]:
    words = here.words
    nths = _ordinals(f"{caught['nth']} {caught.get('more_nth', '')}", words)
    nth = nths[0]
    interval = _count(caught, words)
    said = caught.get("nth_day", "")
    day = words.values["monthdays"].get(said) if said else "day"
    if day == "day":
        return [_monthly(*map(str, nths), interval=interval)]
    if day == "workday":
        if len(nths) > 1:
            return []
        parts = {"BYDAY": ",".join(WORKDAYS), "BYSETPOS": nth}
        return [_cycle(True, FREQ="MONTHLY", INTERVAL=interval, **parts)]
    code = CODES[int(words.value("any_weekday", caught["nth_day"]))]
    every = ",".join(f"{number}{code}" for number in nths)
    monthly = _cycle(True, FREQ="MONTHLY", INTERVAL=interval, BYDAY=every)
    if "monthly" in caught or nth in (1, -1) or len(nths) > 1:
        return [monthly]
    # "every third friday" is one in three weeks to some.
    return [_weekly([code], nth), monthly]


def _ordinals(said: str, words: Vocabulary) -> list[int]:
    """In the order of a month, the last at its end."""
    known = words.values["ordinals"]
    found = {int(known[w]) for w in re.findall(r"\w+", said) if w in known}
    return sorted(found, key=lambda number: (number < 0, number))


def _weekly(codes: Iterable[str], interval: int = 1, has_days: bool = True) -> Cycle:
    return _cycle(has_days, FREQ="WEEKLY", INTERVAL=interval, BYDAY=_named(codes))


def _monthly(*numbers: str, interval: int = 1) -> Cycle:
    if not all(-1 <= int(number) <= 31 and int(number) for number in numbers):
        raise days.NoSuchDay
    said = ",".join(sorted({*numbers}, key=lambda each: (int(each) < 0, int(each))))
    return _cycle(True, FREQ="MONTHLY", INTERVAL=interval, BYMONTHDAY=said)


def _yearly(
    found: Iterable[date], interval: int = 1, has_days: bool = True
) -> list[Cycle]:
    return [
        _cycle(
            has_days,
            FREQ="YEARLY",
            INTERVAL=interval,
            BYMONTH=day.month,
            BYMONTHDAY=day.day,
        )
        for day in found
    ]


def _cycle(has_days: bool, **parts: object) -> Cycle:
    if parts["INTERVAL"] == 1:
        del parts["INTERVAL"]
    return Cycle({name: str(value) for name, value in parts.items()}, has_days)


def _named(codes: Iterable[str]) -> str:
    return ",".join(sorted({*codes}, key=CODES.index))


def _numbers(caught: Mapping[str, str]) -> list[str]:
    said = re.findall(r"\d+", f"{caught['d']} {caught.get('more_d', '')}")
    return [str(int(each)) for each in said]


def _date(caught: Mapping[str, str], words: Vocabulary) -> date:
    """In a leap year: 29 February comes, if not often."""
    month, day = int(words.value("months", caught["month"])), int(caught["d"])
    if not 1 <= day <= calendar.monthrange(2028, month)[1]:
        raise days.NoSuchDay
    return date(2028, month, day)
