"""Lists: made, filled and ticked off, always for one person: their own, and those that
are shared with them (shared.py).

Whatever changes hands back what `restore` takes: the state that each item, or the list,
had before.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import left, phrases, shared
from apps.assistant.models import List, ListItem
from apps.core import errors

SHOPPING, TODO = "shopping", "todo"
LONGEST_NAME, LONGEST_ITEM = 60, 200
# Of one person, and on one list: far above any use.
MOST_LISTS, MOST_OPEN = 100, 500

MOST_DONE_SHOWN = 20

State = ListItem.State
Before = dict[str, Any]


def key(name: str) -> str:
    """A name as it is looked up: the words of the language for shopping and for tasks
    are one each."""
    plain = re.sub(r"[^\w\s'-]", " ", name.casefold())
    said = " ".join(plain.split())
    for alias, words in phrases.words().answers["lists"].items():
        if phrases.folded(said) in words:
            return str(alias)
    return said


def every(user: User) -> list[tuple[List, int]]:
    """Each with how much is open on it."""
    rows = list(shared.kept(user, List.objects.kept()).order_by("name", "pk"))
    items = ListItem.objects.filter(list__in=rows, state=State.OPEN)
    counts = dict(items.values_list("list").annotate(Count("pk")))
    return [(row, counts.get(row.pk, 0)) for row in rows]


def called(user: User, name: str) -> list[List]:
    """Those that the name means, their own first: "shopping", "alice's shopping"."""
    rows = shared.kept(user, List.objects.kept())
    among = rows.filter(Q(key=key(name)) | ~Q(user=user)).order_by("pk")
    found = [row for row in among if row.user_id == user.pk or _is_called(row, name)]
    return sorted(found, key=lambda row: row.user_id != user.pk)


def _is_called(row: List, name: str) -> bool:
    """One of another: by its name alone, or with theirs."""
    if row.key == key(name):
        return True
    said, owner = phrases.folded(name), row.user
    names = {phrases.folded(each) for each in (owner.short_name, owner.name) if each}
    for written in phrases.words().answers["theirs"]:
        pattern = re.escape(written).replace(r"\{owner\}", "(?P<owner>.+)")
        fits = re.fullmatch(pattern.replace(r"\{name\}", "(?P<name>.+)"), said)
        if fits and fits["owner"] in names and row.key == key(fits["name"]):
            return True
    return False


def get(*, user: User, public_id: str) -> List:
    """Raises errors.NotFound."""
    try:
        rows = shared.kept(user, List.objects.kept())
        return rows.get(public_id=uuid.UUID(public_id))
    except (ValueError, List.DoesNotExist):
        raise errors.NotFound(phrases.say("no_such_list")) from None


def make(*, user: User, name: str) -> List:
    """Raises errors.Invalid, or Conflict where there is one of that name."""
    name = _fit(name)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        own = List.objects.owned_by(user).kept()
        _insist_on_one(own, name)
        if own.count() >= MOST_LISTS:
            raise errors.Conflict(phrases.say("too_many_lists"))
        return List.objects.create(user=user, name=name, key=key(name))


def rename(*, user: User, row: List, name: str) -> Before:
    """Raises as `make`, and errors.Forbidden where it is another's."""
    shared.insist_owns(by=user, row=row)
    name = _fit(name)
    before = {"list": str(row.public_id), "name": row.name}
    _insist_on_one(List.objects.owned_by(user).kept().exclude(pk=row.pk), name)
    row.name, row.key = name, key(name)
    row.save(update_fields=["name", "key", "updated_at"])
    return left.by(before, _state(row))


def drop(*, by: User, row: List) -> Before:
    """The list with all that stands on it. Raises errors.Forbidden where it is
    another's."""
    shared.insist_owns(by=by, row=row)
    row.is_deleted = True
    row.save(update_fields=["is_deleted", "updated_at"])
    return left.by({"list": str(row.public_id), "is_deleted": False}, _state(row))


def unmade(row: List, made: Sequence[ListItem] = (), *, is_new: bool = True) -> Before:
    """What takes back what was made on it, and the list itself where that `is_new`."""
    names = [str(item.public_id) for item in made]
    before: Before = {
        "items": dict.fromkeys(names, State.DELETED),
        # What was reworded since, by anybody, stays.
        "texts": {str(item.public_id): item.text for item in made},
    }
    after: Before = dict.fromkeys(names, State.OPEN)
    if is_new:
        before |= {"list": str(row.public_id), "is_deleted": True}
        after |= _state(row)
    return left.by(before, after)


def add(
    *, by: User, row: List, texts: Sequence[str], due_on: date | None = None
) -> list[ListItem]:
    """What stands there already, open, is not added again. Raises errors.Invalid for
    what is too long, Conflict for what is all there, or too much, NotFound where the
    list is gone, and as `shared.insist_may_change`."""
    texts = [" ".join(text.split()) for text in texts if text.strip()]
    if not texts:
        raise errors.Invalid(phrases.say("item_missing"))
    if any(len(text) > LONGEST_ITEM for text in texts):
        raise errors.Invalid(phrases.say("item_too_long"))
    with transaction.atomic():
        if List.objects.select_for_update().get(pk=row.pk).is_deleted:
            raise errors.NotFound(phrases.say("no_list", name=row.name))
        shared.insist_may_change(by=by, row=row)
        there = {item.text.casefold() for item in row.items.open()}
        new = [text for text in dict.fromkeys(texts) if text.casefold() not in there]
        if not new:
            raise errors.Conflict(phrases.say("item_there", name=row.name))
        if len(there) + len(new) > MOST_OPEN:
            raise errors.Conflict(phrases.say("too_many_items", count=MOST_OPEN))
        made = [
            ListItem(
                list=row, user_id=row.user_id, added_by=by, text=text, due_on=due_on
            )
            for text in new
        ]
        return ListItem.objects.bulk_create(made)


def reword(*, by: User, item: ListItem, text: str) -> None:
    """Raises errors.Invalid, and as `shared.insist_may_change`."""
    text = " ".join(text.split())
    if not text:
        raise errors.Invalid(phrases.say("item_missing"))
    if len(text) > LONGEST_ITEM:
        raise errors.Invalid(phrases.say("item_too_long"))
    with transaction.atomic():
        shared.insist_may_change(by=by, row=item.list)
        item.text = text
        item.save(update_fields=["text"])


def date_item(*, by: User, item: ListItem, due_on: date | None) -> None:
    """Raises as `shared.insist_may_change`."""
    with transaction.atomic():
        shared.insist_may_change(by=by, row=item.list)
        item.due_on = due_on
        item.save(update_fields=["due_on"])


def items(*, user: User, public_ids: Iterable[str]) -> list[ListItem]:
    """On their lists, in the order they are named; those that are gone are left out."""
    wanted = [uuid.UUID(each) for each in public_ids]
    rows = on_lists_of(user).filter(public_id__in=wanted)
    found = {row.public_id: row for row in rows}
    return [found[each] for each in wanted if each in found]


def on_lists_of(user: User) -> QuerySet[ListItem]:
    """What stands on any list that is among theirs."""
    kept = shared.kept(user, List.objects.kept())
    rows = ListItem.objects.filter(list__in=kept.order_by().values("pk"))
    return rows.select_related("list__user")


def mark(*, by: User, rows: Iterable[ListItem], state: str) -> Before:
    """Open, done or deleted. Raises as `shared.insist_may_change`."""
    with transaction.atomic():
        rows = list(rows)
        for each in shared.lists_of(rows):
            shared.insist_may_change(by=by, row=each)
        before = {str(row.public_id): row.state for row in rows}
        done_at = timezone.now() if state == State.DONE else None
        ListItem.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=state, done_at=done_at, changed_by=by
        )
    return left.by({"items": before}, dict.fromkeys(before, state))


def transfer(*, by: User, item: ListItem, row: List) -> tuple[ListItem, Before]:
    """To another list. Raises as `add` and `mark`."""
    with transaction.atomic():
        (made,) = add(by=by, row=row, texts=[item.text], due_on=item.due_on)
        before = mark(by=by, rows=[item], state=State.DELETED)["items"]
    name, was = str(made.public_id), str(item.public_id)
    after = {was: State.DELETED, name: State.OPEN}
    return made, left.by({"items": {**before, name: State.DELETED}}, after)


def latest_done(row: List) -> list[ListItem]:
    """What was ticked off last first; the rest waits to be cleared."""
    done = row.items.filter(state=State.DONE).select_related("changed_by")
    return list(done.order_by("-done_at", "-pk")[:MOST_DONE_SHOWN])


def clear_done(*, by: User, row: List) -> Before:
    """Raises as `mark`."""
    done = _with_list(row, row.items.filter(state=State.DONE))
    return mark(by=by, rows=done, state=State.DELETED)


def empty(*, by: User, row: List) -> Before:
    """Everything off it. Raises as `mark`."""
    return mark(by=by, rows=_with_list(row, row.items.kept()), state=State.DELETED)


def _with_list(row: List, items: Iterable[ListItem]) -> list[ListItem]:
    found = list(items)
    for item in found:
        item.list = row
    return found


@transaction.atomic
def restore(*, user: User, before: Mapping[str, Any]) -> None:
    """What `mark`, `drop`, `rename` and `unmade` handed back. Raises errors.Conflict
    where a list of that name was made meanwhile, where it was changed since or more
    stands on it, and as `shared.insist_may_change`."""
    states = before.get("items", {})
    rows = ListItem.objects.filter(public_id__in=states).select_related("list__user")
    for each in shared.lists_of(rows):
        shared.insist_may_change(by=user, row=each)
        if each.is_deleted and "list" not in before:
            raise errors.Conflict(phrases.say("left_since"))
    # As they are when nobody is at them.
    put = list(rows.select_for_update(of=("self",)))
    texts = before.get("texts", {})
    if any(texts.get(str(item.public_id), item.text) != item.text for item in put):
        raise errors.Conflict(phrases.say("left_since"))
    now: Before = {str(item.public_id): item.state for item in put}
    row = None
    if "list" in before:
        own = List.objects.owned_by(user).select_for_update()
        row = own.get(public_id=before["list"])
        now |= _state(row)
    left.insist_same(before, now)
    for item in put:
        item.state, item.changed_by = states[str(item.public_id)], user
    ListItem.objects.bulk_update(put, ["state", "changed_by"])
    if row is None:
        return
    if before.get("is_deleted") and row.items.kept().exists():
        raise errors.Conflict(phrases.say("left_since"))
    name = before.get("name", row.name)
    _insist_on_one(List.objects.owned_by(user).kept().exclude(pk=row.pk), name)
    row.name, row.key = name, key(name)
    row.is_deleted = before.get("is_deleted", row.is_deleted)
    row.save(update_fields=["name", "key", "is_deleted", "updated_at"])


def unmake(*, user: User, before: Mapping[str, Any]) -> bool:
    """Take back that a list was made, with what was put on it by that; whether it is
    gone. Where more came on it since, by anybody, it stays. Raises as `restore`, and
    errors.Conflict where nothing is left to take back."""
    with transaction.atomic():
        # Locked first: whoever adds to it waits for this, or this sees it.
        rows = List.objects.owned_by(user).select_for_update()
        row = rows.get(public_id=before["list"])
        if row.is_deleted:
            raise errors.Conflict(phrases.say("left_since"))
        put = before.get("items", {})
        if not row.items.kept().exclude(public_id__in=put).exists():
            restore(user=user, before=before)
            return True
        if not put:
            raise errors.Conflict(phrases.say("list_stays", name=row.name))
        texts = before.get("texts", {})
        restore(user=user, before={"items": put, "texts": texts})
        return False


def _state(row: List) -> Before:
    return {"name": row.name, "is_deleted": row.is_deleted}


def _fit(name: str) -> str:
    name = " ".join(name.split())
    if not key(name) or len(name) > LONGEST_NAME:
        raise errors.Invalid(phrases.say("list_name"))
    return name


def _insist_on_one(others: QuerySet[List], name: str) -> None:
    if others.filter(key=key(name)).exists():
        raise errors.Conflict(phrases.say("list_there", name=name))
