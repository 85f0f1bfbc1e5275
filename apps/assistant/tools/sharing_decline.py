"""Turn down what somebody offers to share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import offers, phrases, shared, sharing
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("its number on what was last shown, what it is, or whose")


def run(scene: Scene, arguments: Arguments) -> Result:
    row = sharing.the_offer(scene, arguments.target)
    name = shared.of(row.owner, short(shared.called(row.thing)))
    offers.decline(user=scene.user, row=row)
    return Result({"name": name})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("offer_declined", **values)


TOOL = Tool(
    name="sharing.decline",
    risk=Risk.OUTWARD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    # What others offer is for the person's own words to decide.
    by_model=False,
    examples=("decline", "decline 1"),
)
