"""Show which channels the person follows on YouTube."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import library, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Nothing, Result, Tool


def run(scene: Scene, arguments: Nothing) -> Result:
    sides = library.FOLLOWED.met_by(scene.user)
    found = [
        each.title
        for side in sides
        for each in side.subscriptions(most=library.MOST_LISTED)
    ]
    return Result({"titles": found})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["titles"]:
        return phrases.say("no_subscriptions")
    return phrases.say("subscriptions", titles=", ".join(values["titles"]))


TOOL = Tool(
    name="videos.subscriptions",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    needs=library.FOLLOWED,
    is_untrusted=True,
    examples=("my subscriptions", "which channels do I follow"),
)
