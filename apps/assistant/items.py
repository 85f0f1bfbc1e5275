"""Which list is meant, and which of its items: "2", "milk", "it", or none named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.assistant import lists, phrases, shared
from apps.assistant.conversations import Scene
from apps.assistant.models import List, ListItem, ToolCall
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
    if len(found) > 1:
        # After commas it joins the last.
        *first, last = found
        lasts = [*re.split(rf"(?:^|\s+)(?:{either})\s+", last, flags=re.IGNORECASE)]
        found = [*first, *(each.strip() for each in lasts if each.strip())]
    apart = [
        piece.strip()
        for part in found
        for piece in _apart(part, either)
        if piece.strip()
    ]
    apart = [apart[0], *map(_unasked, apart[1:])] if apart else apart
    is_short = all(len(piece.split()) <= LONGEST_PART for piece in apart)
    return apart if is_short else found


def _unasked(part: str) -> str:
    """ "Milk, add cheese": the verb is said again."""
    verbs = "|".join(map(re.escape, phrases.words().answers["put_on"]))
    return re.sub(rf"^(?:{verbs})\s+(?=\S)", "", part, flags=re.IGNORECASE)


def _apart(part: str, either: str) -> list[str]:
    """At each "and", but in a pair that is one thing: "mac and cheese"."""
    if phrases.folded(part) in phrases.words().answers["pairs"]:
        return [part]
    return re.split(rf"(?:^|\s+)(?:{either})\s+", part, flags=re.IGNORECASE)


def the_list(scene: Scene, given: dict[str, Any]) -> List:
    """The one that is named in `given`; with none named the one last spoken of, or the
    only one there is. Raises errors.NotFound, or Ask where several are called so."""
    name = str(given["list"])
    if name.startswith(BY_ID):
        return lists.get(user=scene.user, public_id=name.removeprefix(BY_ID))
    if name:
        return _one_of(scene, lists.called(scene.user, name), given)
    if focus := scene.focus_of(ITEMS):
        return lists.get(user=scene.user, public_id=focus)
    every = lists.every(scene.user)
    if len(every) == 1:
        return every[0][0]
    raise errors.NotFound(phrases.say("which_list" if every else "no_lists"))


def _one_of(scene: Scene, found: list[List], given: dict[str, Any]) -> List:
    if not found:
        name = str(given["list"])[: lists.LONGEST_NAME]
        raise errors.NotFound(phrases.say("no_list", name=name))
    if len(found) > 1:
        options = [
            Option(
                shared.named(scene.user, row, row.name),
                {**given, "list": f"{BY_ID}{row.public_id}"},
            )
            for row in found[:MOST_CHOICES]
        ]
        raise Ask(phrases.say("which_one"), arguments=given, options=options)
    return found[0]


def find(scene: Scene, given: dict[str, Any]) -> ListItem:
    """The one item that `target` means, on the `list` if one is named. Raises
    errors.NotFound, or Ask where several are."""
    said = str(given["target"])
    if said.startswith(BY_ID):
        return one(scene, said.removeprefix(BY_ID))
    if said.isdigit():
        shown = scene.shown_of(ITEMS)
        if not shown and scene.focus_of(ITEMS):
            # Nothing was listed yet: in the order a list would have.
            rows = the_list(scene, {**given, "list": ""}).items.kept()[:MOST_SHOWN]
            shown = [str(row.public_id) for row in rows]
            scene.count_from(ITEMS, shown)
        if not 1 <= int(said) <= len(shown):
            raise errors.NotFound(phrases.say("no_item_number", number=said))
        return one(scene, shown[int(said) - 1])
    if phrases.folded(said) in phrases.words().answers["it"] and (it := _last(scene)):
        return it
    found = _named(scene, said, given)
    if len(found) > 1:
        raise Ask(
            phrases.say("which_one"),
            arguments=given,
            slot="target",
            options=[
                Option(
                    _told(scene, each), {**given, "target": f"{BY_ID}{each.public_id}"}
                )
                for each in found[:MOST_CHOICES]
            ],
        )
    return found[0]


def each(scene: Scene, given: dict[str, Any]) -> list[ListItem]:
    """All that are meant: "everything", "milk and eggs", or one. Raises as `find`."""
    said = str(given["target"])
    if phrases.folded(said) in phrases.words().answers["all"]:
        row = the_list(scene, given)
        found = list(row.items.open().select_related("list__user"))
        if not found:
            raise errors.NotFound(phrases.say("list_empty", name=row.name))
        return found
    named = [_unled(part) for part in parts(said)]
    if len(named) > 1 and not is_open(scene.user, said):
        return [find(scene, {**given, "target": part}) for part in named]
    return [find(scene, given)]


def _unled(said: str) -> str:
    """ "the lamp" is "lamp"."""
    first, _, rest = said.partition(" ")
    is_article = phrases.folded(first) in phrases.words().answers["articles"]
    return rest if rest and is_article else said


def _last(scene: Scene) -> ListItem | None:
    """The one thing that was spoken of last, where it was one."""
    focus = scene.focus_of(ITEMS)
    if not focus:
        return None
    try:
        row = lists.get(user=scene.user, public_id=focus)
    except errors.NotFound:
        return None
    calls = ToolCall.objects.owned_by(scene.user).filter(state=ToolCall.State.DONE)
    if scene.call:
        calls = calls.exclude(pk=scene.call.pk)
    last = calls.filter(result__kind=ITEMS).order_by("-pk").first()
    told = str(last.result.get("items", "")) if last else ""
    rows = row.items.open().select_related("list__user")
    found = [item for item in rows if short(item.text) == told]
    return found[0] if len(found) == 1 else None


def is_open(user: User, said: str) -> bool:
    """Whether something on a list of theirs is called so, and still open."""
    return any(_fits(_open(user), said))


def _told(scene: Scene, item: ListItem) -> str:
    return shared.named(scene.user, item.list, short(item.text))


def _named(scene: Scene, said: str, given: dict[str, Any]) -> list[ListItem]:
    """On the list that is named, or was last spoken of; with none named on any. Raises
    errors.NotFound."""
    name = given["list"]
    row = _or_none(scene, given)
    open_ones = row.items.open().select_related("list__user") if row else None
    found = list(_fits(open_ones, said)) if open_ones is not None else []
    if not found and not name:
        found = list(_fits(_open(scene.user), said))
    if not found:
        row = row or the_list(scene, given)
        raise errors.NotFound(phrases.say("no_item", item=short(said), name=row.name))
    return found


def _or_none(scene: Scene, given: dict[str, Any]) -> List | None:
    """What was last spoken of may be gone, or not shared any more."""
    if given["list"]:
        return the_list(scene, given)
    if not scene.focus_of(ITEMS):
        return None
    try:
        return the_list(scene, given)
    except errors.NotFound:
        return None


def _open(user: User) -> QuerySet[ListItem]:
    rows = lists.on_lists_of(user).filter(state=ListItem.State.OPEN)
    return rows.order_by("pk")


def shown(scene: Scene, row: List) -> dict[str, Any]:
    """What a receipt that lists it needs, and what numbers mean from then on."""
    rows = list(row.items.kept()[:MOST_SHOWN])
    return {
        "kind": ITEMS,
        "shown": [str(item.public_id) for item in rows],
        "focus": str(row.public_id),
        "name": shared.named(scene.user, row, row.name),
        "lines": [[item.text, item.state, str(item.due_on or "")] for item in rows],
    }


def spoken(scene: Scene, row: List, texts: list[str]) -> dict[str, Any]:
    """What a receipt about some of its items needs."""
    return {
        "kind": ITEMS,
        "focus": str(row.public_id),
        "name": shared.named(scene.user, row, row.name),
        "items": ", ".join(map(short, texts)),
        "open": row.items.open().count(),
    }


def one(scene: Scene, public_id: str) -> ListItem:
    """Raises errors.NotFound."""
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
