"""When something repeated comes next: "every month on the 1st", "every 2 hours"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from apps.assistant.times import clocks, days, offsets, parts
from apps.assistant.times.here import Here
from apps.assistant.times.pieces import Group, Piece

WEEK = timedelta(days=7)
# What a repetition may catch that tells its days.
DAYS = frozenset({"weekday", "workday", "weekend", "d"})


def coming(group: Group, here: Here) -> list[datetime]:
    """The next instant of each thing repeated, soonest first.

    "every monday and friday at 8 and 20" are four things. None at all when the words
    do not tell which day is the first: "once a month".
    """
    repeat = next(piece for piece in group.pieces if piece.kind == "repeat")
    said = [clocks.read(p, here.words) for p in group.pieces if p.kind == "clock"]
    if not said and (step := _short_step(repeat, here)):
        return [here.at + step]
    # "every morning and evening" are two.
    named = list(filter(None, [_of_day(repeat, here), parts.of(group, here.words)]))
    part = named[-1] if named else ""
    read = [clocks.in_part(clock, part) if part else clock for clock in said]
    hours = [here.likely(clock, part) for clock in read]
    hours = hours or [here.likely(None, each) for each in named or [""]]
    ahead = {
        min(at for day in series if (at := here.on(day, hour)) > here.at)
        for series in _series(group, repeat, here)
        for hour in hours
    }
    return sorted(ahead)


def _unit(repeat: Piece, here: Here) -> str:
    return here.words.values["units"].get(repeat.caught.get("unit", "").lower(), "")


def _of_day(repeat: Piece, here: Here) -> str:
    """ "every evening" is a day's step and a part of the day in one."""
    return here.words.values["parts"].get(repeat.caught.get("unit", "").lower(), "")


def _short_step(repeat: Piece, here: Here) -> timedelta | None:
    """The step of "every 2 hours", whose next time is a step from now."""
    if repeat.caught.keys() & {"n", "half_of", "quarter_of"}:
        return offsets.read(repeat, here.words).elapsed or None
    seconds = offsets.SECONDS.get(_unit(repeat, here), offsets.SECONDS["day"])
    if seconds >= offsets.SECONDS["day"]:
        return None
    seconds = max(seconds, offsets.SECONDS["minute"])
    return timedelta(seconds=seconds * (2 if "other" in repeat.caught else 1))


def _series(group: Group, repeat: Piece, here: Here) -> Sequence[list[date]]:
    """The first days of each thing repeated; one of each is always still ahead."""
    caught, today = repeat.caught, here.today
    if (day := group.of("day")) and caught.keys() & DAYS:
        # "every weekday at 8 and weekend at 10" is more than one repetition.
        return []
    if day:
        found = days.read(day, today, here.words, here.week_starts).options
        return [
            [*found, days.months_later(found[0], 12 if "month" in day.caught else 1)]
        ]
    if "weekday" in caught:
        named = re.findall(r"\w+", f"{caught['weekday']} {caught.get('more', '')}")
        weekdays = here.words.values["any_weekday"]
        firsts = [
            _next(int(weekdays[w]), today)
            for w in map(str.lower, named)
            if w in weekdays
        ]
        return [[first, first + WEEK] for first in firsts]
    if "d" in caught:
        first = days.read(repeat, today, here.words, here.week_starts).options[0]
        return [[first, days.months_later(first, 12 if "month" in caught else 1)]]
    if "unknown" in caught or _unit(repeat, here) in offsets.MONTHS:
        return []
    week = [today + timedelta(days=ahead) for ahead in range(9)]
    if caught.keys() & {"workday", "weekend"} or _unit(repeat, here) == "workday":
        is_weekend = "weekend" in caught
        week = [day for day in week if (day.weekday() >= days.SATURDAY) == is_weekend]
    return [week]


def _next(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday()) % 7)
