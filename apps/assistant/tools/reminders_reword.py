"""Change the words of a reminder."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import phrases, reminders, targets
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("number on the last list, or words of the reminder")
    text: str = said("what it is to say")


def run(scene: Scene, arguments: Arguments) -> Result:
    public_id = targets.find(scene, arguments.target, asdict(arguments), spoken_of=True)
    row, before = reminders.reword(
        user=scene.user, public_id=public_id, text=arguments.text.strip()
    )
    return Result({"focus": str(row.public_id), "text": row.text}, undo=before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("reworded", text=targets.short(values["text"]))


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    reminders.restore(user=scene.user, before=before)
    return phrases.say("undone_reword", text=targets.short(before["text"]))


TOOL = Tool(
    name="reminders.reword",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("rename 1 to call Anna", "reword 1: call Anna"),
)
