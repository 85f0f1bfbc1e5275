"""Events in connected calendars: what is there, which one is meant, who is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import elsewhere, moments, phrases, ranges
from apps.assistant.conversations import Scene
from apps.assistant.needs import Need
from apps.assistant.targets import short
from apps.assistant.times import spoken
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
# Where words of an event are looked for.
AHEAD = timedelta(days=60)
_ADDRESS = re.compile(r"[^\s@,;<>()]+@[^\s@,;<>()]+\.[^\s@,;<>().]+")
_APART = "|"


@dataclass(frozen=True)
class Found:
    """An event, the calendar it is in and the mark of it."""

    calendar: Calendar
    event: Event

    @property
    def mark(self) -> str:
        start = self.event.start.isoformat()
        return elsewhere.mark(self.calendar, f"{start}{_APART}{self.event.id}")

    @property
    def others(self) -> list[str]:
        """Who is told of what becomes of it."""
        own = self.calendar.connection.label.casefold()
        return [each for each in self.event.attendees if each.casefold() != own]


def find(scene: Scene, start: datetime, end: datetime) -> list[Found]:
    """In all calendars, the earliest first; what is over is left out."""
    found = [
        Found(calendar, event)
        for calendar in LIST.met_by(scene.user)
        for event in calendar.events(start=start, end=end, zone=scene.zone)
        if event.end > scene.now
    ]
    return sorted(found, key=lambda each: (each.event.start, each.event.end))


def busy(scene: Scene, start: datetime, end: datetime) -> list[Busy]:
    """When any calendar says that the person is taken, the earliest first."""
    found = [
        each
        for calendar in BUSY.met_by(scene.user)
        for each in calendar.busy(start=start, end=end)
    ]
    return sorted(found, key=lambda each: (each.start, each.end))


def the_event(scene: Scene, said: str, given: dict[str, str]) -> Found:
    """The one that is meant, as it stands now: a number, "it", or words of its title.
    Raises errors.NotFound, or Ask where several are."""
    if mark := elsewhere.numbered(scene, EVENTS, said):
        return _marked(scene, mark)
    wanted = [
        word
        for word in phrases.folded(said).split()
        if word not in phrases.words().answers["articles"]
    ]
    found = [
        each
        for each in (find(scene, scene.now, scene.now + AHEAD) if wanted else ())
        if all(word in phrases.folded(each.event.title) for word in wanted)
    ]
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


def values(found: Found) -> dict[str, Any]:
    """What a receipt needs of it, as JSON."""
    event = found.event
    return {
        "title": event.title or phrases.say("event_no_title"),
        "start": event.start.isoformat(),
        "end": event.end.isoformat(),
        "is_all_day": event.is_all_day,
    }


def line(scene: Scene, kept: dict[str, Any], *, has_day: bool = True) -> str:
    """ "Dentist, Tue 24 Nov, 8:30 AM"."""
    return phrases.say(
        "event", title=short(kept["title"]), time=when(scene, kept, has_day=has_day)
    )


def when(scene: Scene, kept: dict[str, Any], *, has_day: bool = True) -> str:
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
    return clock(scene, start)


def span(scene: Scene, kept: dict[str, Any]) -> str:
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
) -> tuple[datetime, datetime, bool]:
    """When what is asked for begins and ends, and whether it takes whole days. Raises
    Ask, and errors.Invalid."""
    both = ranges.split(given["when"])
    if both.when and both.until and not both.rest:
        # A model hands over both ends in one.
        given = {**given, "when": both.when, "until": both.until}
    if ranges.is_all_day(given["until"]):
        start, end = ranges.day(scene, given["when"])
        return start, end, True
    if not ranges.has_clock(scene, given["when"]):
        raise Ask(ask, arguments=given, slot="when")
    start = moments.find(scene, given, ask=ask).astimezone(ZoneInfo(scene.zone))
    return start, ranges.end(scene, start, given["until"], length), False


def _marked(scene: Scene, mark: str) -> Found:
    calendar, thing = elsewhere.find(scene, LIST, mark)
    start, _, name = thing.partition(_APART)
    at = datetime.fromisoformat(start)
    day = timedelta(days=1)
    for event in calendar.events(start=at, end=at + day, zone=scene.zone):
        if event.id == name:
            return Found(calendar, event)
    raise errors.NotFound(phrases.say("gone_elsewhere"))
