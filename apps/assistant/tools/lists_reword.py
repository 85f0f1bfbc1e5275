"""Change the words of something on a list."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import items, left, lists, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("its number on the list last shown, or its words")
    text: str = said("what it is to say")


def run(scene: Scene, arguments: Arguments) -> Result:
    item = items.find(scene, {**asdict(arguments), "list": ""})
    before = {"id": str(item.public_id), "text": item.text}
    lists.reword(by=scene.user, item=item, text=arguments.text)
    undo = left.by(before, item.text)
    return Result(items.spoken(scene, item.list, [item.text]), undo=undo)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("reworded", text=values["items"])


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    item = items.one(scene, before["id"])
    left.insist_same(before, item.text)
    lists.reword(by=scene.user, item=item, text=before["text"])
    return phrases.say("undone_reword", text=before["text"])


TOOL = Tool(
    name="lists.reword",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("rename item 1 to brown bread",),
)
