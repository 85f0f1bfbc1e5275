"""Show what is switched on and off."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import features, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Nothing, Result, Tool


def run(scene: Scene, arguments: Nothing) -> Result:
    off = features.off(scene.user)
    titles = {key: each.name for key, each in features.FEATURES.items()}
    return Result(
        {
            "on": [title for key, title in titles.items() if key not in off],
            "off": [title for key, title in titles.items() if key in off],
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["off"]:
        return phrases.say("features_all_on", on=", ".join(values["on"]))
    on = ", ".join(values["on"]) or phrases.say("features_none")
    return phrases.say("features", on=on, off=", ".join(values["off"]))


TOOL = Tool(
    name="features.list",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    examples=("features", "what is switched on"),
)
