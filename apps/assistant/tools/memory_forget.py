"""Forget a fact."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import memory, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("its number on the list last shown, or its words")


def run(scene: Scene, arguments: Arguments) -> Result:
    row = memory.the_fact(scene, arguments.target)
    return Result({"fact": memory.said(row)}, undo=memory.forget(row=row))


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("fact_forgotten", fact=short(values["fact"]))


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    memory.restore(user=scene.user, before=before)
    return phrases.say("undone_forget")


TOOL = Tool(
    name="memory.forget",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    hint="deleted_hint",
    examples=("forget my shoe size",),
)
