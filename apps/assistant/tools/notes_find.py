"""Find notes by their words, or show the latest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import notes, phrases, shared
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    words: str = said("words that stand in it; nothing for the latest")


def run(scene: Scene, arguments: Arguments) -> Result:
    rows = notes.find(scene.user, arguments.words)
    return Result(
        {
            "kind": notes.NOTES,
            "shown": [str(row.public_id) for row in rows],
            "words": arguments.words,
            "lines": [shared.named(scene.user, row, row.text) for row in rows],
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["lines"]:
        key = "no_note_about" if values["words"] else "no_notes"
        return phrases.say(key, words=short(values["words"]))
    if len(values["lines"]) == 1:
        return str(values["lines"][0])
    lines = [
        phrases.say("note_line", number=number, text=short(text))
        for number, text in enumerate(values["lines"], start=1)
    ]
    return "\n".join([phrases.say("notes_head"), *lines])


TOOL = Tool(
    name="notes.find",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    examples=("notes", "notes about the plumber", "what did I say about the gate"),
)
