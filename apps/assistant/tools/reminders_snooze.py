"""Say a reminder again later."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import moments, receipts, reminders, series, targets
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.models.conversations import REMINDERS
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("number on the last list, words of the reminder, or nothing")
    when: str = said("the person's words for how long or until when, or nothing")
    minutes: str = said("how many minutes, where it is a bare number")


def run(scene: Scene, arguments: Arguments) -> Result:
    given = _minutes(scene, asdict(arguments))
    if minutes := given.pop("minutes", ""):
        given["when"] = f"{minutes} m"
    public_id = targets.find(scene, given["target"], given, fired_only=True)
    current = reminders.get_open(user=scene.user, public_id=public_id)
    if given["when"]:
        settled = {**given, "target": f"{targets.BY_ID}{public_id}"}
        due_at = moments.find(scene, settled)
    else:
        # Of one that is still to come, later than it was.
        since = scene.now if series.just_fired(current) else current.due_at
        due_at = max(scene.now, since) + reminders.SNOOZE
    reminder, before = reminders.snooze(
        user=scene.user, public_id=public_id, due_at=due_at
    )
    return Result(receipts.values(reminder), undo=before)


def _minutes(scene: Scene, given: dict[str, str]) -> dict[str, str]:
    """ "snooze 20" means minutes when no list is that long."""
    target = given["target"]
    is_number = target.isdigit() and not given["when"]
    if is_number and int(target) > max(4, len(scene.shown_of(REMINDERS))):
        return {"target": "", "when": f"{target} m", "minutes": ""}
    return given


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return receipts.promised(scene, "snoozed", values)


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    return receipts.restored(scene, "undone_snooze", before)


TOOL = Tool(
    name="reminders.snooze",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    undo=undo,
    receipt=receipt,
    examples=("snooze", "snooze 20 min", "snooze 1 until 5pm", "snooze dentist for 2h"),
)
