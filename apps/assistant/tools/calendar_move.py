"""Give an event another time; where others take part it asks before they are told."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import agenda, elsewhere, moments, phrases, ranges
from apps.assistant.agenda import Found
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
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


def propose(scene: Scene, arguments: Arguments) -> Proposal | None:
    found, start, end = _planned(scene, arguments)
    if not found.others:
        return None
    kept = {**agenda.values(found), "start": start.isoformat(), "end": end.isoformat()}
    says = phrases.say(
        "move_proposed",
        title=kept["title"],
        time=agenda.span(scene, kept),
        guests=agenda.told(found.others),
    )
    settled = {
        "target": f"{elsewhere.BY_MARK}{found.mark}",
        "when": spoken.exact(start, scene.zone),
        "until": spoken.exact(end, scene.zone),
    }
    return Proposal(says, settled, basis={"others": sorted(found.others)})


def run(scene: Scene, arguments: Arguments) -> Result:
    found, start, end = _planned(scene, arguments)
    if found.others and scene.call and scene.call.risk != Risk.OUTWARD:
        # Somebody was invited since it was looked at: nobody said yes to that.
        raise errors.Conflict(phrases.say("event_changed"))
    before = found.event
    event = found.calendar.update(
        before.id,
        start=start,
        end=end,
        is_all_day=before.is_all_day,
        zone=scene.zone,
    )
    moved = Found(found.calendar, event)
    values = {**agenda.values(moved), "others": found.others}
    shown = scene.shown_of(agenda.EVENTS)
    if found.mark in shown:
        # It keeps its number.
        marks = [moved.mark if each == found.mark else each for each in shown]
        values |= {"kind": agenda.EVENTS, "shown": marks}
    undo = {
        "event": elsewhere.mark(found.calendar, before.id),
        "start": before.start.isoformat(),
        "end": before.end.isoformat(),
        "is_all_day": before.is_all_day,
    }
    return Result(values, undo=None if found.others else undo)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say(
        "event_moved_told" if values["others"] else "event_moved",
        title=values["title"],
        time=agenda.span(scene, {**values}),
        guests=agenda.told(values["others"]),
    )


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    calendar, name = elsewhere.find(scene, agenda.CHANGE, before["event"])
    event = calendar.update(
        name,
        start=datetime.fromisoformat(before["start"]),
        end=datetime.fromisoformat(before["end"]),
        is_all_day=before["is_all_day"],
        zone=scene.zone,
    )
    kept = agenda.values(Found(calendar, event))
    return phrases.say("undone_move", event=agenda.line(scene, kept))


def _planned(scene: Scene, arguments: Arguments) -> tuple[Found, datetime, datetime]:
    given = asdict(arguments)
    found = agenda.the_event(scene, arguments.target, given)
    given["target"] = f"{elsewhere.BY_MARK}{found.mark}"
    both = ranges.split(given["when"])
    if both.when and both.until and not both.rest:
        given |= {"when": both.when, "until": both.until}
    event, zone = found.event, ZoneInfo(scene.zone)
    start, end = event.start.astimezone(zone), event.end.astimezone(zone)
    is_ahead = start.date() > scene.now.astimezone(zone).date()
    new = moments.find(
        scene,
        given,
        ask=phrases.say("event_when", title=event.title),
        # "To 5pm" stays on its day, "to friday" at its hour.
        day=start.date() if is_ahead else None,
        clock=start.time(),
    ).astimezone(zone)
    return found, new, ranges.end(scene, new, given["until"], end - start)


TOOL = Tool(
    name="calendar.move",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    propose=propose,
    undo=undo,
    needs=agenda.CHANGE,
    is_untrusted=True,
    examples=("move event 1 to 5pm", "move the meeting with Ana to friday 3-4"),
)
