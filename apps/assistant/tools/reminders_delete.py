"""Take a reminder off the list."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import phrases, receipts, reminders, scopes, targets
from apps.assistant.conversations import Scene
from apps.assistant.models import Reminder, Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("number on the last list, words of the reminder, or nothing")
    scope: str = said("of one that repeats: one for only the next, all, or nothing")


def run(scene: Scene, arguments: Arguments) -> Result:
    given = asdict(arguments)
    public_id = targets.find(scene, arguments.target, given)
    reminder = reminders.get_open(user=scene.user, public_id=public_id)
    whole = _whole(reminder)
    if whole is None:
        reminder, before = reminders.delete(user=scene.user, public_id=public_id)
        return Result(receipts.values(reminder), undo=before)
    if scopes.of(scene, reminder, given, reminder.due_at) == scopes.ALL:
        reminder, before = reminders.delete(
            user=scene.user, public_id=str(whole.public_id)
        )
        return Result(receipts.values(reminder), undo=before)
    if reminder.rule:
        reminder, before = reminders.skip(
            user=scene.user, public_id=public_id, occurrences=[reminder.due_at]
        )
    else:
        reminder, before = reminders.delete(user=scene.user, public_id=public_id)
    return Result(receipts.with_next(reminder), undo=before)


def _whole(reminder: Reminder) -> Reminder | None:
    """What repeats, if it does: the reminder itself or what it is one of."""
    whole = reminder.series or reminder
    return whole if whole.rule and whole.state == Reminder.State.ACTIVE else None


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    sentence = phrases.say("deleted", text=targets.short(values["text"]))
    return receipts.then(scene, sentence, values) if "next" in values else sentence


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
