"""Whether words name something of the person, for commands that would else mean anything:
"packing" is a list where there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from apps.assistant import (
    agenda,
    items,
    lists,
    memory,
    occurrences,
    phrases,
    recollection,
    sharing,
)
from apps.assistant.conversations import Scene
from apps.assistant.models import Reminder, ToolCall
from apps.assistant.series import STILL_FRESH
from apps.assistant.toolbox import Ask
from apps.core import errors

# What was done longer ago is hardly what a text without a name is about.
JUST_NOW = timedelta(minutes=30)


def _list(scene: Scene, caught: Mapping[str, str]) -> bool:
    return bool(lists.called(scene.user, caught["list"]))


def _item(scene: Scene, caught: Mapping[str, str]) -> bool:
    if caught["target"].isdigit():
        return False
    named = items.parts(caught["target"])
    return items.is_open(scene.user, caught["target"]) or (
        len(named) > 1 and all(items.is_open(scene.user, each) for each in named)
    )


def _event(scene: Scene, caught: Mapping[str, str]) -> bool:
    return occurrences.is_called(scene.user, caught["target"], scene.now, scene.zone)


def _shared(scene: Scene, caught: Mapping[str, str]) -> bool:
    try:
        sharing.to_leave(scene, caught["thing"])
    except errors.AppError:
        return False
    except Ask:
        return True
    return True


def _event_then(scene: Scene, caught: Mapping[str, str]) -> bool:
    """Of "skip friday's", where an event comes again then, and no reminder does."""
    repeating = Reminder.objects.owned_by(scene.user).open().exclude(rule="")
    return not repeating.exists() and bool(agenda.comes_then(scene, caught["target"]))


def _calendar(scene: Scene, caught: Mapping[str, str]) -> bool:
    """Unless a list is called so, as anything may be."""
    words = phrases.words().answers["calendar_words"]
    named = (f"{caught['calendar']} {word}" for word in words)
    if any(lists.called(scene.user, name) for name in named):
        return False
    return sharing.is_of_another(scene.user, caught["calendar"])


def _fact(scene: Scene, caught: Mapping[str, str]) -> bool:
    said = caught["target"]
    return said.isdigit() or bool(memory.find(scene.user, said, most=1))


def _task(scene: Scene, caught: Mapping[str, str]) -> bool:
    """Whether tasks were spoken of last, and no reminder has come due since."""
    try:
        is_tasks = items.the_list(scene, {"list": ""}).key == lists.TODO
    except errors.NotFound:
        return False
    fired = Reminder.objects.owned_by(scene.user).filter(
        state=Reminder.State.FIRED, fired_at__gt=scene.now - STILL_FRESH
    )
    return is_tasks and not fired.exists()


def _told(scene: Scene, caught: Mapping[str, str]) -> bool:
    return bool(recollection.search(scene, caught["words"]))


_KINDS: Mapping[str, Callable[[Scene, Mapping[str, str]], bool]] = {
    "list": _list,
    "item": _item,
    "event": _event,
    "event_then": _event_then,
    "calendar": _calendar,
    "fact": _fact,
    "shared": _shared,
    "task": _task,
    "told": _told,
}


def is_there(scene: Scene, kind: str, caught: Mapping[str, str]) -> bool:
    """`knows` of a command: whether there is such a thing of theirs."""
    return not scene.user._state.adding and _KINDS[kind](scene, caught)


def last_call(scene: Scene) -> ToolCall | None:
    """What was done just now for the person, whether it only looked or changed."""
    if scene.user._state.adding:
        return None
    calls = ToolCall.objects.owned_by(scene.user).filter(state=ToolCall.State.DONE)
    if scene.call:
        calls = calls.exclude(pk=scene.call.pk)
    return calls.filter(created_at__gt=scene.now - JUST_NOW).order_by("-pk").first()


def last_tool(scene: Scene) -> str:
    call = last_call(scene)
    return call.tool if call else ""
