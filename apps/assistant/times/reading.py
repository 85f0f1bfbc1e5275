"""From words to instants: `read` answers what a time phrase means, here and now."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.assistant.phrases import folded
from apps.assistant.recurrence import Recurrence
from apps.assistant.times import (
    bounds,
    clocks,
    days,
    offsets,
    parts,
    pieces,
    repeats,
    several,
    vocabulary,
)
from apps.assistant.times.clocks import Clock
from apps.assistant.times.here import Here
from apps.assistant.times.outcomes import (
    Choices,
    Exact,
    Impossible,
    Missing,
    Outcome,
    Repeats,
    Several,
)
from apps.assistant.times.pieces import Group, Piece
from apps.assistant.times.vocabulary import Vocabulary

# Far enough for a passport, near enough that a mistyped year is noticed.
HORIZON_MONTHS = 18
# More than three lines of choices is a form, not a text; four doses a day are listed.
MOST_CHOICES = 3
MOST_LISTED = 4


def read(
    phrase: str,
    *,
    now: datetime,
    zone: str,
    day: date | None = None,
    clock: time | None = None,
    week_starts: int = 0,
) -> Outcome:
    """What `phrase` means for someone in `zone` (IANA) at the aware instant `now`.

    The phrase holds nothing but a time: other words make it Missing, so that nothing
    is scheduled on half of what was said. No result lies in the past or further away
    than 18 months. `day` is where a clock without a day belongs, if not to the next
    time it comes, and `clock` is the time of a day without one, if not 9 AM.
    `week_starts` is their first weekday, 0 for Monday.
    """
    words = vocabulary.spoken_here()
    # ISO 8601 joins date and time with a T.
    phrase = folded(re.sub(r"(?<=\d)[Tt](?=\d)", " ", phrase))
    told: list[Group] = []
    for said in phrase.split(several.APART):
        if not (found := _found(said, words)):
            return Missing()
        told += several.told(said, found, words)
    # In UTC: adding to an aware local time moves the wall clock, not the instant.
    at = now.astimezone(UTC).replace(microsecond=0)
    here = Here(at, ZoneInfo(zone), words, day, clock, week_starts)
    outcomes = [_one(group, here) for group in told]
    return outcomes[0] if len(outcomes) == 1 else _several(outcomes, here)


def is_early(phrase: str) -> bool:
    """Whether its one time is an hour that people get up at, with neither "am" nor "pm"
    nor a part of the day said for it: "tomorrow at 6"."""
    words = vocabulary.spoken_here()
    found = _found(folded(phrase), words)
    if len(found) != 1 or found[0].has_kind("part"):
        return False
    try:
        clock = _spoken_clock(found[0], words)
    except clocks.NoSuchTime:
        return False
    return clock is not None and clock.is_open and clock.hour in clocks.EARLY


def has_day(phrase: str) -> bool:
    """Whether it names a day, or how far ahead, rather than a time of day alone."""
    words = vocabulary.spoken_here()
    found = [*pieces.pieces_of(_found(folded(phrase), words))]
    return any(
        piece.kind in ("day", "offset", "dotted", "repeat")
        or piece.caught.keys() & {"this", "today"}
        for piece in found
    )


def _spoken_clock(group: Group, words: Vocabulary) -> Clock | None:
    piece = group.of("clock")
    return clocks.read(piece, words) if piece else None


def _found(phrase: str, words: Vocabulary) -> list[Group]:
    """The times that `phrase` is made of, read as in a sentence before on their own:
    "9h" are nine hours, but "tomorrow 9h" is a clock."""
    for whole in (False, True):
        found = pieces.groups(phrase, words, whole=whole)
        is_read = whole or not any(map(pieces.is_lonely, found))
        if found and is_read and _covers(phrase, found, words):
            return found
    return []


def _covers(phrase: str, found: list[Group], words: Vocabulary) -> bool:
    left = phrase
    for piece in reversed([*pieces.pieces_of(found)]):
        left = f"{left[: piece.start]} {left[piece.end :]}"
    return not words.fillers.sub("", left).strip()


def _one(group: Group, here: Here) -> Outcome:
    """What the pieces of one time mean together."""
    if any("abroad" in piece.caught for piece in group.pieces):
        return Impossible("elsewhere")
    if group.has_kind("past"):
        return Impossible("past")
    try:
        if group.has_kind("repeat"):
            return _repeated(repeats.rules(group, here), here)
        group = _of_one_day(group, here)
        if len({piece.kind for piece in group.pieces}) < len(group.pieces):
            return Missing()
        return _bounded(_instants(group, here), here)
    except days.NoSuchDay:
        return Impossible("no_such_day")
    except days.OtherWeekday:
        return Impossible("other_weekday")
    except clocks.NoSuchTime:
        return Impossible("no_such_time")
    except repeats.TooOften:
        return Impossible("too_often")
    except bounds.Never:
        return Impossible("never")
    except OverflowError:
        return Impossible("far")


def _of_one_day(group: Group, here: Here) -> Group:
    """ "Sunday 2:30am march 14" without the weekday that is said apart from its date.
    Raises days.OtherWeekday."""
    said = [piece for piece in group.pieces if piece.kind == "day"]
    if len(said) != 2:
        return group
    weekday, dated = sorted(said, key=lambda piece: "d" in piece.caught)
    is_bare = weekday.caught.keys() == {"weekday"}
    if not is_bare or not {"d", "month"} <= dated.caught.keys():
        return group
    whole = {**dated.caught, "on_weekday": weekday.caught["weekday"]}
    days.read(replace(dated, caught=whole), here.today, here.words, here.week_starts)
    return Group([piece for piece in group.pieces if piece is not weekday])


def _repeated(rules: tuple[Recurrence, ...], here: Here) -> Outcome:
    if not rules:
        return Repeats(())
    limit = days.months_later(here.today, HORIZON_MONTHS)
    near = tuple(rule for rule in rules if rule.start.date() <= limit)
    return Repeats(near) if near else Impossible("far")


def _several(outcomes: list[Outcome], here: Here) -> Outcome:
    """One instant of each time, to choose from; what cannot be set is no choice."""
    if abroad := [o for o in outcomes if o == Impossible("elsewhere")]:
        return abroad[0]
    read = [o for o in outcomes if isinstance(o, Exact | Choices | Repeats)]
    found = {each: None for outcome in read for each in _first(outcome, here)}
    if not found:
        return outcomes[0]
    each = sorted(found, key=_begins)
    if len(each) == 1 and all(isinstance(o, Exact | Repeats) for o in outcomes):
        # The same said twice.
        (one,) = each
        return Exact(one) if isinstance(one, datetime) else Repeats((one,))
    return Several(tuple(each[:MOST_LISTED]))


def _begins(each: datetime | Recurrence) -> datetime:
    return each if isinstance(each, datetime) else each.begins


def _first(
    outcome: Exact | Choices | Repeats, here: Here
) -> list[datetime] | list[Recurrence]:
    """The instant of a listed time; of several the first at an hour people are up."""
    if isinstance(outcome, Exact):
        return [outcome.at]
    if isinstance(outcome, Repeats):
        return [*outcome.rules[:1]]
    up = [at for at in outcome.at if at.astimezone(here.zone).hour in clocks.WAKING]
    return [*up, *outcome.at][:1]


def _bounded(instants: list[datetime], here: Here) -> Outcome:
    if not instants:
        return Missing()
    ahead = sorted({instant for instant in instants if instant > here.at})
    if not ahead:
        return Impossible("past")
    limit = days.months_later(here.at.date(), HORIZON_MONTHS)
    near = [instant for instant in ahead if instant.date() <= limit]
    if not near:
        return Impossible("far")
    return Exact(near[0]) if len(near) == 1 else Choices(tuple(near[:MOST_CHOICES]))


def _instants(group: Group, here: Here) -> list[datetime]:
    if group.has_kind("unread"):
        return []
    if dotted := group.of("dotted"):
        return _dotted(dotted, here)
    clock, part = _clock(group, here), parts.of(group, here.words)
    if offset := group.of("offset"):
        is_alone = not group.has_kind("day")
        return _offset(offset, clock, part, here) if is_alone else []
    if day := group.of("day"):
        found = days.read(day, here.today, here.words, here.week_starts)
        return _on_days(found, clock, part, here)
    if here.day and not parts.is_todays(group):
        return _on_days(days.Days((here.day,)), clock, part, here)
    if part and not clock:
        return parts.instants(part, parts.is_todays(group), here)
    return _clock_only(clock, group, here) if clock else []


def _clock(group: Group, here: Here) -> Clock | None:
    if not (clock := _spoken_clock(group, here.words)):
        return None
    day = group.of("day")
    if day and _is_written(day, group.of("clock")):
        clock = replace(clock, is_open=False)
    part = parts.of(group, here.words)
    return clocks.in_part(clock, part) if part else clock


def _is_written(day: Piece, clock: Piece | None) -> bool:
    """Whether it is as one writes by a clock of 24 hours: "2026-12-01 10:00", and as we
    say it back, "Sat 2 Jan, 10:00"."""
    if {"y", "m"} <= day.caught.keys():
        return True
    has_minutes = clock is not None and "minute" in clock.caught
    return has_minutes and {"on_weekday", "month"} <= day.caught.keys()


def _dotted(piece: Piece, here: Here) -> list[datetime]:
    """ "5.12" is a time of day to some and a date to others."""
    caught = piece.caught
    clock = {"hour": caught["first"], "minute": caught["second"]}
    as_clock = Group([replace(piece, kind="clock", caught=clock)])
    as_day = Group([replace(piece, kind="day")])
    return [*_instants(as_clock, here), *_instants(as_day, here)]


def _offset(piece: Piece, clock: Clock | None, part: str, here: Here) -> list[datetime]:
    offset = offsets.read(piece, here.words)
    start = here.local
    if piece.caught.keys() & {"day", "weekday"}:
        # "a week from friday"
        first = days.read(piece, here.today, here.words, here.week_starts).options[0]
        start = datetime.combine(first, start.time())
    wall = offset.after(start)
    if offset.is_calendar:
        return [here.on(wall.date(), here.likely(clock, part))]
    if clock or part or start != here.local:
        # "in 2 hours at 5" contradicts itself.
        return []
    return [(here.instant(wall) if wall != start else here.at) + offset.elapsed]


def _on_days(
    found: days.Days, clock: Clock | None, part: str, here: Here
) -> list[datetime]:
    instants: list[datetime] = []
    for day in found.options:
        if day == here.today and not found.rolls:
            instants += _today(clock, part, here)
        elif clock and clock.hour == 24 and not part:
            # "friday at midnight" is the start of Friday to some, its end to others.
            instants += [here.on(day, Clock(hour)) for hour in (0, 24)]
        else:
            instants.append(here.on(day, here.likely(clock, part)))
    return instants


def _today(clock: Clock | None, part: str, here: Here) -> list[datetime]:
    """Today's instants; of an open clock the likely hour, else the other one."""
    if clock is None and part:
        return parts.instants(part, True, here)
    if clock is None and here.clock:
        clock = here.start
    if clock is None:
        # "today" names no hour: offer what is left of the day.
        options = [here.on(here.today, Clock(hour)) for hour in (9, 13, 17, 20, 22)]
        ahead = [option for option in options if option > here.at]
        return ahead[:MOST_CHOICES] or options[-1:]
    if not clock.is_open:
        return [here.on(here.today, clock)]
    order = sorted(clock.both(), key=lambda each: each != clock.likely())
    both = [here.on(here.today, each) for each in order]
    ahead = [instant for instant in both if instant > here.at]
    return (ahead if here.is_night else ahead[:1]) or both[:1]


def _clock_only(clock: Clock, group: Group, here: Here) -> list[datetime]:
    """ "at 7": the next time each meaning comes; the near one alone when it is clear,
    which it never is at night."""
    if parts.is_tonight(group) and not clock.is_open and 0 <= clock.hour < 5:
        # "tonight at 2 am" belongs to the night, not to the morning that is gone.
        clock = Clock(clock.hour + 24, clock.minute)
    if parts.is_todays(group):
        return [here.on(here.today, clock)]
    if not clock.is_open:
        return [_next(clock, here)]
    options = sorted(clock.both(), key=lambda each: _next(each, here))
    if not here.is_night:
        options = [o for o in options if o.hour not in clocks.DEEP_NIGHT]
        near = _next(options[0], here)
        if near - here.at <= clocks.SOON and 6 <= options[0].hour <= 22:
            return [near]
    return [_next(option, here) for option in options]


def _next(clock: Clock, here: Here) -> datetime:
    at = here.on(here.today, clock)
    return at if at > here.at else here.on(here.today + timedelta(days=1), clock)
