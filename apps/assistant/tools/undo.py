"""Take back the last change."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import phrases, toolbox
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk, ToolCall
from apps.assistant.toolbox import Nothing, Result, Tool
from apps.core import errors


def run(scene: Scene, arguments: Nothing) -> Result:
    calls = ToolCall.objects.owned_by(scene.user).undoable(scene.now)
    last = calls.select_for_update().first()
    if last is None or last.undo is None:
        raise errors.NotFound(phrases.say("nothing_to_undo"))
    undo = toolbox.named(last.tool).undo
    if undo is None:
        raise errors.NotFound(phrases.say("nothing_to_undo"))
    sentence = undo(scene, last.undo)
    last.state = ToolCall.State.UNDONE
    last.save(update_fields=["state"])
    return Result({"sentence": sentence})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    sentence: str = values["sentence"]
    return sentence


TOOL = Tool(
    name="undo",
    risk=Risk.WRITE,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    examples=("undo", "undo that"),
)
