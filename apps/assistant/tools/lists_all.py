"""Show all lists, and how much is open on each."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import lists, phrases, shared
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Nothing, Result, Tool


def run(scene: Scene, arguments: Nothing) -> Result:
    rows = lists.every(scene.user)
    return Result(
        {
            "lines": [
                [shared.named(scene.user, row, row.name), count] for row, count in rows
            ]
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["lines"]:
        return phrases.say("no_lists")
    told = [
        phrases.say("list_count", name=name, count=count)
        for name, count in values["lines"]
    ]
    return phrases.say("all_lists", lists=", ".join(told))


TOOL = Tool(
    name="lists.all",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    examples=("lists", "show my lists"),
)
