"""Tell how much is open on a list."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import items, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    list: str = said("the name of the list; nothing for the one last spoken of")


def run(scene: Scene, arguments: Arguments) -> Result:
    row = items.the_list(scene, asdict(arguments))
    return Result(items.spoken(scene, row, []))


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("list_open", name=values["name"], count=values["open"])


TOOL = Tool(
    name="lists.count",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    examples=("how many things are on my shopping list",),
)
