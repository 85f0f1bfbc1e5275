"""Give a list another name."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import items, lists, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    list: str = said("the name it has")
    name: str = said("the name it is to have")


def run(scene: Scene, arguments: Arguments) -> Result:
    row = items.the_list(scene, asdict(arguments))
    before = lists.rename(user=scene.user, row=row, name=arguments.name)
    return Result({**items.spoken(scene, row, []), "was": before["name"]}, undo=before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("list_renamed", was=values["was"], name=values["name"])


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    lists.restore(user=scene.user, before=before)
    return phrases.say("undone_rename", name=before["name"])


TOOL = Tool(
    name="lists.rename",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("rename my camping list to holiday",),
)
