"""Change the words of something on a list."""

import re
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
    text = _within(item.text, arguments.target, arguments.text)
    lists.reword(by=scene.user, item=item, text=text)
    undo = left.by(before, item.text)
    return Result(items.spoken(scene, item.list, [item.text]), undo=undo)


def _within(whole: str, target: str, text: str) -> str:
    """ "Brown rice instead of rice" leaves the beans of "rice and beans"."""
    words = re.compile(rf"(?<!\w){re.escape(target)}(?!\w)", re.IGNORECASE)
    has_both = phrases.words().answers["and"]
    joined = rf"(?<!\w)(?:{'|'.join(map(re.escape, has_both))})(?!\w)"
    if not re.search(joined, whole, re.IGNORECASE) or not words.search(whole):
        return text
    return words.sub(lambda _: text, whole, count=1)


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
