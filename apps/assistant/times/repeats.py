"""What repeats: "every day at 8am and 8pm until march 1", "every 3 hours"."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from apps.assistant.recurrence import STAMP, Recurrence
from apps.assistant.times import clocks, cycles, days, offsets, pieces, several
from apps.assistant.times.clocks import Clock
from apps.assistant.times.cycles import Cycle
from apps.assistant.times.here import Here
from apps.assistant.times.pieces import BOUNDS, Group, Piece

# Anything more often is a metronome, and a bill.
LEAST_STEP = timedelta(minutes=15)
# Every hour from 9 to 5; more times a day are not read back in one text.
MOST_TIMES = 9
MOST_RULES = 3
# Full hours that are as usual in the morning as in the evening; 7:30 is when one leaves.
EITHER = range(6, 9)
MEANT = (BOUNDS - {"unbound"}) | {
    *("repeat", "clock", "part", "day", "manner", "zone", "range"),
}
# What a second repetition may say beside the first: "every hour on weekdays".
WHICH_DAYS = frozenset({"weekday", "workday", "weekend"})
END_OF_DAY = time(23, 59, 59)
ENDS = ("until", "lasts", "count")


class TooOften(Exception):
    """A step shorter than LEAST_STEP."""


class Never(Exception):
    """A rule that has no time to come: it ends before it begins."""


class Unclear(Exception):
    """Words that do not tell what is to be left out or when to end."""


@dataclass(frozen=True)
class Bounds:
    """Where one rule begins and ends, and the days it leaves out."""

    since: date | None
    is_dropped: bool
    until: datetime | None
    gone: tuple[date, ...]


def rules(group: Group, here: Here) -> tuple[Recurrence, ...]:
    """The rules that the words can mean, as many as can be asked about; none when they
    do not tell. Raises TooOften, Never, days.NoSuchDay and clocks.NoSuchTime."""
    group = _merged(group)
    kinds = [piece.kind for piece in group.pieces]
    is_one = all(kinds.count(each) <= 1 for each in ("repeat", *BOUNDS))
    if not is_one or not {*kinds} <= MEANT or sum(map(kinds.count, ENDS)) > 1:
        return ()
    try:
        found = list(dict.fromkeys(_rules(group, here)))
    except Unclear:
        return ()
    return tuple(found[:MOST_RULES])


def _rules(group: Group, here: Here) -> Iterator[Recurrence]:
    repeat = _one(group, "repeat")
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


def _one(group: Group, kind: str) -> Piece:
    return next(piece for piece in group.pieces if piece.kind == kind)


def _short_step(repeat: Piece, here: Here) -> timedelta | None:
    """The step of "every 2 hours", which is one of real time; raises TooOften."""
    caught, units = repeat.caught, here.words.values["units"]
    unit = units.get(caught.get("unit", "").lower(), "")
    if caught.keys() & {"n", "half_of", "quarter_of"} and "monthly" not in caught:
        step = offsets.read(repeat, here.words).elapsed
    elif unit in ("second", "minute", "hour"):
        nth = here.words.values["ordinals"].get(caught.get("nth_unit", "").lower(), "1")
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
    times = _times(group, step, here)
    left_out = _left_out(group, here)
    for cycle, walls, bounds in itertools.product(found, times, _bounds(group, here)):
        for placed, of_day in _at_night(cycle, walls):
            left = placed.but(left_out) if left_out else placed
            yield _rule(group, left, of_day, bounds, here) if left else None


def _at_night(
    cycle: Cycle, walls: Sequence[Clock]
) -> Iterator[tuple[Cycle, list[time]]]:
    """Times after midnight are of the day after: "friday night at 1". "friday at
    midnight" is the start of Friday to some, its end to others."""
    times = [time(clock.hour % 24, clock.minute) for clock in walls]
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
    group: Group, cycle: Cycle, times: Sequence[time], bounds: Bounds, here: Here
) -> Recurrence | None:
    parts = {**cycle.parts, **_by_time(cycle.parts, times)}
    if "INTERVAL" in parts and parts["FREQ"] == "WEEKLY" and here.week_starts:
        parts["WKST"] = cycles.CODES[here.week_starts]
    zone = here.zone.key
    first = datetime.combine(bounds.since or here.today, min(times))
    after = max(here.at, here.instant(first) - timedelta(seconds=1))
    if cycle.has_days and "INTERVAL" in parts:
        once = {name: value for name, value in parts.items() if name != "INTERVAL"}
        soonest = Recurrence(_written(once), first, zone).since(after)
        first = datetime.combine(soonest.start, min(times)) if soonest else first
    rule = Recurrence(_written(parts), first, zone).since(after)
    if rule is None or (bounds.is_dropped and rule.start.date() != bounds.since):
        return None
    return _without(_ended(group, rule, bounds, here), bounds.gone, here)


def _written(parts: Mapping[str, str]) -> str:
    return ";".join(map("=".join, parts.items()))


def _by_time(parts: Mapping[str, str], times: Sequence[time]) -> dict[str, str]:
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


def _times(group: Group, step: timedelta | None, here: Here) -> list[list[Clock]]:
    """The times of a day, for each thing that the words can mean."""
    repeat = _one(group, "repeat")
    if step:
        return [_in_range(group, step, here)]
    if group.has_kind("range"):
        raise Unclear
    said = [clocks.read(piece, here.words) for piece in _clock_pieces(group)]
    of_day = here.words.values["parts"].get(repeat.caught.get("unit", "").lower(), "")
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
    return _settled(said)


def _settled(said: list[Clock]) -> list[list[Clock]]:
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


def _clock_pieces(group: Group, is_elapsed: bool = False) -> list[Piece]:
    found = [piece for piece in group.pieces if piece.kind == "clock"]
    if end := _end_clock(group, is_elapsed):
        found.remove(end)
    return found


def _end_clock(group: Group, is_elapsed: bool) -> Piece | None:
    """The clock of the end: "at 8am until friday at 5pm", "every hour until friday at
    5pm", but not "until friday at 5pm"."""
    until = _until(group)
    told = [piece for piece in group.pieces if piece.kind == "clock"]
    if not until or not told or told[-1].start < until.start:
        return None
    is_second = len(told) > 1 and told[-2].start < until.start
    return told[-1] if is_second or is_elapsed else None


def _in_range(group: Group, step: timedelta, here: Here) -> list[Clock]:
    """ "every 2 hours from 9am to 5pm" are times of a day."""
    first, last = (
        clocks.read(piece, here.words) for piece in several.both(_one(group, "range"))
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


def _elapsed(group: Group, step: timedelta, here: Here) -> Iterator[Recurrence | None]:
    """Rules of real time, which count from a clock that is said, else from now."""
    minutes = int(step.total_seconds() // 60)
    said = [clocks.read(piece, here.words) for piece in _clock_pieces(group, True)]
    if len(said) > 1 or _left_out(group, here):
        raise Unclear
    parts = {"FREQ": "MINUTELY" if minutes % 60 else "HOURLY"}
    count = minutes if minutes % 60 else minutes // 60
    if count > 1:
        parts["INTERVAL"] = str(count)
    for bounds, starts in itertools.product(
        _bounds(group, here, True), _settled(said) if said else [[]]
    ):
        if starts:
            day = bounds.since or here.today
            first = here.on(day, starts[0])
            if first <= here.at:
                first = here.on(day + timedelta(days=1), starts[0])
        elif bounds.since:
            first = here.on(bounds.since, here.start)
        else:
            first = here.at + step
        rule = Recurrence(_written(parts), first, here.zone.key).since(here.at)
        if rule is None:
            yield None
        else:
            yield _without(_ended(group, rule, bounds, here), bounds.gone, here)


def _bounds(group: Group, here: Here, is_elapsed: bool = False) -> list[Bounds]:
    """Where it can begin and end."""
    since: list[tuple[date | None, bool]] = [(None, False)]
    if piece := group.of("since"):
        options = _days(piece.caught["since"], here)
        # "starting monday", said on one: today, if it is not too late.
        since = [(day, len(options) > 1 and day == here.today) for day in options]
    gone = tuple(_dates_left_out(group, here))
    return [
        Bounds(day, dropped, end, gone)
        for day, dropped in since
        for end in _ends(group, day, here, is_elapsed)
    ]


def _ends(
    group: Group, since: date | None, here: Here, is_elapsed: bool
) -> list[datetime | None]:
    """ "from monday until friday" is the Friday after that Monday."""
    if not (piece := _until(group)):
        return [None]
    if since and since > here.today:
        here = replace(here, at=here.on(since, Clock(0)))
    return [*_untils(piece, _end_clock(group, is_elapsed), here)]


def _until(group: Group) -> Piece | None:
    """What tells the end, be it with the beginning: "from dec 1 to dec 24"."""
    both = group.of("since")
    return both if both and "until" in both.caught else group.of("until")


def _untils(piece: Piece, clock: Piece | None, here: Here) -> Iterator[datetime]:
    """The last wall time of a rule that goes on until then: of a day its end."""
    caught = piece.caught
    if "until_clock" in caught:
        found = pieces.find(caught["until_clock"], here.words, whole=True)
        end = clocks.read(found[0], here.words)
        end = end.likely() if end.is_open else end
        at = end.on(here.today)
        yield at if at > here.local else at + timedelta(days=1)
        return
    if "until_month" in caught:
        month = int(here.words.value("months", caught["until_month"]))
        year = int(caught.get("y", here.today.year))
        first = date(year, month, 1)
        if first <= here.today and "y" not in caught:
            first = date(year + 1, month, 1)
        yield datetime.combine(first, time()) - timedelta(seconds=1)
        return
    if "rest" in caught:
        unit = replace(piece, caught={"end_of": caught["rest"]})
        ends = days.read(unit, here.today, here.words, here.week_starts).options
        yield datetime.combine(ends[-1], END_OF_DAY)
        return
    for day in _days(caught["until"], here):
        if clock:
            end = clocks.read(clock, here.words)
            yield (end.likely() if end.is_open else end).on(day)
        else:
            yield datetime.combine(day, END_OF_DAY)


def _days(said: str, here: Here) -> list[date]:
    """The days that are ahead, or today."""
    piece, *_others = pieces.find(said, here.words, whole=True)
    found = days.read(piece, here.today, here.words, here.week_starts).options
    return [day for day in found if day >= here.today] or [found[-1]]


def _ended(group: Group, rule: Recurrence, bounds: Bounds, here: Here) -> Recurrence:
    """The rule with its end, if it has one; raises Never."""
    limit: dict[str, str] = {}
    if piece := group.of("count"):
        said = piece.caught["count"]
        count = said if said.isdigit() else here.words.value("numbers", said)
        limit["COUNT"] = str(int(count))
    elif piece := group.of("lasts"):
        limit = _lasting(piece, rule, here)
    elif bounds.until:
        limit["UNTIL"] = _stamped(bounds.until, rule, here)
    if not limit:
        return rule
    try:
        return Recurrence.of(
            _written({**rule.parts, **limit}), start=rule.start, zone=rule.zone
        )
    except ValueError:
        raise Never from None


def _lasting(piece: Piece, rule: Recurrence, here: Here) -> dict[str, str]:
    """ "for 2 weeks" from the first on; of hours it is a number of steps."""
    length = offsets.read(piece, here.words)
    if not rule.is_elapsed:
        if "short" in piece.caught:
            raise Unclear
        last = length.after(rule.start).date() - timedelta(days=1)
        return {"UNTIL": f"{datetime.combine(last, END_OF_DAY):{STAMP}}"}
    if length.months or length.workdays:
        end = here.instant(length.after(here.local))
    else:
        end = here.at + length.elapsed + timedelta(days=length.days)
    return {"UNTIL": f"{end.astimezone(UTC):{STAMP}}Z"}


def _stamped(until: datetime, rule: Recurrence, here: Here) -> str:
    if rule.is_elapsed:
        return f"{here.instant(until):{STAMP}}Z"
    return f"{until:{STAMP}}"


def _exceptions(group: Group, here: Here) -> list[Piece]:
    piece = group.of("except")
    return pieces.find(piece.caught["except"], here.words, whole=True) if piece else []


def _is_weekly(piece: Piece) -> bool:
    """ "except fridays" and "except friday", but not "except next friday"."""
    caught = piece.caught
    return piece.kind == "repeat" or bool(
        caught.keys() == {"weekday"} or ("weekend" in caught and "next" not in caught)
    )


def _left_out(group: Group, here: Here) -> list[str]:
    """Days of the week that are never meant."""
    return [
        code
        for piece in _exceptions(group, here)
        if _is_weekly(piece)
        for code in cycles.weekdays_of(piece.caught, here.words)
    ]


def _dates_left_out(group: Group, here: Here) -> Iterator[date]:
    for piece in _exceptions(group, here):
        if _is_weekly(piece):
            continue
        found = days.read(piece, here.today, here.words, here.week_starts).options
        if len(found) > 1:
            raise Unclear
        yield found[0]


def _without(rule: Recurrence, gone: Iterable[date], here: Here) -> Recurrence:
    for day in gone:
        start = here.instant(datetime.combine(day, time()))
        end = here.instant(datetime.combine(day + timedelta(days=1), time()))
        for at in rule.between(start, end):
            rule = rule.without(at)
    if rule.next_after(here.at) is None:
        raise Never
    return rule
