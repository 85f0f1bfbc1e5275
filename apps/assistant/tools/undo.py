"""Take back the last change."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import phrases, undoing
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk, ToolCall
from apps.assistant.toolbox import Nothing, Result, Tool
from apps.core import errors


def run(scene: Scene, arguments: Nothing) -> Result:
    mine = scene.call
    if mine and (said := mine.result.get("sentence")):
        return Result({"sentence": said})
    calls = ToolCall.objects.owned_by(scene.user)
    # A worker that follows a dead one takes back what that one began to.
    begun = calls.filter(undone_by=mine).first() if mine else None
    last = begun or calls.undoable(scene.now).first()
    if last is None:
        raise errors.NotFound(phrases.say("nothing_to_undo"))
    return Result({"sentence": undoing.take_back(scene, last, by=mine)})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    sentence: str = values["sentence"]
    return sentence


TOOL = Tool(
    name="undo",
    risk=Risk.WRITE,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    is_apart=True,
    examples=("undo", "undo that"),
)
