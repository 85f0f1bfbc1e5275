"""Events by text: what is on, which one is meant, what clashes, who is told.

There is the own calendar, always, and whatever calendars are connected beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.accounts.models import User
from apps.assistant import (
    elsewhere,
    event_words,
    events,
    occurrences,
    phrases,
    scopes,
    shared,
    syncing,
    times,
)
from apps.assistant.conversations import Scene
from apps.assistant.models import ToolCall
from apps.assistant.needs import Need
from apps.assistant.occurrences import Occurrence
from apps.assistant.targets import has, short
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

    def is_of(self, person: User) -> bool:
        """Whether it is on that person's own calendar."""
        return self.own is not None and self.own.event.user_id == person.pk

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
    for calendar in _apart(LIST, scene):
        try:
            found += _there(scene, calendar, start, end)
        except errors.AppError:
            silent.append(str(calendar))
    return Look(sorted(found, key=_by_time), silent)


def _apart(need: Need, scene: Scene) -> list[Calendar]:
    """Those that are connected and not kept in step: what is in those is in the own."""
    covered = syncing.covered(scene.user)
    there: list[Calendar] = need.met_by(scene.user)
    return [each for each in there if each.connection.pk not in covered]


def _there(
    scene: Scene, calendar: Calendar, start: datetime, end: datetime
) -> list[Found]:
    """In a connected calendar, but for what went there from the own."""
    account, linked = calendar.connection.pk, syncing.linked(scene.user)
    return [
        Found(event, calendar)
        for event in calendar.events(start=start, end=end, zone=scene.zone)
        if not linked & {(account, event.id), (account, event.series)}
    ]


def own(scene: Scene, start: datetime, end: datetime) -> list[Found]:
    rows = occurrences.between(user=scene.user, start=start, end=end, zone=scene.zone)
    return [Found.mine(each) for each in rows]


def theirs(scene: Scene, start: datetime, end: datetime) -> list[Found]:
    """On calendars that are shared with the person; they take none of their time."""
    if not (owners := shared.calendars(scene.user)):
        return []
    rows = occurrences.between(
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
    for calendar in _apart(BUSY, scene):
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
    wanted = occurrences.wanted(said)
    found = _about(scene, wanted) if wanted else []
    found = found or _on_its_day(scene, said)
    same = [f for f in found if phrases.folded(f.event.title) == phrases.folded(said)]
    # The whole of a title is that event alone.
    found = same if len(same) == 1 else found
    if not found:
        key = "no_event_about" if wanted else "which_event"
        raise errors.NotFound(phrases.say(key, words=short(said)))
    if len(found) > 1:
        options = [
            Option(
                event_words.line(scene, values(each)),
                {**given, "target": f"{elsewhere.BY_MARK}{each.mark}"},
            )
            for each in found[:MOST_CHOICES]
        ]
        raise Ask(phrases.say("which_one"), arguments=given, options=options)
    return found[0]


def _on_its_day(scene: Scene, said: str) -> list[Found]:
    """Of "soccer this saturday" what is called soccer on that day."""
    title, day = occurrences.dated(said)
    wanted = occurrences.wanted(title)
    start = _midnight(scene, day) if wanted else None
    if start is None:
        return comes_then(scene, said)
    look = find(scene, start, start + timedelta(days=1))
    return [each for each in look.found if has(each.event.title, wanted)]


def comes_then(scene: Scene, said: str) -> list[Found]:
    """Of a day alone, such as "friday's", what of the own comes again then."""
    title, day = occurrences.dated(said)
    is_day = not occurrences.wanted(title) and times.has_day(day)
    start = _midnight(scene, day) if is_day else None
    if start is None:
        return []
    found = own(scene, start, start + timedelta(days=1))
    return [each for each in found if each.own and each.own.event.rule]


def _midnight(scene: Scene, day: str) -> datetime | None:
    """With which the day begins that is said, if one is."""
    outcome = scene.read(day, clock=time(12)) if day else None
    if not isinstance(outcome, times.Exact):
        return None
    here = outcome.at.astimezone(ZoneInfo(scene.zone))
    return here.replace(hour=0, minute=0, second=0, microsecond=0)


def _about(scene: Scene, wanted: list[str]) -> list[Found]:
    """Of an own one that repeats the next alone."""
    mine = occurrences.about(scene.user, wanted, scene.now, scene.zone)
    found = [Found.mine(each) for each in mine]
    until = scene.now + occurrences.AHEAD
    known = set[int]()
    for each in theirs(scene, scene.now, until):
        assert each.own
        row = each.own.event
        if row.pk not in known and has(each.event.title, wanted):
            known.add(row.pk)
            found.append(each)
    for calendar in _apart(LIST, scene):
        found += [
            each
            for each in _there(scene, calendar, scene.now, until)
            if each.event.end > scene.now and has(each.event.title, wanted)
        ]
    return sorted(found, key=_by_time)


def scope(scene: Scene, found: Found, given: Mapping[str, str]) -> str:
    """How much is meant of one that repeats. Raises Ask."""
    if found.own is None or found.own.is_whole:
        return scopes.ALL
    if said := scopes.read(given["scope"]):
        return said
    settled = {**given, "target": f"{elsewhere.BY_MARK}{found.mark}"}
    at = event_words.when(scene, values(found))
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


def _marked(scene: Scene, mark: str) -> Found:
    if mark.startswith(f"{_OWN}{_APART}"):
        _, at, name = mark.split(_APART, 2)
        row = events.get(user=scene.user, public_id=name)
        instant = datetime.fromisoformat(at)
        return Found.mine(occurrences.occurrence(row, instant, scene.zone), scene.user)
    calendar, thing = elsewhere.find(scene, LIST, mark)
    start, _, name = thing.partition(_APART)
    instant = datetime.fromisoformat(start)
    day = timedelta(days=1)
    for event in calendar.events(start=instant, end=instant + day, zone=scene.zone):
        if event.id == name:
            return Found(event, calendar)
    raise errors.NotFound(phrases.say("gone_elsewhere"))
