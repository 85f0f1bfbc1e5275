"""Which list is meant, and which of its items: "2", "milk", "it", or none named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.assistant import lists, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import List, ListItem
from apps.assistant.targets import BY_ID, has, short
from apps.assistant.toolbox import Ask, Option
from apps.core import errors

ITEMS = "items"
MOST_CHOICES = 3
MOST_SHOWN = 30
# Longer parts are sentences, which may have an "and" of their own.
LONGEST_PART = 3


def parts(said: str) -> list[str]:
    """ "milk, eggs and bread" are three, "call Ana and ask her about it" is one."""
    found = [part.strip() for part in re.split(r"[,;\n]", said) if part.strip()]
    either = "|".join(map(re.escape, phrases.words().answers["and"]))
    apart = [
        piece.strip()
        for part in found
        for piece in re.split(rf"(?:^|\s+)(?:{either})\s+", part, flags=re.IGNORECASE)
        if piece.strip()
    ]
    is_short = all(len(piece.split()) <= LONGEST_PART for piece in apart)
    return apart if is_short else found


def the_list(scene: Scene, name: str) -> List:
    """The one that is named; with none named the one last spoken of. Raises
    errors.NotFound."""
    if name:
        return lists.named(scene.user, name)
    if focus := scene.focus_of(ITEMS):
        return lists.get(user=scene.user, public_id=focus)
    raise errors.NotFound(phrases.say("which_list"))


def find(scene: Scene, said: str, name: str, given: dict[str, Any]) -> ListItem:
    """The one item that is meant. Raises errors.NotFound, or Ask where several are."""
    if said.startswith(BY_ID):
        return _one(scene, said.removeprefix(BY_ID))
    if said.isdigit():
        shown = scene.shown_of(ITEMS)
        if not 1 <= int(said) <= len(shown):
            raise errors.NotFound(phrases.say("no_item_number", number=said))
        return _one(scene, shown[int(said) - 1])
    found = _named(scene, said, name)
    if len(found) > 1:
        raise Ask(
            phrases.say("which_one"),
            arguments=given,
            slot="target",
            options=[
                Option(
                    short(each.text), {**given, "target": f"{BY_ID}{each.public_id}"}
                )
                for each in found[:MOST_CHOICES]
            ],
        )
    return found[0]


def is_open(user: User, said: str) -> bool:
    """Whether something on a list of theirs is called so, and still open."""
    return any(_fits(_open(user), said))


def _named(scene: Scene, said: str, name: str) -> list[ListItem]:
    """On the list that is named, or was last spoken of; with none named on any. Raises
    errors.NotFound."""
    row = the_list(scene, name) if name or scene.focus_of(ITEMS) else None
    found = list(_fits(row.items.open(), said)) if row else []
    if not found and not name:
        found = list(_fits(_open(scene.user), said))
    if not found:
        row = row or the_list(scene, name)
        raise errors.NotFound(phrases.say("no_item", item=short(said), name=row.name))
    return found


def _open(user: User) -> QuerySet[ListItem]:
    rows = ListItem.objects.filter(user=user, list__is_deleted=False)
    return rows.filter(state=ListItem.State.OPEN).select_related("list").order_by("pk")


def shown(row: List) -> dict[str, Any]:
    """What a receipt that lists it needs, and what numbers mean from then on."""
    rows = list(row.items.kept()[:MOST_SHOWN])
    return {
        "kind": ITEMS,
        "shown": [str(item.public_id) for item in rows],
        "focus": str(row.public_id),
        "name": row.name,
        "lines": [[item.text, item.state, str(item.due_on or "")] for item in rows],
    }


def spoken(row: List, texts: list[str]) -> dict[str, Any]:
    """What a receipt about some of its items needs."""
    return {
        "kind": ITEMS,
        "focus": str(row.public_id),
        "name": row.name,
        "items": ", ".join(map(short, texts)),
        "open": row.items.open().count(),
    }


def _one(scene: Scene, public_id: str) -> ListItem:
    try:
        found = lists.items(user=scene.user, public_ids=[public_id])
    except ValueError:
        found = []
    if not found:
        raise errors.NotFound(phrases.say("item_gone"))
    return found[0]


def _fits(among: QuerySet[ListItem], said: str) -> Iterator[ListItem]:
    """Every word of it begins a word of the item; the whole of it alone, if one is that."""
    articles = phrases.words().answers["articles"]
    wanted = [each for each in said.casefold().split() if each not in articles]
    rows = list(among) if wanted else []
    same = [item for item in rows if item.text.casefold() == said.casefold()]
    for item in same[:1] or rows:
        if has(item.text, wanted):
            yield item
