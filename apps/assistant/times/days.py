"""Which day is meant: "friday", "next week", "dec 25", "12/05"."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from apps.assistant.times.pieces import Piece
from apps.assistant.times.vocabulary import Vocabulary

FRIDAY, SATURDAY = 4, 5
# Four years: beyond everything that can be set.
MOST_WORKDAYS = 1000


class NoSuchDay(Exception):
    """A date the calendar does not have, such as 30 February."""


class OtherWeekday(Exception):
    """A date said with a weekday it does not fall on."""


@dataclass(frozen=True)
class Days:
    """The days that the words can mean, soonest first.

    `rolls` is set when the first is today and only the next counts once the hour has
    passed ("monday at 8", said on Monday at 9).
    """

    options: tuple[date, ...]
    rolls: bool = False


def read(piece: Piece, today: date, words: Vocabulary, week_starts: int = 0) -> Days:
    """The days in a piece; raises NoSuchDay or OtherWeekday. A week begins with the
    weekday `week_starts`, 0 for Monday."""
    caught = piece.caught
    if "end_of" in caught:
        unit, is_next = words.value("units", caught["end_of"]), "next" in caught
        return _end(unit, is_next, today, week_starts)
    if "day" in caught:
        day = today + timedelta(days=int(words.value("days", caught["day"])))
        return _on_weekday([day], caught, words)
    if "holiday" in caught:
        return _holiday(words.value("holidays", caught["holiday"]), today)
    if "weekday" in caught:
        return _weekday(caught, today, words)
    if "weekend" in caught:
        saturday = today + timedelta(days=(SATURDAY - today.weekday()) % 7)
        other = timedelta(days=7 if "next" in caught else 1)
        return Days((saturday, saturday + other), rolls=True)
    if "span" in caught:
        return _next_span(words.value("units", caught["span"]), today, week_starts)
    return _calendar(caught, today, words)


def _weekday(caught: dict[str, str], today: date, words: Vocabulary) -> Days:
    wanted = int(words.value("any_weekday", caught["weekday"]))
    ahead = (wanted - today.weekday()) % 7
    coming = today + timedelta(days=ahead)
    week = timedelta(days=7)
    if "next" in caught:
        return Days((coming, coming + week) if ahead else (coming + week,))
    if ahead == 0 and "this" not in caught:
        return Days((coming, coming + week), rolls=True)
    return Days((coming,))


def _holiday(said: str, today: date) -> Days:
    """The next "12-25", or "11-4-3": of November the fourth Thursday; "-1" the last."""
    month, nth, *weekday = map(int, said.split("/"))
    for year in (today.year, today.year + 1):
        day = _nth(year, month, nth, weekday[0]) if weekday else date(year, month, nth)
        if day >= today:
            break
    return Days((day,))


def _nth(year: int, month: int, nth: int, weekday: int) -> date:
    first = date(year, month, 1)
    if nth < 0:
        last = months_later(first, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    ahead = (weekday - first.weekday()) % 7
    return first + timedelta(days=ahead + 7 * (nth - 1))


def _next_span(unit: str, today: date, week_starts: int) -> Days:
    if unit == "week":
        same = today + timedelta(days=7)
        return Days(tuple(sorted({_week_of(same, week_starts), same})))
    if unit == "month":
        same = months_later(today, 1)
        return Days(tuple(sorted({same.replace(day=1), same})))
    if unit == "year":
        return Days((date(today.year + 1, 1, 1), months_later(today, 12)))
    return Days((today + timedelta(days=1),))


def _week_of(day: date, week_starts: int) -> date:
    """The first day of the week that a day is in."""
    return day - timedelta(days=(day.weekday() - week_starts) % 7)


def _end(unit: str, is_next: bool, today: date, week_starts: int) -> Days:
    """The last day of a month or a year; a week ends on its Friday or its last day."""
    if unit == "week":
        first = _week_of(today, week_starts) + timedelta(days=7 if is_next else 0)
        friday = first + timedelta(days=(FRIDAY - first.weekday()) % 7)
        return Days(tuple(sorted({friday, first + timedelta(days=6)})))
    if unit == "year":
        return Days((date(today.year + is_next, 12, 31),))
    first = months_later(today.replace(day=1), 2 if is_next else 1)
    return Days((first - timedelta(days=1),))


def _calendar(caught: dict[str, str], today: date, words: Vocabulary) -> Days:
    year = _year(caught.get("y"))
    if "first" in caught:
        pairs = _numeric(int(caught["first"]), int(caught["second"]))
    elif number := caught.get("m", caught.get("month_number")):
        pairs = {(int(number), _of_month(caught, words))}
    elif "month" in caught:
        month = int(words.value("months", caught["month"]))
        pairs = {(month, _of_month(caught, words))}
    else:
        found = [_day_of_month(_of_month(caught, words), today)]
        return _on_weekday(found, caught, words)
    found = [day for month, d in pairs for day in _dates(year, month, d, today)]
    if not found:
        raise NoSuchDay
    return _on_weekday(found, caught, words)


def _of_month(caught: dict[str, str], words: Vocabulary) -> int:
    """The day in digits, or in words: "the first", "cinco"."""
    said = caught["d"]
    if said.isdigit():
        return int(said)
    in_words = "days_of_month" if words.knows("days_of_month", said) else "ordinals"
    return int(words.value(in_words, said))


def _on_weekday(found: list[date], caught: dict[str, str], words: Vocabulary) -> Days:
    """The dates that fall on the weekday they were said with, if with any."""
    if said := caught.get("on_weekday"):
        wanted = int(words.value("any_weekday", said))
        found = [day for day in found if day.weekday() == wanted]
    if not found:
        raise OtherWeekday
    return Days(tuple(sorted(found)))


def _year(said: str | None) -> int | None:
    return None if said is None else int(said) + (2000 if len(said) == 2 else 0)


def _numeric(first: int, second: int) -> set[tuple[int, int]]:
    """(month, day) of "12/05": both orders, where the calendar allows both."""
    return {
        (month, day)
        for month, day in ((first, second), (second, first))
        if 1 <= month <= 12
    }


def _dates(year: int | None, month: int, day: int, today: date) -> Iterator[date]:
    """The date in its year, or the next one that is not past."""
    # 29 February comes every fourth year, so eight years hold one for sure.
    for candidate in [year] if year else range(today.year, today.year + 9):
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if year or found >= today:
            yield found
            return


def _day_of_month(day: int, today: date) -> date:
    """The next month that has the day: "the 31st" skips April."""
    for months in range(0, 3):
        first = months_later(today.replace(day=1), months)
        try:
            found = first.replace(day=day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise NoSuchDay


def months_later(day: date, months: int) -> date:
    """The same day months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def workdays_later(day: date, workdays: int) -> date:
    """The day that many days later, Saturdays and Sundays not counted."""
    # No more than lie within any horizon: "in 9999 business days".
    for _ in range(min(workdays, MOST_WORKDAYS)):
        day += timedelta(days=1)
        while day.weekday() >= SATURDAY:
            day += timedelta(days=1)
    return day
