"""Say times by a clock of 12 or of 24 hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import phrases, preferred
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    hours: str = said("12 or 24")


def run(scene: Scene, arguments: Arguments) -> Result:
    if arguments.hours not in ("12", "24"):
        raise errors.Invalid(phrases.say("clock_what"))
    before = preferred.change(scene, clock_hours=int(arguments.hours))
    return Result({"hours": arguments.hours}, undo=before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("clock_is", hours=values["hours"])


TOOL = Tool(
    name="settings.clock",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=preferred.restore,
    examples=("use the 24 hour clock",),
)
