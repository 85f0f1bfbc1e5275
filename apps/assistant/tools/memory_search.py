"""Answer a question from what the person has told: facts, notes, events, reminders."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import phrases, recollection
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    words: str = said("the question, or words of what is looked for")


def run(scene: Scene, arguments: Arguments) -> Result:
    found = recollection.search(scene, arguments.words)
    lines = [each.line for each in found]
    values = {"words": arguments.words, "lines": lines}
    return Result({**values, **recollection.values(scene, found)})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    lines = values["lines"]
    if not lines:
        return phrases.say("nothing_told", words=short(values["words"]))
    if len(lines) == 1:
        return str(lines[0])
    return "\n".join(
        phrases.say("note_line", number=number, text=short(line))
        for number, line in enumerate(lines, start=1)
    )


TOOL = Tool(
    name="memory.search",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    is_untrusted=True,
    examples=("look everywhere for the spare key",),
)
