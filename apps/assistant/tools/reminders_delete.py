"""Take a reminder off the list."""

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
    public_id = targets.find(scene, arguments.target, asdict(arguments))
    reminder, before = reminders.delete(user=scene.user, public_id=public_id)
    return Result(receipts.values(reminder), undo=before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("deleted", text=targets.short(values["text"]))


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    return receipts.restored(scene, "undone_delete", before)


TOOL = Tool(
    name="reminders.delete",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    undo=undo,
    receipt=receipt,
    hint="deleted_hint",
    examples=("delete 1", "del 1", "cancel the dentist reminder", "remove dentist"),
)
