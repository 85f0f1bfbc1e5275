"""Keep a note."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import notes, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Ask, Result, Tool, said
from apps.rbac.catalog import Permission


@dataclass(frozen=True)
class Arguments:
    text: str = said("what to write down, in the person's words")


def run(scene: Scene, arguments: Arguments) -> Result:
    if not arguments.text.strip():
        raise Ask(phrases.say("note_what"), arguments=asdict(arguments), slot="text")
    row = notes.add(user=scene.user, text=arguments.text)
    return Result(notes.spoken(row), undo=notes.unmade(row))


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("note_kept", text=short(values["text"]))


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    notes.restore(user=scene.user, before=before)
    return phrases.say("undone_note")


TOOL = Tool(
    name="notes.add",
    risk=Risk.WRITE,
    permission=Permission.NOTE_ADD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    is_blind=True,
    examples=(
        "note: the plumber comes on tuesdays",
        "make a note that the gate sticks",
    ),
)
