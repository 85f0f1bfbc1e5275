"""Move something from one list to another."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import items, lists, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said
from apps.assistant.tools.lists_add import the_list_or_new, undo
from apps.rbac.catalog import Permission


@dataclass(frozen=True)
class Arguments:
    target: str = said("its number on the list last shown, or its words")
    to: str = said("the name of the list it goes to")


def run(scene: Scene, arguments: Arguments) -> Result:
    given = asdict(arguments)
    item = items.find(scene, {**given, "list": ""})
    row, is_new = the_list_or_new(scene, {**given, "list": arguments.to})
    made, undo = lists.transfer(by=scene.user, item=item, row=row)
    if is_new:
        undo |= {"list": str(row.public_id), "is_deleted": True}
    values = items.spoken(scene, row, [made.text])
    return Result({**values, "was": item.list.name}, undo=undo)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    moved = {key: values[key] for key in ("items", "name", "was")}
    return phrases.say("item_moved", **moved)


TOOL = Tool(
    name="lists.transfer",
    risk=Risk.WRITE,
    permission=Permission.LIST_ADD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("move item 1 to the ikea list",),
)
