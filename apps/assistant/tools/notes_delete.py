"""Delete a note."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import notes, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("its number on the list last shown, or its words")


def run(scene: Scene, arguments: Arguments) -> Result:
    row = notes.the_note(scene, arguments.target)
    before = notes.delete(by=scene.user, row=row)
    return Result({"text": row.text}, undo=before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("note_deleted", text=short(values["text"]))


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    notes.restore(user=scene.user, before=before)
    return phrases.say("undone_note_delete")


TOOL = Tool(
    name="notes.delete",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    hint="deleted_hint",
    examples=("delete note 1",),
)
