"""Tell what is remembered, all of it or about something."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import memory, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    about: str = said("words of it, such as shoe size; nothing for all")


def run(scene: Scene, arguments: Arguments) -> Result:
    rows = memory.find(scene.user, arguments.about)
    return Result(
        {
            "kind": memory.FACTS,
            "shown": [str(row.public_id) for row in rows],
            "about": arguments.about,
            "lines": [memory.said(row) for row in rows],
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["lines"]:
        key = "no_fact_about" if values["about"] else "no_facts"
        return phrases.say(key, about=short(values["about"]))
    if len(values["lines"]) == 1:
        return str(values["lines"][0])
    lines = [
        phrases.say("note_line", number=number, text=short(fact))
        for number, fact in enumerate(values["lines"], start=1)
    ]
    return "\n".join([phrases.say("facts_head"), *lines])


TOOL = Tool(
    name="memory.recall",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    examples=("what do you know about me", "what is my shoe size"),
)
