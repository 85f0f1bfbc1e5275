"""Whether words name something of the person, for commands that would else mean anything:
"packing" is a list where there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apps.assistant import events, items, lists, sharing
from apps.assistant.conversations import Scene
from apps.assistant.toolbox import Ask
from apps.core import errors


def _list(scene: Scene, caught: Mapping[str, str]) -> bool:
    return bool(lists.called(scene.user, caught["list"]))


def _item(scene: Scene, caught: Mapping[str, str]) -> bool:
    return items.is_open(scene.user, caught["target"])


def _event(scene: Scene, caught: Mapping[str, str]) -> bool:
    return events.is_called(scene.user, caught["target"], scene.now, scene.zone)


def _shared(scene: Scene, caught: Mapping[str, str]) -> bool:
    try:
        sharing.to_leave(scene, caught["thing"])
    except errors.AppError:
        return False
    except Ask:
        return True
    return True


_KINDS: Mapping[str, Callable[[Scene, Mapping[str, str]], bool]] = {
    "list": _list,
    "item": _item,
    "event": _event,
    "shared": _shared,
}


def is_there(scene: Scene, kind: str, caught: Mapping[str, str]) -> bool:
    """`knows` of a command: whether there is such a thing of theirs."""
    return not scene.user._state.adding and _KINDS[kind](scene, caught)
