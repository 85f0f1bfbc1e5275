"""Take an event off the calendar, once the person said yes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import agenda, elsewhere, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Proposal, Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("its number on the list last shown, or words of its title")


def propose(scene: Scene, arguments: Arguments) -> Proposal:
    found = agenda.the_event(scene, arguments.target, asdict(arguments))
    kept = agenda.values(found)
    key = "cancel_proposed_told" if found.others else "cancel_proposed"
    says = phrases.say(
        key, event=agenda.line(scene, kept), guests=agenda.told(found.others)
    )
    basis = {**kept, "others": sorted(found.others)}
    settled = {"target": f"{elsewhere.BY_MARK}{found.mark}"}
    return Proposal(says, settled, basis=basis)


def run(scene: Scene, arguments: Arguments) -> Result:
    found = agenda.the_event(scene, arguments.target, asdict(arguments))
    found.calendar.delete(found.event.id)
    return Result(agenda.values(found))


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("event_cancelled", event=agenda.line(scene, {**values}))


TOOL = Tool(
    name="calendar.cancel",
    risk=Risk.DESTRUCTIVE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    propose=propose,
    needs=agenda.CANCEL,
    is_untrusted=True,
    examples=("cancel event 1", "cancel the meeting with Ana"),
)
