"""From words to instants: `read` answers what a time phrase means, here and now."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.assistant.times import clocks, days, offsets, pieces, vocabulary
from apps.assistant.times.clocks import Clock
from apps.assistant.times.outcomes import (
    Choices,
    Exact,
    Impossible,
    Missing,
    Outcome,
    Repeats,
)
from apps.assistant.times.pieces import Group
from apps.assistant.times.vocabulary import Vocabulary

# Far enough for a passport, near enough that a mistyped year is noticed.
HORIZON_MONTHS = 18
# More than three lines of choices is a form, not a text.
MOST_CHOICES = 3


@dataclass(frozen=True)
class _Now:
    """The moment and place a phrase is read at; `local` is naive wall time."""

    at: datetime
    zone: ZoneInfo
    words: Vocabulary
    day: date | None = None
    clock: time | None = None

    @property
    def start(self) -> Clock:
        """The time of a day that is named without one."""
        if self.clock is None:
            return Clock(clocks.DAY_STARTS)
        return Clock(self.clock.hour, self.clock.minute)

    @property
    def local(self) -> datetime:
        return self.at.astimezone(self.zone).replace(tzinfo=None)

    def instant(self, wall: datetime) -> datetime:
        """The instant of a wall time.

        fold=0 moves a time that the clocks skip forward and takes the first of one
        that they repeat (PEP 495).
        """
        return wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)


def read(
    phrase: str,
    *,
    now: datetime,
    zone: str,
    day: date | None = None,
    clock: time | None = None,
    language: str = "en",
) -> Outcome:
    """What `phrase` means for someone in `zone` (IANA) at the aware instant `now`.

    The phrase holds nothing but a time: other words make it Missing, so that nothing
    is scheduled on half of what was said. No result lies in the past or further away
    than 18 months. `day` is where a clock without a day belongs, if not to the next
    time it comes, and `clock` is the time of a day without one, if not 9 AM.
    """
    words = vocabulary.of(language)
    # ISO 8601 joins date and time with a T.
    phrase = re.sub(r"(?<=\d)T(?=\d)", " ", phrase)
    found = pieces.groups(phrase, words, whole=True)
    if not found or not _covers(phrase, found, words):
        return Missing()
    # In UTC: adding to an aware local time moves the wall clock, not the instant.
    at = now.astimezone(UTC).replace(microsecond=0)
    here = _Now(at, ZoneInfo(zone), words, day, clock)
    whole = Group(list(pieces.pieces_of(found)))
    try:
        if whole.of("repeat"):
            return _repetition(whole, here)
        if len({piece.kind for piece in whole.pieces}) < len(whole.pieces):
            return Missing()
        return _bounded(_instants(whole, here), here)
    except days.NoSuchDay:
        return Impossible("no_such_day")
    except OverflowError:
        return Impossible("far")


def _covers(phrase: str, found: Iterable[Group], words: Vocabulary) -> bool:
    left = phrase
    for piece in reversed(list(pieces.pieces_of(list(found)))):
        left = f"{left[: piece.start]} {left[piece.end :]}"
    return not words.fillers.sub("", left).strip()


def _bounded(instants: list[datetime], here: _Now) -> Outcome:
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


def _instants(group: Group, here: _Now) -> list[datetime]:
    piece, part = group.of("clock"), _part(group, here.words)
    clock = clocks.read(piece, here.words) if piece else None
    if piece and clock is None:
        return []
    if clock and (part or _is_iso(group)):
        clock = clocks.in_part(clock, part) if part else replace(clock, is_open=False)
    if offset := group.of("offset"):
        return _offset(offsets.read(offset, here.words), clock, here)
    if day := group.of("day"):
        found = days.read(day, here.local.date(), here.words)
        return _on_days(found, clock, part, here)
    if here.day and not _caught(group).keys() & {"this", "today"}:
        return _on_days(days.Days((here.day,)), clock, part, here)
    if part and not clock:
        return _in_part(part, "this" in _caught(group) or _is_tonight(group), here)
    if clock:
        return _clock_only(clock, group, here)
    return []


def _is_iso(group: Group) -> bool:
    """ "2026-12-01 10:00" is written on a clock of 24 hours."""
    day = group.of("day")
    return day is not None and {"y", "m"} <= day.caught.keys()


def _caught(group: Group) -> dict[str, str]:
    piece = group.of("part")
    return piece.caught if piece else {}


def _is_tonight(group: Group) -> bool:
    return "today" in _caught(group)


def _part(group: Group, words: Vocabulary) -> str:
    caught = _caught(group)
    if "today" in caught:
        return "night"
    if "part" in caught:
        return words.value("parts", caught["part"])
    return "morning" if caught else ""


def _offset(offset: offsets.Offset, clock: Clock | None, here: _Now) -> list[datetime]:
    if not offset.is_calendar:
        # "in 2 hours at 5" contradicts itself.
        if clock:
            return []
        wall = offset.after(here.local)
        start = here.instant(wall) if wall != here.local else here.at
        return [start + offset.elapsed]
    wall = offset.after(here.local)
    if clock:
        wall = (clock.likely() if clock.is_open else clock).on(wall.date())
    return [here.instant(wall)]


def _on_days(
    found: days.Days, clock: Clock | None, part: str, here: _Now
) -> list[datetime]:
    instants: list[datetime] = []
    today = here.local.date()
    for day in found.options:
        if day == today and not found.rolls:
            instants += _today(clock, part, here)
        elif clock and clock.hour == 24 and not part:
            # "friday at midnight" is the start of Friday to some, its end to others.
            instants += [here.instant(Clock(hour).on(day)) for hour in (0, 24)]
        else:
            instants.append(here.instant(_likely(clock, part, here).on(day)))
    return instants


def _likely(clock: Clock | None, part: str, here: _Now) -> Clock:
    if clock is None:
        return Clock(clocks.HOURS[part][0]) if part else here.start
    return clock.likely() if clock.is_open else clock


def _today(clock: Clock | None, part: str, here: _Now) -> list[datetime]:
    """Today's instants; of an open clock the likely hour, else the other one."""
    today = here.local.date()
    if clock is None and part:
        return _in_part(part, True, here)
    if clock is None and here.clock:
        clock = here.start
    if clock is None:
        # "today" names no hour: offer what is left of the day.
        options = [here.instant(Clock(hour).on(today)) for hour in (9, 13, 17, 20, 22)]
        ahead = [option for option in options if option > here.at]
        return ahead[:MOST_CHOICES] or options[-1:]
    if not clock.is_open:
        return [here.instant(clock.on(today))]
    order = sorted(clock.both(), key=lambda each: each != clock.likely())
    both = [here.instant(each.on(today)) for each in order]
    return [instant for instant in both if instant > here.at][:1] or both[:1]


def _in_part(part: str, is_today: bool, here: _Now) -> list[datetime]:
    today = here.local.date()
    hours = clocks.HOURS[part]
    options = [here.instant(Clock(hour).on(today)) for hour in hours]
    if is_today:
        return [option for option in options if option > here.at][:1] or options[-1:]
    if options[0] > here.at:
        return options[:1]
    tomorrow = today + timedelta(days=1)
    return [here.instant(Clock(hours[0]).on(tomorrow))]


def _clock_only(clock: Clock, group: Group, here: _Now) -> list[datetime]:
    """ "at 7": the next time each meaning comes; the near one alone when it is clear."""
    today = here.local.date()
    if _is_tonight(group) and not clock.is_open and 0 <= clock.hour < 5:
        # "tonight at 2 am" belongs to the night, not to the morning that is gone.
        clock = Clock(clock.hour + 24, clock.minute)
    if "this" in _caught(group) or _is_tonight(group):
        return [here.instant(clock.on(today))]
    if not clock.is_open:
        return [_next(clock, here)]
    options = sorted(clock.both(), key=lambda each: _next(each, here))
    if here.local.hour >= clocks.DEEP_NIGHT.stop:
        options = [o for o in options if o.hour not in clocks.DEEP_NIGHT]
    near = _next(options[0], here)
    if near - here.at <= clocks.SOON and 6 <= options[0].hour <= 22:
        return [near]
    return [_next(option, here) for option in options]


def _next(clock: Clock, here: _Now) -> datetime:
    today = here.local.date()
    at = here.instant(clock.on(today))
    return at if at > here.at else here.instant(clock.on(today + timedelta(days=1)))


def _repetition(group: Group, here: _Now) -> Outcome:
    """The next instants of something repeated, which the tool offers one by one."""
    caught = next(p.caught for p in group.pieces if p.kind == "repeat")
    part = _part(group, here.words)
    if (unit := _short_unit(caught, here.words)) is not None:
        return Repeats((here.at + unit,))
    if "unit" in caught and (of_day := here.words.values["parts"].get(caught["unit"])):
        part = of_day
    read = [clocks.read(p, here.words) for p in group.pieces if p.kind == "clock"]
    at = [clocks.in_part(clock, part) if part else clock for clock in read if clock]
    day = _first_day(caught, here)
    walls = [_likely(clock, part, here).on(day) for clock in at]
    walls = walls or [_likely(None, part, here).on(day)]
    step = timedelta(days=7 if "weekday" in caught else 1)
    ahead = [here.instant(wall) for wall in walls]
    ahead = [
        instant if instant > here.at else here.instant(wall + step)
        for instant, wall in zip(ahead, walls, strict=True)
    ]
    return Repeats(tuple(sorted(set(ahead))[:MOST_CHOICES]))


def _short_unit(caught: dict[str, str], words: Vocabulary) -> timedelta | None:
    """The step of "every hour", whose next time is a step from now."""
    name = words.values["units"].get(caught.get("unit", "").lower())
    if name in ("minute", "hour"):
        return timedelta(seconds=offsets.SECONDS[name])
    return None


def _first_day(caught: dict[str, str], here: _Now) -> datetime:
    start = here.local
    if "weekday" in caught:
        wanted = int(here.words.value("any_weekday", caught["weekday"]))
        return start + timedelta(days=(wanted - start.weekday()) % 7)
    if "workday" in caught or "workdays" in caught:
        weekend = start.weekday() >= days.SATURDAY
        return start + timedelta(days=7 - start.weekday() if weekend else 0)
    return start
