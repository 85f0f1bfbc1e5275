"""Remember a small fact about the person."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import memory, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Ask, Result, Tool, said
from apps.rbac.catalog import Permission


@dataclass(frozen=True)
class Arguments:
    text: str = said("the fact in the person's words, such as: my shoe size is 42")


def run(scene: Scene, arguments: Arguments) -> Result:
    if not arguments.text.strip():
        raise Ask(phrases.say("fact_what"), arguments=asdict(arguments), slot="text")
    row, undo = memory.remember(user=scene.user, text=arguments.text)
    return Result(memory.spoken(row), undo=undo)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("fact_kept", fact=values["fact"])


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    memory.restore(user=scene.user, before=before)
    return phrases.say("undone_fact")


TOOL = Tool(
    name="memory.remember",
    risk=Risk.WRITE,
    permission=Permission.FACT_ADD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    is_blind=True,
    examples=("remember my shoe size is 42", "remember that Ana is allergic to nuts"),
)
