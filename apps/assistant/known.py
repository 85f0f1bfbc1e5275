"""Whether words name something of the person, for commands that would else mean anything:
"packing" is a list where there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apps.assistant import events, items, lists
from apps.assistant.conversations import Scene
from apps.core import errors


def _list(scene: Scene, caught: Mapping[str, str]) -> bool:
    try:
        lists.named(scene.user, caught["list"])
    except errors.NotFound:
        return False
    return True


def _item(scene: Scene, caught: Mapping[str, str]) -> bool:
    return items.is_open(scene.user, caught["target"])


def _event(scene: Scene, caught: Mapping[str, str]) -> bool:
    return events.is_called(scene.user, caught["target"], scene.now, scene.zone)


_KINDS: Mapping[str, Callable[[Scene, Mapping[str, str]], bool]] = {
    "list": _list,
    "item": _item,
    "event": _event,
}


def is_there(scene: Scene, kind: str, caught: Mapping[str, str]) -> bool:
    """`knows` of a command: whether there is such a thing of theirs."""
    return not scene.user._state.adding and _KINDS[kind](scene, caught)
