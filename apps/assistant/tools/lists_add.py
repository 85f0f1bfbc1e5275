"""Put things on a list, which is made if there is none of that name."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import items, lists, moments, phrases, shared
from apps.assistant.conversations import Scene
from apps.assistant.models import List, Risk
from apps.assistant.targets import BY_ID
from apps.assistant.toolbox import Ask, Result, Tool, said
from apps.core import errors
from apps.rbac.catalog import Permission

# A task that is due today still is in the evening.
END_OF_DAY = time(23, 59)


@dataclass(frozen=True)
class Arguments:
    items: str = said("what to put on it, several apart by commas")
    list: str = said("the name of the list, such as shopping or todo")
    several: str = said("yes for several tasks apart by commas, else nothing")
    when: str = said("for a task: the person's words for the day it is due, or nothing")
    new: str = said("yes where they ask for a new list of that name, else nothing")


def run(scene: Scene, arguments: Arguments) -> Result:
    given = asdict(arguments)
    if not arguments.items.strip():
        raise Ask(phrases.say("item_missing"), arguments=given, slot="items")
    row, is_new = the_list_or_new(scene, given)
    due_on = None
    if arguments.when:
        ask = phrases.say("not_a_time")
        due_at = moments.find(scene, given, ask=ask, clock=END_OF_DAY)
        due_on = due_at.astimezone(ZoneInfo(scene.zone)).date()
    is_one = row.key == lists.TODO and not arguments.several
    texts = [arguments.items] if is_one else items.parts(arguments.items)
    made = lists.add(by=scene.user, row=row, texts=texts, due_on=due_on)
    values = items.spoken(scene, row, [item.text for item in made])
    undo = lists.unmade(row, made, is_new=is_new)
    due = str(due_on or "")
    return Result({**values, "is_new": is_new, "due_on": due}, undo=undo)


def the_list_or_new(scene: Scene, given: dict[str, Any]) -> tuple[List, bool]:
    """The one that is named in `given`, and whether it was made for that; with none named
    the one last spoken of, else that of tasks."""
    name = given["list"]
    try:
        return items.the_list(scene, given), False
    except errors.NotFound:
        if name.startswith(BY_ID):
            raise
        if not name:
            return the_list_or_new(scene, {**given, "list": lists.TODO})
        if not given.get("new") and shared.names_another(scene.user, name):
            called = name[: lists.LONGEST_NAME]
            raise errors.NotFound(phrases.say("no_list_of", name=called)) from None
        spoken = phrases.words().answers["list_names"].get(lists.key(name), name)
        return lists.make(user=scene.user, name=spoken), True


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    key = "item_added_new" if values["is_new"] else "item_added"
    added = phrases.say(key, name=values["name"], items=values["items"])
    if not values["due_on"]:
        return added
    due = phrases.say("item_due", day=moments.day(scene, values["due_on"]))
    return f"{added} {due}"


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    if "list" not in before:
        lists.restore(user=scene.user, before=before)
        return phrases.say("undone_items")
    is_gone = lists.unmake(user=scene.user, before=before)
    return phrases.say("undone_list" if is_gone else "undone_list_stays")


TOOL = Tool(
    name="lists.add",
    risk=Risk.WRITE,
    permission=Permission.LIST_ADD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    is_blind=True,
    examples=(
        "add milk, eggs and bread to shopping",
        "buy two lemons",
        "todo call the bank",
        "put sunscreen on my holiday list",
    ),
)
