"""Show what is offered, what one has of others, and what others have."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import phrases, sharing
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Nothing, Result, Tool


def run(scene: Scene, arguments: Nothing) -> Result:
    found = sharing.lines(scene.user)
    return Result(
        {
            "kind": sharing.SHARES,
            "shown": [each.mark for each in found],
            "lines": [sharing.told(scene.user, each) for each in found],
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["lines"]:
        return phrases.say("no_shares")
    return "\n".join(
        phrases.say(key, number=number, what=what, who=who, level=level)
        for number, (key, what, who, level) in enumerate(values["lines"], start=1)
    )


TOOL = Tool(
    name="sharing.list",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    # What others call their things.
    is_untrusted=True,
    examples=("shares", "what do I share", "what is shared with me"),
)
