"""At which times of a day something repeats: "at 8, 12 and 6", "every morning"."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import time, timedelta

from apps.assistant.times import bounds, clocks, several
from apps.assistant.times.bounds import Unclear
from apps.assistant.times.clocks import Clock
from apps.assistant.times.here import Here
from apps.assistant.times.pieces import Group, Piece

# Every hour from 9 to 5; more times a day are not read back in one text.
MOST_TIMES = 9
# Full hours that are as usual in the morning as in the evening; 7:30 is when one leaves.
EITHER = range(6, 9)


def of(group: Group, step: timedelta | None, here: Here) -> list[list[Clock]]:
    """The times of a day, for each thing that the words can mean."""
    repeat = group.only("repeat")
    if step:
        return [_in_range(group, step, here)]
    if group.has_kind("range"):
        raise Unclear
    said = [clocks.read(piece, here.words) for piece in said_in(group)]
    of_day = here.words.values["parts"].get(repeat.caught.get("unit", ""), "")
    named = [of_day] if of_day else []
    for piece in group.pieces:
        if "part" in piece.caught:
            named.append(here.words.value("parts", piece.caught["part"]))
        elif piece.kind == "part":
            named.append("night" if "today" in piece.caught else "morning")
    if not said:
        return [[here.likely(None, part) for part in named or [""]]]
    if len(named) > 1 and len(named) != len(said):
        raise Unclear
    if named:
        pairs = zip(said, itertools.cycle(named), strict=False)
        return [[clocks.in_part(clock, part) for clock, part in pairs]]
    return settled(said)


def settled(said: list[Clock]) -> list[list[Clock]]:
    """Both halves of the day for hours that are as usual in either, but several are
    told in the order of the day."""
    options = [
        (
            list(clock.both())
            if clock.is_open and clock.hour in EITHER and not clock.minute
            else [clock.likely() if clock.is_open else clock]
        )
        for clock in said
    ]
    made = [list(each) for each in itertools.product(*options)]
    in_order = [
        each
        for each in made
        if all(
            (a.hour, a.minute) < (b.hour, b.minute) for a, b in itertools.pairwise(each)
        )
    ]
    return in_order or made


def said_in(group: Group, is_elapsed: bool = False) -> list[Piece]:
    """The clocks that are times of a day, and not that of the end."""
    found = [piece for piece in group.pieces if piece.kind == "clock"]
    if end := bounds.end_clock(group, is_elapsed):
        found.remove(end)
    return found


def _in_range(group: Group, step: timedelta, here: Here) -> list[Clock]:
    """ "every 2 hours from 9am to 5pm" are times of a day."""
    first, last = (
        clocks.read(piece, here.words)
        for piece in several.both(group.only("range"), here.words)
    )
    first, last = (c.likely() if c.is_open else c for c in (first, last))
    minutes = range(
        first.hour * 60 + first.minute,
        last.hour * 60 + last.minute + 1,
        int(step.total_seconds() // 60),
    )
    if not 1 < len(minutes) <= MOST_TIMES or group.has_kind("clock", "part"):
        raise Unclear
    return [Clock(*divmod(each, 60)) for each in minutes]


def in_rule(parts: Mapping[str, str], times: Sequence[time]) -> dict[str, str]:
    """Several times of a day. A rule names hours and minutes apart; of what they make
    together BYSETPOS takes those that were told."""
    if len(times) == 1:
        return {}
    if "BYSETPOS" in parts:
        raise Unclear
    hours = sorted({each.hour for each in times})
    minutes = sorted({each.minute for each in times})
    by = {"BYHOUR": _list(hours), "BYMINUTE": _list(minutes)}
    made = [time(*each) for each in itertools.product(hours, minutes)]
    if len(made) > len({*times}):
        count = max(_count(parts, "BYDAY"), _count(parts, "BYMONTHDAY"), 1)
        places = [made.index(each) + 1 for each in sorted({*times})]
        by["BYSETPOS"] = _list(
            place + number * len(made) for number in range(count) for place in places
        )
    return by


def _count(parts: Mapping[str, str], name: str) -> int:
    return len(parts[name].split(",")) if name in parts else 0


def _list(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))
