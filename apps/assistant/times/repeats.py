"""What repeats: "every day at 8am and 8pm until march 1", "every 3 hours"."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from apps.assistant.recurrence import Recurrence, written
from apps.assistant.times import bounds, clocks, cycles, hours, offsets
from apps.assistant.times.bounds import Bounds, Never, Unclear
from apps.assistant.times.clocks import Clock
from apps.assistant.times.cycles import Cycle
from apps.assistant.times.here import Here
from apps.assistant.times.pieces import BOUNDS, Group, Piece

# Anything more often is a metronome, and a bill.
LEAST_STEP = timedelta(minutes=15)
MOST_RULES = 3
# What a repetition is told by; of anything else it is not clear what it is to do.
MEANT = frozenset("repeat clock part day manner zone range".split())
# What a second repetition may say beside the first: "every hour on weekdays".
WHICH_DAYS = frozenset({"weekday", "workday", "weekend"})
ENDS = ("until", "lasts", "count")
# What tells how many of a unit, or how much of one, a step is.
STEPS = frozenset({"n", "half_of", "half_after", "quarter_of"})


class TooOften(Exception):
    """A step shorter than LEAST_STEP."""


def rules(group: Group, here: Here) -> tuple[Recurrence, ...]:
    """The rules that the words can mean, as many as can be asked about; none when they
    do not tell. Raises TooOften, Never, days.NoSuchDay and clocks.NoSuchTime."""
    group = _merged(group)
    kinds = [piece.kind for piece in group.pieces]
    is_one = all(kinds.count(each) <= 1 for each in ("repeat", *BOUNDS))
    if (
        not is_one
        or not {*kinds} <= MEANT | BOUNDS
        or "unbound" in kinds
        or sum(map(kinds.count, ENDS)) > 1
    ):
        return ()
    try:
        found = list(dict.fromkeys(_rules(group, here)))
    except Unclear:
        return ()
    return tuple(found[:MOST_RULES])


def _rules(group: Group, here: Here) -> Iterator[Recurrence]:
    repeat = group.only("repeat")
    named = [piece for piece in group.pieces if piece.kind == "day"]
    step = _short_step(repeat, here)
    if step and not group.has_kind("range"):
        if named or group.has_kind("part") or repeat.caught.keys() & WHICH_DAYS:
            raise Unclear
        found = [*_elapsed(group, step, here)]
    else:
        if step:
            of_days = repeat.caught if repeat.caught.keys() & WHICH_DAYS else {}
            repeat = replace(repeat, caught={**of_days, "unit": "day"})
        found = [*_told(group, cycles.read(repeat, named, here), step, here)]
    kept = [rule for rule in found if rule is not None]
    if found and not kept:
        raise Never
    yield from kept


def _merged(group: Group) -> Group:
    """ "every morning on weekdays" is one repetition: of the second the days."""
    found = [piece for piece in group.pieces if piece.kind == "repeat"]
    names_days = [piece for piece in found if piece.caught.keys() & WHICH_DAYS]
    if len(found) != 2 or len(names_days) != 1:
        return group
    (other,) = (piece for piece in found if piece not in names_days)
    if other.caught.keys() != {"unit"}:
        return group
    days = {**names_days[0].caught, **other.caught}
    return Group(
        [
            replace(piece, caught=days) if piece is other else piece
            for piece in group.pieces
            if piece not in names_days
        ]
    )


def _short_step(repeat: Piece, here: Here) -> timedelta | None:
    """The step of "every 2 hours", which is one of real time; raises TooOften."""
    caught, units = repeat.caught, here.words.values["units"]
    unit = units.get(caught.get("unit", ""), "")
    if caught.keys() & STEPS and "monthly" not in caught:
        step = offsets.read(repeat, here.words).elapsed
    elif unit in ("second", "minute", "hour"):
        nth = here.words.values["ordinals"].get(caught.get("nth_unit", ""), "1")
        count = 2 if "other" in caught else max(1, int(nth))
        step = timedelta(seconds=offsets.SECONDS[unit] * count)
    else:
        return None
    if step and step < LEAST_STEP:
        raise TooOften
    return step or None


def _told(
    group: Group, found: Sequence[Cycle], step: timedelta | None, here: Here
) -> Iterator[Recurrence | None]:
    """Rules of days, for each thing that the words can mean."""
    times = hours.of(group, step, here)
    left_out = bounds.weekdays_left_out(group, here)
    for cycle, walls, limits in itertools.product(found, times, bounds.of(group, here)):
        for placed, of_day in _at_night(cycle, walls):
            left = placed.but(left_out) if left_out else placed
            yield _rule(group, left, of_day, limits, here) if left else None


def _at_night(
    cycle: Cycle, walls: Sequence[Clock]
) -> Iterator[tuple[Cycle, list[time]]]:
    """Times after midnight are of the day after: "friday night at 1". "friday at
    midnight" is the start of Friday to some, its end to others."""
    times = sorted({time(clock.hour % 24, clock.minute) for clock in walls})
    late = {clock.hour >= 24 for clock in walls}
    if late == {False} or "BYDAY" not in cycle.parts:
        yield cycle, times
        return
    later = cycle.a_day_later()
    if len(late) > 1 or later is None:
        raise Unclear
    if all((clock.hour, clock.minute) == (24, 0) for clock in walls):
        yield cycle, times
    yield later, times


def _rule(
    group: Group, cycle: Cycle, times: Sequence[time], limits: Bounds, here: Here
) -> Recurrence | None:
    parts = {**cycle.parts, **hours.in_rule(cycle.parts, times)}
    if "INTERVAL" in parts and parts["FREQ"] == "WEEKLY" and here.week_starts:
        parts["WKST"] = cycles.CODES[here.week_starts]
    zone = here.zone.key
    first = datetime.combine(limits.since or here.today, min(times))
    after = max(here.at, here.instant(first) - timedelta(seconds=1))
    if cycle.has_days and "INTERVAL" in parts:
        once = {name: value for name, value in parts.items() if name != "INTERVAL"}
        soonest = Recurrence(written(once), first, zone).since(after)
        first = datetime.combine(soonest.start, min(times)) if soonest else first
    rule = Recurrence(written(parts), first, zone).since(after)
    if rule is None or (limits.is_dropped and rule.start.date() != limits.since):
        return None
    return bounds.without(bounds.ended(group, rule, limits, here), limits.gone, here)


def _elapsed(group: Group, step: timedelta, here: Here) -> Iterator[Recurrence | None]:
    """Rules of real time, which count from a clock that is said, else from now."""
    minutes = int(step.total_seconds() // 60)
    said = [clocks.read(piece, here.words) for piece in hours.said_in(group, True)]
    if len(said) > 1 or bounds.weekdays_left_out(group, here):
        raise Unclear
    parts = {"FREQ": "MINUTELY" if minutes % 60 else "HOURLY"}
    count = minutes if minutes % 60 else minutes // 60
    if count > 1:
        parts["INTERVAL"] = str(count)
    for limits, starts in itertools.product(
        bounds.of(group, here, True), hours.settled(said) if said else [[]]
    ):
        if starts:
            day = limits.since or here.today
            first = here.on(day, starts[0])
            if first <= here.at:
                first = here.on(day + timedelta(days=1), starts[0])
        elif limits.since:
            first = here.on(limits.since, here.start)
        else:
            first = here.at + step
        rule = Recurrence(written(parts), first, here.zone.key).since(here.at)
        if rule is None:
            yield None
        else:
            yield bounds.without(
                bounds.ended(group, rule, limits, here), limits.gone, here
            )
