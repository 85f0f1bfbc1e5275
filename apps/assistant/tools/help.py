"""What one can say, in pages that fit one text each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    topic: str = said("what help is wanted about, or nothing")


def run(scene: Scene, arguments: Arguments) -> Result:
    topics = phrases.words().topics
    words = arguments.topic.lower().split()
    fits = (page for page, names in topics.items() if {*words} & {*names})
    return Result({"page": next(fits, "help")})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say(values["page"])


TOOL = Tool(
    name="help",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    is_blind=True,
    examples=("?", "menu", "help reminders"),
)
