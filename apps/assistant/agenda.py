"""Events by text: what is on, which one is meant, what clashes, who is told.

There is the own calendar, always, and whatever calendars are connected beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.accounts.models import User
from apps.assistant import (
    elsewhere,
    events,
    moments,
    phrases,
    ranges,
    scopes,
    shared,
    syncing,
)
from apps.assistant import times as grammar
from apps.assistant.conversations import Scene
from apps.assistant.events import Occurrence, Times
from apps.assistant.models import ToolCall
from apps.assistant.needs import Need
from apps.assistant.recurrence import Recurrence
from apps.assistant.targets import has, short
from apps.assistant.times import spoken
from apps.assistant.told import when as rule_and_next
from apps.assistant.toolbox import Ask, Option
from apps.core import errors
from apps.integrations.calendars import Busy, Calendar, Event

EVENTS = "events"
LIST = Need("connect_calendar", Calendar, "calendar.list")
BUSY = Need("connect_calendar", Calendar, "calendar.busy", or_call="calendar.list")
ADD = Need("connect_calendar", Calendar, "calendar.create")
CHANGE = Need("connect_calendar", Calendar, "calendar.update")
CANCEL = Need("connect_calendar", Calendar, "calendar.delete")
MOST_SHOWN, MOST_CHOICES = 10, 3
_ADDRESS = re.compile(r"[^\s@,;<>()]+@[^\s@,;<>()]+\.[^\s@,;<>().]+")
# An appointment that lasts longer is rare, and one that was not meant likelier.
HALF_DAY = timedelta(hours=12)
_APART = "|"
_OWN = "own"


@dataclass(frozen=True)
class Found:
    """An event: in a connected calendar, or of one's own."""

    event: Event
    calendar: Calendar | None = None
    own: Occurrence | None = None

    @classmethod
    def mine(cls, own: Occurrence, of: User | None = None) -> Found:
        """`of`: who asks, where it may be on a calendar that is shared with them."""
        row = own.event
        is_mine = of is None or row.user_id == of.pk
        event = Event(
            id=str(row.public_id),
            title=row.title if is_mine else shared.of(row.user, row.title),
            start=own.start,
            end=own.end,
            zone=row.zone,
            is_all_day=row.is_all_day,
            is_busy=is_mine and not row.is_all_day,
            place=row.place,
            attendees=tuple(row.guests),
        )
        return cls(event, own=own)

    @property
    def mark(self) -> str:
        if self.own:
            return _APART.join(
                [_OWN, self.own.at.astimezone(UTC).isoformat(), self.event.id]
            )
        assert self.calendar
        start = self.event.start.isoformat()
        return elsewhere.mark(self.calendar, f"{start}{_APART}{self.event.id}")

    @property
    def others(self) -> list[str]:
        """Who is told of what becomes of it."""
        if self.calendar is None:
            return list(self.event.attendees)
        own = self.calendar.connection.label.casefold()
        return [each for each in self.event.attendees if each.casefold() != own]


@dataclass(frozen=True)
class Look:
    """What is on, the earliest first, and the accounts that did not answer."""

    found: list[Found]
    silent: list[str] = field(default_factory=list)


def find(scene: Scene, start: datetime, end: datetime) -> Look:
    """In all calendars, what is kept in step once."""
    found = own(scene, start, end) + theirs(scene, start, end)
    silent = list[str]()
    covered, linked = syncing.covered(scene.user), syncing.linked(scene.user)
    for calendar in LIST.met_by(scene.user):
        account = calendar.connection.pk
        if account in covered:
            continue
        try:
            there = calendar.events(start=start, end=end, zone=scene.zone)
        except errors.AppError:
            silent.append(str(calendar))
            continue
        found += [
            Found(event, calendar)
            for event in there
            if not linked & {(account, event.id), (account, event.series)}
        ]
    return Look(sorted(found, key=_by_time), silent)


def own(scene: Scene, start: datetime, end: datetime) -> list[Found]:
    rows = events.between(user=scene.user, start=start, end=end, zone=scene.zone)
    return [Found.mine(each) for each in rows]


def theirs(scene: Scene, start: datetime, end: datetime) -> list[Found]:
    """On calendars that are shared with the person; they take none of their time."""
    if not (owners := shared.calendars(scene.user)):
        return []
    rows = events.between(
        user=scene.user, start=start, end=end, zone=scene.zone, of=owners
    )
    return [Found.mine(each, scene.user) for each in rows]


def _by_time(found: Found) -> tuple[datetime, datetime]:
    return found.event.start, found.event.end


def busy(scene: Scene, start: datetime, end: datetime) -> list[Busy]:
    """When any calendar says that the person is taken, the earliest first. Raises what
    they do: nobody is free at a time that cannot be looked at."""
    taken = [
        Busy(max(each.event.start, start), min(each.event.end, end))
        for each in own(scene, start, end)
        if each.event.is_busy
    ]
    covered = syncing.covered(scene.user)
    for calendar in BUSY.met_by(scene.user):
        if calendar.connection.pk in covered:
            continue
        taken += calendar.busy(start=start, end=end)
    return _joined(sorted(taken, key=lambda each: (each.start, each.end)))


def _joined(taken: list[Busy]) -> list[Busy]:
    joined = list[Busy]()
    for each in taken:
        if joined and each.start <= joined[-1].end:
            joined[-1] = Busy(joined[-1].start, max(joined[-1].end, each.end))
        else:
            joined.append(each)
    return joined


def the_event(scene: Scene, said: str, given: dict[str, str]) -> Found:
    """The one that is meant, as it stands now: a number, "it", or words of its title.
    Raises errors.NotFound, or Ask where several are."""
    if mark := elsewhere.numbered(scene, EVENTS, said):
        return _marked(scene, mark)
    wanted = events.wanted(said)
    found = _about(scene, wanted) if wanted else []
    same = [f for f in found if phrases.folded(f.event.title) == phrases.folded(said)]
    # The whole of a title is that event alone.
    found = same if len(same) == 1 else found
    if not found:
        key = "no_event_about" if wanted else "which_event"
        raise errors.NotFound(phrases.say(key, words=short(said)))
    if len(found) > 1:
        options = [
            Option(
                line(scene, values(each)),
                {**given, "target": f"{elsewhere.BY_MARK}{each.mark}"},
            )
            for each in found[:MOST_CHOICES]
        ]
        raise Ask(phrases.say("which_one"), arguments=given, options=options)
    return found[0]


def _about(scene: Scene, wanted: list[str]) -> list[Found]:
    """Of an own one that repeats the next alone."""
    mine = events.about(scene.user, wanted, scene.now, scene.zone)
    found = [Found.mine(each) for each in mine]
    until = scene.now + events.AHEAD
    known = set[int]()
    for each in theirs(scene, scene.now, until):
        assert each.own
        row = each.own.event
        if row.pk not in known and has(each.event.title, wanted):
            known.add(row.pk)
            found.append(each)
    covered, linked = syncing.covered(scene.user), syncing.linked(scene.user)
    for calendar in LIST.met_by(scene.user):
        account = calendar.connection.pk
        if account in covered:
            continue
        there = calendar.events(start=scene.now, end=until, zone=scene.zone)
        found += [
            Found(event, calendar)
            for event in there
            if event.end > scene.now
            and not linked & {(account, event.id), (account, event.series)}
            and has(event.title, wanted)
        ]
    return sorted(found, key=_by_time)


def scope(scene: Scene, found: Found, given: Mapping[str, str]) -> str:
    """How much is meant of one that repeats. Raises Ask."""
    if found.own is None or found.own.is_whole:
        return scopes.ALL
    if said := scopes.read(given["scope"]):
        return said
    settled = {**given, "target": f"{elsewhere.BY_MARK}{found.mark}"}
    at = when(scene, values(found))
    raise Ask(
        phrases.say("which_of_it", text=short(found.event.title)),
        arguments=settled,
        slot="scope",
        options=[
            Option(phrases.say("only_one", time=at), {**settled, "scope": scopes.ONE}),
            Option(phrases.say("all_of_it"), {**settled, "scope": scopes.ALL}),
        ],
    )


def once(scene: Scene, change: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What takes a change of the own calendar back, kept in one transaction with it: a
    call that is run again finds it done."""
    assert scene.call
    with transaction.atomic():
        rows = ToolCall.objects.select_for_update()
        kept: dict[str, Any] | None = rows.get(pk=scene.call.pk).undo
        if kept is None:
            kept = change()
            ToolCall.objects.filter(pk=scene.call.pk).update(undo=kept)
    return kept


def begun(scene: Scene) -> dict[str, Any] | None:
    """What `once` kept, where this call was run before."""
    return scene.call.undo if scene.call else None


def clash(scene: Scene, found: Found) -> dict[str, Any] | None:
    """The first thing that takes the same time, and how many more do."""
    if not found.event.is_busy:
        return None
    there = [
        each
        for each in find(scene, found.event.start, found.event.end).found
        if each.event.is_busy and each.event.id != found.event.id
    ]
    return {**values(there[0]), "more": len(there) - 1} if there else None


def overlaps(scene: Scene, kept: Mapping[str, Any]) -> str:
    """ "Overlaps with Dentist, 12:00 PM to 1:00 PM."; "" where nothing clashes."""
    if not (other := kept.get("clash")):
        return ""
    first, last = (datetime.fromisoformat(other[edge]) for edge in ("start", "end"))
    title = short(other["title"])
    if other["more"]:
        title = phrases.say("and_more", shown=title, count=other["more"])
    return phrases.say(
        "event_overlaps",
        title=title,
        first=clock(scene, first),
        last=clock(scene, last),
    )


def values(found: Found) -> dict[str, Any]:
    """What a receipt needs of it, as JSON."""
    event = found.event
    rule = found.own.event.recurrence if found.own else None
    return {
        "title": event.title or phrases.say("event_no_title"),
        "start": event.start.isoformat(),
        "end": event.end.isoformat(),
        "is_all_day": event.is_all_day,
        **({"repeats": rule.kept()} if rule else {}),
    }


def line(scene: Scene, kept: Mapping[str, Any], *, has_day: bool = True) -> str:
    """ "Dentist, Tue 24 Nov, 8:30 AM"."""
    return phrases.say(
        "event", title=short(kept["title"]), time=when(scene, kept, has_day=has_day)
    )


def when(scene: Scene, kept: Mapping[str, Any], *, has_day: bool = True) -> str:
    start = datetime.fromisoformat(kept["start"])
    if kept["is_all_day"]:
        day = spoken.day(start, scene.zone, now=scene.now)
        return (
            phrases.say("event_all_day_on", day=day)
            if has_day
            else phrases.say("event_all_day")
        )
    if has_day:
        return spoken.full(start, scene.zone, now=scene.now, hours=scene.hours)
    if kept.get("has_begun"):
        # On a day before the one that is told of.
        return since(scene, start)
    return clock(scene, start)


def since(scene: Scene, start: datetime, key: str = "event_since") -> str:
    """ "since Fri 27 Nov, 11:00 PM"."""
    time = spoken.full(start, scene.zone, now=scene.now, hours=scene.hours)
    return phrases.say(key, time=time)


def series(scene: Scene, kept: Mapping[str, Any]) -> str:
    """ "every weekday 9:15 AM, next Tue 24 Nov", or when it is if it comes once."""
    if "repeats" not in kept:
        return span(scene, kept)
    rule, start = Recurrence.back(kept["repeats"]), datetime.fromisoformat(
        kept["start"]
    )
    if kept["is_all_day"]:
        # A rule of days is of no place.
        rule = rule.in_zone(scene.zone)
    return rule_and_next(scene, start, rule)


def span(scene: Scene, kept: Mapping[str, Any]) -> str:
    """ "Fri 27 Nov, 12:30 PM to 1:30 PM"."""
    if kept["is_all_day"]:
        return when(scene, kept)
    return between(
        scene,
        datetime.fromisoformat(kept["start"]),
        datetime.fromisoformat(kept["end"]),
    )


def between(scene: Scene, start: datetime, end: datetime) -> str:
    zone = ZoneInfo(scene.zone)
    is_same = start.astimezone(zone).date() == end.astimezone(zone).date()
    last = clock(scene, end)
    if not is_same:
        last = spoken.full(end, scene.zone, now=scene.now, hours=scene.hours)
    first = spoken.full(start, scene.zone, now=scene.now, hours=scene.hours)
    return phrases.say("from_to", first=first, last=last)


def clock(scene: Scene, at: datetime) -> str:
    return spoken.clock(at, scene.zone, hours=scene.hours)


def guests(text: str) -> list[str]:
    """The mail addresses in a text."""
    return list(dict.fromkeys(_ADDRESS.findall(text)))


def told(addresses: Sequence[str]) -> str:
    """Of whom it is said that they are told."""
    shown = ", ".join(addresses[:2])
    more = len(addresses) - 2
    return phrases.say("and_more", shown=shown, count=more) if more > 0 else shown


def times(
    scene: Scene, given: dict[str, str], *, ask: str, length: timedelta = ranges.HOUR
) -> Times:
    """When what is asked for begins and ends, and whether it repeats or takes whole
    days. Raises Ask, and errors.Invalid."""
    both = ranges.split(given["when"])
    if both.when and both.until and not both.rest:
        # A model hands over both ends in one.
        given = {**given, "when": both.when, "until": both.until}
    if ranges.is_all_day(given["until"]):
        return _days(scene, given, ask)
    if not ranges.has_clock(scene, given["when"]):
        raise Ask(ask, arguments=given, slot="when")
    found = moments.plan(scene, given, ask=ask)
    here = ZoneInfo(scene.zone)
    start = (found.begins if isinstance(found, Recurrence) else found).astimezone(here)
    end = ranges.end(scene, start, given["until"], length)
    if not isinstance(found, Recurrence):
        insist_clear(scene, given, start, end)
    return _repeated(Times(start, end, scene.zone), found)


def insist_clear(
    scene: Scene, given: dict[str, str], start: datetime, end: datetime
) -> None:
    """Of "4-3pm" nobody said that it is the 4 of the night, or that it ends a day later.
    Raises Ask where its beginning was left open."""
    is_short = not given["until"] or end - start <= HALF_DAY
    if is_short or not ranges.is_open(scene, given["when"], start):
        return
    early = start - HALF_DAY
    if early <= scene.now:
        early += timedelta(days=1)
    spans = [(early, ranges.end(scene, early, given["until"])), (start, end)]
    raise Ask(
        phrases.say("which_time"),
        arguments=given,
        slot="when",
        options=[
            Option(
                between(scene, first, last),
                {
                    **given,
                    "when": spoken.exact(first, scene.zone),
                    "until": spoken.exact(last, scene.zone),
                },
            )
            for first, last in spans
        ],
    )


def _days(scene: Scene, given: dict[str, str], ask: str) -> Times:
    found: Recurrence | datetime | None = None
    if _repeats(scene, given["when"]):
        found = moments.plan(scene, given, ask=ask, clock=time())
    if isinstance(found, Recurrence):
        rule = found.at(time())
        first = rule.start.date()
        return _repeated(events.on_days(first, first, scene.zone), rule)
    start, end = ranges.day(scene, given["when"])
    return events.on_days(start.date(), end.date(), scene.zone)


def _repeats(scene: Scene, when: str) -> bool:
    outcome = grammar.read(
        when, now=scene.now, zone=scene.zone, week_starts=scene.week_starts
    )
    return isinstance(outcome, grammar.Repeats)


def _repeated(once: Times, found: Recurrence | datetime) -> Times:
    if not isinstance(found, Recurrence):
        return once
    if found.is_elapsed:
        raise errors.Invalid(phrases.say("event_too_often"))
    return replace(once, rule=found.rule, exceptions=found.exceptions)


def edges(scene: Scene, found: Times) -> tuple[datetime, datetime]:
    """Of whole days the midnights where the person is."""
    if not found.is_all_day:
        return found.start, found.end
    here = time(tzinfo=ZoneInfo(scene.zone))
    return (
        datetime.combine(found.start.date(), here),
        datetime.combine(found.end.date(), here),
    )


def _marked(scene: Scene, mark: str) -> Found:
    if mark.startswith(f"{_OWN}{_APART}"):
        _, at, name = mark.split(_APART, 2)
        row = events.get(user=scene.user, public_id=name)
        instant = datetime.fromisoformat(at)
        return Found.mine(events.occurrence(row, instant, scene.zone), scene.user)
    calendar, thing = elsewhere.find(scene, LIST, mark)
    start, _, name = thing.partition(_APART)
    instant = datetime.fromisoformat(start)
    day = timedelta(days=1)
    for event in calendar.events(start=instant, end=instant + day, zone=scene.zone):
        if event.id == name:
            return Found(event, calendar)
    raise errors.NotFound(phrases.say("gone_elsewhere"))
