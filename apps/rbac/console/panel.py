"""The front page of the console: figures, and what somebody should look at.

Each app says its own in `panel.py`: TILES, and ATTENTION, functions that yield notices.
A part that fails is left out with a notice of its own, so that the page still helps on
the day when it is needed most.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db import transaction

from apps.core.logs import logger
from apps.rbac import policy
from apps.rbac.console.lists import MOST_COUNTED


@dataclass(frozen=True)
class Tile:
    """One figure: a label, how to find it, the page behind it, who may see it."""

    label: str
    value: Callable[[], Any]
    page: Callable[[], str]
    permission: str


@dataclass(frozen=True)
class Notice:
    """Something that needs attention. `tone` is "warn" or "bad"."""

    text: str
    url: str = ""
    tone: str = "warn"


@dataclass(frozen=True)
class Watch:
    """Yields notices, for whoever holds the permission."""

    find: Callable[[], Iterable[Notice]]
    permission: str


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    url: str


@dataclass(frozen=True)
class Panel:
    figures: list[Figure]
    notices: list[Notice]
    # Whether no watch was left out, because its things are not theirs to look at.
    sees_all: bool = True

    @property
    def version(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def read(user: Any) -> Panel:
    """What this operator may see, now."""
    allowed = policy.permissions(user)
    figures: list[Figure] = []
    notices: list[Notice] = []
    for tile in _gathered("TILES"):
        if tile.permission in allowed:
            value = _asked(tile.label, tile.value)
            shown = "?" if value is None else _written(value)
            # `counted` went no further.
            shown += "+" if value == MOST_COUNTED else ""
            figures.append(Figure(tile.label, shown, tile.page()))
    watches = _gathered("ATTENTION")
    theirs = [watch for watch in watches if watch.permission in allowed]
    for watch in theirs:
        notices += _noticed(watch)
    notices.sort(key=lambda each: each.tone != "bad")
    return Panel(figures, notices, sees_all=len(theirs) == len(watches))


def _written(value: Any) -> str:
    """A count; what has a unit is written already."""
    return value if isinstance(value, str) else f"{value:,}"


def counted(rows: Any) -> int:
    """No further than lists count: the front page asks every few seconds."""
    return int(rows.order_by()[:MOST_COUNTED].count())


def _noticed(watch: Watch) -> Iterator[Notice]:
    name = watch.find.__name__.strip("_").replace("_", " ")
    found = _asked(name, lambda: list(watch.find()))
    if found is None:
        yield Notice(f"Could not look at: {name}.", tone="bad")
    else:
        yield from found


def _asked(name: str, question: Callable[[], Any]) -> Any:
    try:
        # A failed query must not take the next one's transaction with it.
        with transaction.atomic():
            return question()
    except Exception:
        logger.exception("panel_part_failed", part=name)
        return None


@lru_cache(maxsize=None)
def _gathered(constant: str) -> tuple[Any, ...]:
    found: list[Any] = []
    for config in apps.get_app_configs():
        if config.name.startswith("apps.") and find_spec(f"{config.name}.panel"):
            module = import_module(f"{config.name}.panel")
            found += getattr(module, constant, ())
    return tuple(found)
