"""When an event is to be that somebody asks for, and whom they want there."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.assistant import event_words, events, moments, phrases, ranges
from apps.assistant import times as grammar
from apps.assistant.conversations import Scene
from apps.assistant.events import Times
from apps.assistant.recurrence import Recurrence
from apps.assistant.times import spoken
from apps.assistant.toolbox import Ask, Option
from apps.core import errors

_ADDRESS = re.compile(r"[^\s@,;<>()]+@[^\s@,;<>()]+\.[^\s@,;<>().]+")
# An appointment that lasts longer is rare, and one that was not meant likelier.
HALF_DAY = timedelta(hours=12)


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
                event_words.between(scene, first, last),
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
    return isinstance(scene.read(when), grammar.Repeats)


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


def guests(text: str) -> list[str]:
    """The mail addresses in a text."""
    return list(dict.fromkeys(_ADDRESS.findall(text)))
