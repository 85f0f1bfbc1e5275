"""Add to a note."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import notes, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("the note: its number on the list last shown, or its words")
    text: str = said("what to add to it")


def run(scene: Scene, arguments: Arguments) -> Result:
    row = notes.the_note(scene, arguments.target, asdict(arguments))
    before = notes.append(by=scene.user, row=row, text=arguments.text)
    return Result({**notes.spoken(row), "added": arguments.text}, undo=before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("note_added", added=short(values["added"]))


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    notes.restore(user=scene.user, before=before)
    return phrases.say("undone_note_change")


TOOL = Tool(
    name="notes.append",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("add to note 1: he also does heating",),
)
