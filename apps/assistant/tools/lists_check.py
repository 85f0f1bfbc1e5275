"""Tick something off a list."""

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
    rows = items.each(scene, asdict(arguments))
    before = lists.mark(by=scene.user, rows=rows, state=ListItem.State.DONE)
    texts = [row.text for row in rows]
    return Result(items.spoken(scene, rows[0].list, texts), undo=before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say(
        "item_checked", items=values["items"], name=values["name"], count=values["open"]
    )


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    lists.restore(user=scene.user, before=before)
    return phrases.say("undone_check")


TOOL = Tool(
    name="lists.check",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("check off milk on my shopping list",),
)
