"""Delete a whole list."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import items, lists, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    list: str = said("the name of the list")


def run(scene: Scene, arguments: Arguments) -> Result:
    row = items.the_list(scene, asdict(arguments))
    count = row.items.open().count()
    before = lists.drop(by=scene.user, row=row)
    return Result({"name": row.name, "count": count}, undo=before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("list_dropped", name=values["name"], count=values["count"])


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    lists.restore(user=scene.user, before=before)
    return phrases.say("undone_drop")


TOOL = Tool(
    name="lists.drop",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    hint="deleted_hint",
    examples=("delete my camping list",),
)
