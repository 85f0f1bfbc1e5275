"""Make a list."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import items, lists, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Ask, Result, Tool, said
from apps.assistant.tools.lists_add import undo
from apps.rbac.catalog import Permission


@dataclass(frozen=True)
class Arguments:
    name: str = said("what it is called")


def run(scene: Scene, arguments: Arguments) -> Result:
    if not arguments.name.strip():
        raise Ask(phrases.say("list_name"), arguments=asdict(arguments), slot="name")
    row = lists.make(user=scene.user, name=arguments.name)
    return Result(items.spoken(scene, row, []), undo=lists.unmade(row))


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("list_made", name=values["name"])


TOOL = Tool(
    name="lists.make",
    risk=Risk.WRITE,
    permission=Permission.LIST_ADD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    is_blind=True,
    examples=("new list called camping", "make a camping list"),
)
