"""End a pause."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import phrases, preferred
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Nothing, Result, Tool


def run(scene: Scene, arguments: Nothing) -> Result:
    until = scene.user.paused_until
    is_on = until is not None and until > scene.now
    return Result({"was": is_on}, undo=preferred.change(scene, paused_until=None))


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("resumed" if values["was"] else "not_paused")


TOOL = Tool(
    name="settings.resume",
    risk=Risk.WRITE,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    undo=preferred.restore,
    examples=("resume",),
)
