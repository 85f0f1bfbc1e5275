"""Take something off a list."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import items, lists, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import ListItem, Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("its number on the list last shown, or its words")
    list: str = said("the name of the list; nothing for the one last spoken of")


def run(scene: Scene, arguments: Arguments) -> Result:
    item = items.find(scene, asdict(arguments))
    before = lists.mark(by=scene.user, rows=[item], state=ListItem.State.DELETED)
    return Result(items.spoken(scene, item.list, [item.text]), undo=before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say(
        "item_removed", items=values["items"], name=values["name"], count=values["open"]
    )


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    lists.restore(user=scene.user, before=before)
    return phrases.say("undone_remove")


TOOL = Tool(
    name="lists.remove",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("delete milk from my shopping list", "take milk off my shopping list"),
)
