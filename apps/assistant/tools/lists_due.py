"""Say when something on a list is due."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import items, left, lists, moments, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said
from apps.assistant.tools.lists_add import END_OF_DAY


@dataclass(frozen=True)
class Arguments:
    target: str = said("its number on the list last shown, its words, or it")
    when: str = said("the person's words for the day it is due")


def run(scene: Scene, arguments: Arguments) -> Result:
    given = asdict(arguments)
    item = items.find(scene, {**given, "list": ""})
    ask = phrases.say("not_a_time")
    due_at = moments.find(scene, given, ask=ask, clock=END_OF_DAY)
    due_on = due_at.astimezone(ZoneInfo(scene.zone)).date()
    before = {"id": str(item.public_id), "due_on": str(item.due_on or "")}
    lists.date_item(by=scene.user, item=item, due_on=due_on)
    values = items.spoken(scene, item.list, [item.text])
    return Result({**values, "due_on": str(due_on)}, undo=left.by(before, str(due_on)))


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    day = moments.day(scene, values["due_on"])
    return phrases.say("item_due_on", item=values["items"], day=day)


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    item = items.one(scene, before["id"])
    left.insist_same(before, str(item.due_on or ""))
    was = before["due_on"]
    due_on = date.fromisoformat(was) if was else None
    lists.date_item(by=scene.user, item=item, due_on=due_on)
    return phrases.say("undone_items")


TOOL = Tool(
    name="lists.due",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("item 1 is due on december 15",),
)
