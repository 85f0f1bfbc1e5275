"""Tell what the rest of the day holds."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import briefs
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Nothing, Result, Tool


def run(scene: Scene, arguments: Nothing) -> Result:
    return Result({"told": briefs.told(scene.user, scene.now)})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return str(values["told"])


TOOL = Tool(
    name="brief.now",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    # Accounts that are connected are asked.
    is_apart=True,
    is_untrusted=True,
    examples=("brief", "what does my day look like"),
)
