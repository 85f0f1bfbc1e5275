"""Give up what somebody shares with one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import phrases, sharing
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    thing: str = said("what of whom, or its number on what was last shown")


def run(scene: Scene, arguments: Arguments) -> Result:
    row = sharing.to_leave(scene, arguments.thing)
    return Result({"name": sharing.leave(scene, row)})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("share_left", **values)


TOOL = Tool(
    name="sharing.leave",
    risk=Risk.OUTWARD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    by_model=False,
    examples=("leave share 1", "leave the calendar of Ana"),
)
