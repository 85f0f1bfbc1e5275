"""Set a reminder."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import moments, phrases, receipts, reminders, told
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.recurrence import Recurrence
from apps.assistant.targets import short
from apps.assistant.toolbox import Ask, Result, Tool, said
from apps.rbac.catalog import Permission


@dataclass(frozen=True)
class Arguments:
    text: str = said("what to remind of, without the time")
    when: str = said("the person's words for the time, not computed")


def run(scene: Scene, arguments: Arguments) -> Result:
    given = asdict(arguments)
    if phrases.folded(arguments.text) in phrases.words().answers["that_thing"]:
        given["text"] = told.spoken_of(scene) or arguments.text
    if not arguments.text:
        if trouble := moments.trouble(scene, arguments.when):
            raise Ask(trouble, arguments={**given, "when": ""}, slot="when")
        given["when"] = moments.kept(scene, arguments.when)
        raise Ask(phrases.say("what"), arguments=given, slot="text")
    ask = phrases.say("when", text=short(given["text"]))
    found = moments.plan(scene, given, ask=ask)
    reminder = reminders.create(
        user=scene.user,
        text=given["text"],
        due_at=None if isinstance(found, Recurrence) else found,
        repeats=found if isinstance(found, Recurrence) else None,
        made_by=scene.call,
    )
    return Result(receipts.values(reminder), undo=reminders.unmade(reminder))


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return receipts.promised(scene, "created", values)


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    return receipts.restored(scene, "undone_create", before)


TOOL = Tool(
    name="reminders.create",
    risk=Risk.WRITE,
    permission=Permission.REMINDER_ADD,
    arguments=Arguments,
    run=run,
    undo=undo,
    receipt=receipt,
    hint="created_hint",
    is_blind=True,
    examples=(
        "remind me to call Ana tomorrow at 9",
        "call Ana in half an hour remind me",
        "reminder: water the plants friday at 5",
        "don't let me forget to buy 2 eggs tonight",
        "set a reminder for monday 8:30 to send the report",
        "wake me up at 6:30am",
        "remind me every weekday at 7:30 to leave",
        "remind me to take pills every day at 8am and 8pm until march 1",
    ),
)
