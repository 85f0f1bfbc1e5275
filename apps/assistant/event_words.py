"""An event in words: when it is, how it comes again, what it overlaps with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.recurrence import Recurrence
from apps.assistant.targets import short
from apps.assistant.times import spoken
from apps.assistant.told import when as rule_and_next


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


def told(addresses: Sequence[str]) -> str:
    """Of whom it is said that they are told."""
    shown = ", ".join(addresses[:2])
    more = len(addresses) - 2
    return phrases.say("and_more", shown=shown, count=more) if more > 0 else shown
