"""Turn an offer down, and have no more of that person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import offers, phrases, sharing
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("its number on what was last shown, what it is, or whose")


def run(scene: Scene, arguments: Arguments) -> Result:
    row = sharing.the_offer(scene, arguments.target)
    offers.block(user=scene.user, row=row)
    return Result({"who": row.owner.email})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("person_blocked", **values)


TOOL = Tool(
    name="sharing.block",
    risk=Risk.OUTWARD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    # What others offer is for the person's own words to decide.
    by_model=False,
    examples=("block", "block 1"),
)
