"""Give an event another time; where others take part it asks before they are told."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import (
    agenda,
    appointments,
    elsewhere,
    event_words,
    events,
    moments,
    occurrences,
    phrases,
    ranges,
    scopes,
    shared,
    times,
)
from apps.assistant.agenda import Found
from apps.assistant.conversations import Scene
from apps.assistant.events import Times
from apps.assistant.models import Risk
from apps.assistant.recurrence import Recurrence
from apps.assistant.times import spoken
from apps.assistant.toolbox import Proposal, Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    target: str = said("its number on the list last shown, or words of its title")
    when: str = said("the new time in their words, not computed")
    until: str = said(
        "when it ends or how long it is (4pm, for 30 minutes), or nothing"
    )
    scope: str = said("of one that repeats: one for only that one, all, or nothing")
    by: str = said("how much later, such as 30 minutes, where no time is said")


@dataclass(frozen=True)
class Planned:
    """What is moved and to when; with a rule it repeats by that from then on."""

    found: Found
    start: datetime
    end: datetime
    rule: Recurrence | None = None
    has_clock: bool = True


def propose(scene: Scene, arguments: Arguments) -> Proposal | None:
    if agenda.begun(scene):
        return None
    planned = _planned(scene, arguments)
    found = planned.found
    if not found.others:
        return None
    kept = {
        **agenda.values(found),
        "start": planned.start.isoformat(),
        "end": planned.end.isoformat(),
    }
    says = phrases.say(
        "move_proposed",
        title=kept["title"],
        time=event_words.span(scene, kept),
        guests=event_words.told(found.others),
    )
    settled = {
        "scope": "" if found.calendar else _scope(scene, planned, arguments),
        "target": f"{elsewhere.BY_MARK}{found.mark}",
        "when": spoken.exact(planned.start, scene.zone),
        "until": spoken.exact(planned.end, scene.zone),
    }
    return Proposal(says, settled, basis={"others": sorted(found.others)})


def run(scene: Scene, arguments: Arguments) -> Result:
    if before := agenda.begun(scene):
        return _moved(scene, before)
    planned = _planned(scene, arguments)
    found = planned.found
    if found.others and scene.call and scene.call.risk != Risk.OUTWARD:
        # Somebody was invited since it was looked at: nobody said yes to that.
        raise errors.Conflict(phrases.say("event_changed"))
    if found.calendar is None:
        scope = _scope(scene, planned, arguments)
        before = agenda.once(scene, lambda: _own(scene, planned, scope))
        return _moved(scene, before)
    was = found.event
    event = found.calendar.update(
        was.id,
        start=planned.start,
        end=planned.end,
        is_all_day=was.is_all_day,
        zone=scene.zone,
    )
    moved = Found(event, found.calendar)
    values = {**agenda.values(moved), "others": found.others}
    values |= _numbered(scene, found.mark, moved.mark)
    undo = {
        "event": elsewhere.mark(found.calendar, was.id),
        "start": was.start.isoformat(),
        "end": was.end.isoformat(),
        "is_all_day": was.is_all_day,
    }
    return Result(values, undo=None if found.others else undo)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    sentence = phrases.say(
        "event_moved_told" if values["others"] else "event_moved",
        title=values["title"],
        time=event_words.series(scene, values),
        guests=event_words.told(values["others"]),
    )
    return " ".join(filter(None, [sentence, event_words.overlaps(scene, values)]))


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    if "events" in before:
        events.restore(user=scene.user, before=before)
        return phrases.say("undone_move", event=event_words.line(scene, before["was"]))
    calendar, name = elsewhere.find(scene, agenda.CHANGE, before["event"])
    event = calendar.update(
        name,
        start=datetime.fromisoformat(before["start"]),
        end=datetime.fromisoformat(before["end"]),
        is_all_day=before["is_all_day"],
        zone=scene.zone,
    )
    kept = agenda.values(Found(event, calendar))
    return phrases.say("undone_move", event=event_words.line(scene, kept))


def _moved(scene: Scene, before: dict[str, Any]) -> Result:
    row = events.get(user=scene.user, public_id=before["now"])
    now = Found.mine(occurrences.upcoming(row, scene.now, scene.zone), scene.user)
    values = {
        **agenda.values(now),
        "others": now.others,
        "clash": agenda.clash(scene, now),
        **_numbered(scene, before["mark"], now.mark),
    }
    # To take it back would be to write to them once more.
    return Result(values, undo=None if now.others else before)


def _numbered(scene: Scene, before: str, now: str) -> dict[str, Any]:
    """It keeps its number."""
    shown = scene.shown_of(agenda.EVENTS)
    if before not in shown:
        return elsewhere.spoken_of(scene, agenda.EVENTS, now)
    marks = [now if each == before else each for each in shown]
    return {**elsewhere.spoken_of(scene, agenda.EVENTS, now), "shown": marks}


def _scope(scene: Scene, planned: Planned, arguments: Arguments) -> str:
    """A day is said of one alone, a rule of all."""
    if planned.rule:
        return scopes.ALL
    given = asdict(arguments)
    own = planned.found.own
    if own and not own.is_whole and not given["scope"] and times.has_day(given["when"]):
        return scopes.ONE
    return agenda.scope(scene, planned.found, given)


def _own(scene: Scene, planned: Planned, scope: str) -> dict[str, Any]:
    own = planned.found.own
    assert own
    row = own.event
    new = _times(scene, planned)
    if scope == scopes.ALL and row.rule and planned.rule is None:
        # All of them as far as this one.
        by = planned.start.replace(tzinfo=None) - own.start.replace(tzinfo=None)
        start = (row.wall + by).replace(tzinfo=ZoneInfo(row.zone))
        new = replace(new, start=start, end=start + (new.end - new.start))
        new = replace(new, zone=row.zone, rule=row.rule)
    with shared.changing(by=scene.user, event=row):
        if scope == scopes.ONE:
            single, before = events.change_one(row=row, at=own.at, times=new)
        else:
            single, before = events.change(row=row, times=new)
    return {
        **before,
        "now": str(single.public_id),
        "mark": planned.found.mark,
        "was": agenda.values(planned.found),
    }


def _times(scene: Scene, planned: Planned) -> Times:
    if planned.found.event.is_all_day and not planned.has_clock:
        first, after = planned.start.date(), planned.end.date()
        found = events.on_days(first, after, scene.zone)
    else:
        found = Times(planned.start, planned.end, scene.zone)
    if (rule := planned.rule) is None:
        return found
    if rule.is_elapsed:
        raise errors.Invalid(phrases.say("event_too_often"))
    rule = rule.at(time()) if found.is_all_day else rule
    return replace(found, rule=rule.rule, exceptions=rule.exceptions)


def _planned(scene: Scene, arguments: Arguments) -> Planned:
    given = asdict(arguments)
    found = agenda.the_event(scene, arguments.target, given)
    given["target"] = f"{elsewhere.BY_MARK}{found.mark}"
    if by := given.pop("by"):
        later = moments.later(found.event.start, by, scene.zone)
        given["when"] = spoken.exact(later, scene.zone)
    both = ranges.split(given["when"])
    if both.when and both.until and not both.rest:
        given |= {"when": both.when, "until": both.until}
    event, zone = found.event, ZoneInfo(scene.zone)
    start, end = event.start.astimezone(zone), event.end.astimezone(zone)
    is_ahead = start.date() > scene.now.astimezone(zone).date()
    plan = moments.plan if found.calendar is None else moments.find
    new = plan(
        scene,
        given,
        ask=phrases.say("event_when", title=event.title),
        # "To 5pm" stays on its day, "to friday" at its hour.
        day=start.date() if is_ahead else None,
        clock=start.time(),
    )
    rule = new if isinstance(new, Recurrence) else None
    at = (new.begins if isinstance(new, Recurrence) else new).astimezone(zone)
    has_clock = ranges.has_clock(scene, given["when"])
    length = end - start
    if event.is_all_day and has_clock and found.own:
        length = ranges.HOUR
    last = ranges.end(scene, at, given["until"], length)
    if rule is None:
        appointments.insist_clear(scene, given, at, last)
    return Planned(found, at, last, rule, has_clock)


TOOL = Tool(
    name="calendar.move",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    propose=propose,
    undo=undo,
    is_apart=True,
    is_untrusted=True,
    examples=("move event 1 to 5pm", "move the meeting with Ana to friday 3-4"),
)
