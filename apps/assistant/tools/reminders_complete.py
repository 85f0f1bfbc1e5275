"""Mark a reminder done."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import phrases, receipts, reminders, targets
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("number on the last list, words of the reminder, or nothing")


def run(scene: Scene, arguments: Arguments) -> Result:
    public_id = targets.find(
        scene, arguments.target, asdict(arguments), fired_only=True
    )
    reminder, before = reminders.complete(user=scene.user, public_id=public_id)
    return Result(receipts.with_next(reminder), undo=before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return receipts.then(
        scene, phrases.say("completed", text=targets.short(values["text"])), values
    )


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    return receipts.restored(scene, "undone_complete", before)


TOOL = Tool(
    name="reminders.complete",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    undo=undo,
    receipt=receipt,
    examples=("done", "done 1", "done with the dentist", "mark dentist as done"),
)
