"""Take what is done off a list."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import items, lists, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    list: str = said("the name of the list; nothing for the one last spoken of")


def run(scene: Scene, arguments: Arguments) -> Result:
    row = items.the_list(scene, asdict(arguments))
    before = lists.clear_done(by=scene.user, row=row)
    values = {**items.spoken(scene, row, []), "count": len(before["items"])}
    return Result(values, undo=before if before["items"] else None)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("list_cleared", name=values["name"], count=values["count"])


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    lists.restore(user=scene.user, before=before)
    return phrases.say("undone_items")


TOOL = Tool(
    name="lists.clear",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("clear done from my shopping list",),
)
