"""Say yes or no to what waits for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import approvals, gate, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Approval, Risk, ToolCall
from apps.assistant.toolbox import Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    code: str = said("the two characters that name what waits, such as 7K")
    answer: str = said("yes, no or always, as the person said")


def run(scene: Scene, arguments: Arguments) -> Result:
    row = approvals.named(scene.user, arguments.code)
    if row is None:
        raise errors.NotFound(phrases.say("no_approval"))
    row = approvals.decide(
        user=scene.user,
        row=row,
        is_yes=arguments.answer in ("yes", "always"),
        always=arguments.answer == "always",
        via=Approval.Via.TEXT,
        by=scene.call,
    )
    call = row.call
    if call.state in (ToolCall.State.APPROVED, ToolCall.State.RUNNING):
        mine = scene.call
        call = gate.perform(scene, call)
        scene.call = mine
    return Result({"said": call.receipt})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    said: str = values["said"]
    return said


TOOL = Tool(
    name="approvals.decide",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    is_apart=True,
    by_model=False,
    examples=("ok 7k",),
)
