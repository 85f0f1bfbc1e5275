"""Take an event off the calendar; from one that is connected once the person said yes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import (
    agenda,
    elsewhere,
    event_words,
    events,
    phrases,
    scopes,
    shared,
)
from apps.assistant.agenda import Found
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Proposal, Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    target: str = said("its number on the list last shown, or words of its title")
    scope: str = said("of one that repeats: one for only that one, all, or nothing")


def propose(scene: Scene, arguments: Arguments) -> Proposal | None:
    if agenda.begun(scene):
        return None
    found = agenda.the_event(scene, arguments.target, asdict(arguments))
    if found.calendar is None and not found.others:
        return None
    scope = agenda.scope(scene, found, asdict(arguments))
    kept = agenda.values(found)
    key = "cancel_proposed_told" if found.others else "cancel_proposed"
    says = phrases.say(
        key, event=event_words.line(scene, kept), guests=event_words.told(found.others)
    )
    basis = {**kept, "others": sorted(found.others)}
    settled = {"target": f"{elsewhere.BY_MARK}{found.mark}", "scope": scope}
    return Proposal(says, settled, basis=basis, risk=Risk.DESTRUCTIVE)


def run(scene: Scene, arguments: Arguments) -> Result:
    assert scene.call
    if before := agenda.begun(scene):
        return Result(before["values"], undo=before)
    given = asdict(arguments)
    found = agenda.the_event(scene, arguments.target, given)
    if (found.calendar or found.others) and scene.call.risk != Risk.DESTRUCTIVE:
        # It was another one that was looked at: nobody said yes to this.
        raise errors.Conflict(phrases.say("event_changed"))
    if found.calendar is not None:
        found.calendar.delete(found.event.id)
        return Result(agenda.values(found))
    scope = agenda.scope(scene, found, given)
    before = agenda.once(scene, lambda: _taken_off(scene, found, scope))
    # To take it back would be to write to them once more.
    return Result(before["values"], undo=None if found.others else before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if "repeats" in values:
        event = phrases.say(
            "event", title=values["title"], time=event_words.series(scene, values)
        )
        return phrases.say("event_cancelled", event=event)
    return phrases.say("event_cancelled", event=event_words.line(scene, values))


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    events.restore(user=scene.user, before=before)
    return phrases.say("undone_cancel", event=event_words.line(scene, before["values"]))


def _taken_off(scene: Scene, found: Found, scope: str) -> dict[str, Any]:
    assert found.own
    row, values = found.own.event, agenda.values(found)
    with shared.changing(by=scene.user, event=row):
        if scope == scopes.ALL:
            return {**events.delete(row=row), "values": values}
        values.pop("repeats", None)
        return {**events.leave_out(row=row, at=found.own.at), "values": values}


TOOL = Tool(
    name="calendar.cancel",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    propose=propose,
    undo=undo,
    is_apart=True,
    is_untrusted=True,
    hint="deleted_hint",
    examples=("cancel event 1", "cancel the meeting with Ana"),
)
