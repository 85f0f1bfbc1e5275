"""Give a reminder another time."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, time
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from apps.assistant import moments, phrases, receipts, reminders, targets
from apps.assistant.conversations import Scene
from apps.assistant.models import Reminder, Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("number on the last list, words of the reminder, or nothing")
    when: str = said("the person's words for the new time, not computed")


class Place(TypedDict):
    """Where a time that is only half said belongs."""

    day: date | None
    clock: time


def run(scene: Scene, arguments: Arguments) -> Result:
    given = asdict(arguments)
    public_id = targets.find(scene, arguments.target, given, spoken_of=True)
    current = reminders.get_open(user=scene.user, public_id=public_id)
    ask = phrases.say("move_when", text=targets.short(current.text))
    settled = {**given, "target": f"{targets.BY_ID}{public_id}"}
    due_at = moments.find(scene, settled, ask=ask, **_place(scene, current))
    reminder, before = reminders.move(
        user=scene.user, public_id=public_id, due_at=due_at
    )
    return Result(receipts.values(reminder), undo=before)


def _place(scene: Scene, reminder: Reminder) -> Place:
    """ "Move it to 5pm" stays on its day, "to friday" at its hour; a day that has come
    is no place to stay on."""
    zone = ZoneInfo(scene.zone)
    due = reminder.due_at.astimezone(zone)
    is_ahead = due.date() > scene.now.astimezone(zone).date()
    return {"day": due.date() if is_ahead else None, "clock": due.time()}


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return receipts.promised(scene, "moved", values)


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    return receipts.restored(scene, "undone_snooze", before)


TOOL = Tool(
    name="reminders.move",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    undo=undo,
    receipt=receipt,
    examples=("move 1 to 5pm", "move the dentist to friday 10am", "move 1 wednesday"),
)
