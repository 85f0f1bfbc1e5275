"""Show what stands on a list, numbered."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import items, moments, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import ListItem, Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    list: str = said("the name of the list; nothing for the one last spoken of")


def run(scene: Scene, arguments: Arguments) -> Result:
    return Result(items.shown(scene, items.the_list(scene, asdict(arguments))))


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["lines"]:
        return phrases.say("list_empty", name=values["name"])
    lines = [
        _line(scene, number, *line)
        for number, line in enumerate(values["lines"], start=1)
    ]
    return "\n".join([phrases.say("list_title", name=values["name"]), *lines])


def _line(scene: Scene, number: int, text: str, state: str, due_on: str) -> str:
    key = "item_done_line" if state == ListItem.State.DONE else "item_line"
    line = phrases.say(key, number=number, text=short(text))
    return f"{line}, {moments.day(scene, due_on)}" if due_on else line


TOOL = Tool(
    name="lists.show",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    examples=("show my shopping list", "what is on the todo list", "todos"),
)
