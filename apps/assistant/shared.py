"""What people share: whose a thing is, who may look at it, who may change it.

The owner and whoever accepted an offer (offers.py) have it among theirs; a role never
puts a thing there. The shares themselves, and their records, are rbac's.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.assistant import phrases
from apps.assistant.models import (
    Calendar,
    Event,
    List,
    ListItem,
    Note,
    Offer,
)
from apps.core import errors
from apps.rbac import policy, resources, shares
from apps.rbac.catalog import Permission

Thing = List | Note | Calendar
# Offers that are looked at for who is known.
_MOST_KNOWN = 100
T = TypeVar("T", List, Note, Calendar)

VIEW: dict[type[Any], Permission] = {
    List: Permission.LIST_VIEW,
    Note: Permission.NOTE_VIEW,
    Calendar: Permission.CALENDAR_VIEW,
}
CHANGE: dict[type[Any], Permission] = {
    List: Permission.LIST_CHANGE,
    Note: Permission.NOTE_CHANGE,
    Calendar: Permission.CALENDAR_CHANGE,
}


@dataclass(frozen=True)
class Share:
    """One person, and what they may do with a thing of another."""

    thing: Thing
    person: User
    level: str

    @property
    def can_edit(self) -> bool:
        return self.level == Offer.Level.EDIT


def kept(user: User, rows: QuerySet[T]) -> QuerySet[T]:
    """Of these rows what is theirs or shared with them; what somebody shares is gone
    while their account is closed."""
    return _open(user, policy.personal(user, VIEW[rows.model], rows))


def changeable(user: User, rows: QuerySet[T]) -> QuerySet[T]:
    """Of these rows what they may change."""
    return _open(user, policy.personal(user, CHANGE[rows.model], rows))


def _open(user: User, rows: QuerySet[T]) -> QuerySet[T]:
    found = rows.filter(Q(user=user) | Q(user__is_active=True))
    return found.select_related("user")


def insist_may_change(*, by: User, row: Thing) -> None:
    """In the transaction of the change, which a revoking then waits for, or comes
    before. Raises errors.Forbidden for what may only be looked at, NotFound for what is
    not shared (any more)."""
    if row.user_id == by.pk:
        return
    rows: QuerySet[Any] = type(row)._default_manager.filter(pk=row.pk)
    rows.select_for_update().first()
    if changeable(by, rows).exists():
        return
    if kept(by, rows).exists():
        owner = row.user.short_name
        raise errors.Forbidden(phrases.say("only_to_look", owner=owner))
    raise errors.NotFound(phrases.say("not_shared_now"))


def names_another(user: User, name: str) -> bool:
    """Whether a thing that is called so would be another's: "alice's shopping", and
    where Alice ever offered them anything, also "shopping of alice"."""
    said = phrases.folded(name)
    if re.search(phrases.words().answers["of_another"], said):
        return True
    offered = Offer.objects.filter(person=user).select_related("owner")
    people = {each.owner for each in offered.order_by("-pk")[:_MOST_KNOWN]}
    named = [phrases.folded(n) for p in people for n in (p.short_name, p.name) if n]
    for written in phrases.words().answers["theirs"]:
        for each in named:
            whose = re.escape(written).replace(r"\{owner\}", re.escape(each))
            if re.fullmatch(whose.replace(r"\{name\}", ".+"), said):
                return True
    return False


def may_change(user: User, row: Thing) -> bool:
    """To show it; `insist_may_change` decides."""
    rows: QuerySet[Any] = type(row)._default_manager.filter(pk=row.pk)
    return row.user_id == user.pk or changeable(user, rows).exists()


def insist_owns(*, by: User, row: Thing) -> None:
    """Raises errors.Forbidden."""
    if row.user_id != by.pk:
        raise errors.Forbidden(phrases.say("only_owner", owner=row.user.short_name))


@contextmanager
def changing(*, by: User, event: Event) -> Iterator[None]:
    """A change of an event, in one transaction. Raises as `insist_may_change`."""
    with transaction.atomic():
        if event.user_id != by.pk:
            row = Calendar.objects.filter(user=event.user_id).first()
            if row is None:
                raise errors.NotFound(phrases.say("not_shared_now"))
            insist_may_change(by=by, row=row)
        yield


@contextmanager
def adding(*, by: User, to: Calendar | None) -> Iterator[User]:
    """Whose an event is that somebody adds, in one transaction with that: of whose
    calendar it is put on, and without one their own. Raises as `insist_may_change`."""
    with transaction.atomic():
        if to is not None:
            insist_may_change(by=by, row=to)
        yield by if to is None else to.user


def calendar(*, user: User, public_id: str) -> Calendar:
    """Their own or shared with them. Raises errors.NotFound."""
    found = _named(user, Calendar.objects.all(), public_id)
    if found is None:
        raise errors.NotFound(phrases.say("not_shared_now"))
    return found


def of_others(user: User) -> list[Calendar]:
    """The calendars that are shared with them, to look at or to edit."""
    return list(kept(user, Calendar.objects.exclude(user=user)).order_by("pk"))


def editable(user: User) -> list[Calendar]:
    """The calendars of others that they may change, to choose from; `adding` decides."""
    return list(changeable(user, Calendar.objects.exclude(user=user)).order_by("pk"))


def calendars(user: User) -> dict[int, str]:
    """Id of each person whose calendar is shared with this one → "view" or "edit"."""
    others = Calendar.objects.exclude(user=user)
    owners = kept(user, others).values_list("user_id", flat=True)
    found = dict.fromkeys(owners, str(Offer.Level.VIEW))
    if found:
        edited = changeable(user, others).values_list("user_id", flat=True)
        found.update(dict.fromkeys(edited, str(Offer.Level.EDIT)))
    return found


def named(user: User, row: List | Note, name: str) -> str:
    """ "Shopping", or "Shopping (Alice)" for one of Alice's."""
    return name if row.user_id == user.pk else of(row.user, name)


def of(owner: User, name: str) -> str:
    return f"{name} ({owner.short_name})"


def called(thing: Thing) -> str:
    """What the thing is, without whose."""
    if isinstance(thing, List):
        return thing.name
    if isinstance(thing, Note):
        text = " ".join(thing.text.split())
        return text if len(text) <= 40 else f"{text[:37].rstrip()}..."
    return phrases.say("the_calendar")


def find(*, user: User, public_id: str) -> Thing:
    """Theirs or shared with them. Raises errors.NotFound."""
    things: tuple[QuerySet[Any], ...] = (
        List.objects.kept(),
        Note.objects.kept(),
        Calendar.objects.all(),
    )
    for rows in things:
        found: Thing | None = _named(user, rows, public_id)
        if found is not None:
            return found
    raise errors.NotFound(phrases.say("not_shared_now"))


def _named(user: User, rows: QuerySet[T], public_id: str) -> T | None:
    try:
        return kept(user, rows).filter(public_id=uuid.UUID(public_id)).first()
    except ValueError:
        return None


def person_of(public_id: str) -> User:
    """Raises errors.NotFound."""
    found = User.objects.filter(public_id=public_id).first()
    if found is None:
        raise errors.NotFound(phrases.say("not_shared_now"))
    return found


def is_gone(thing: Thing) -> bool:
    return not isinstance(thing, Calendar) and thing.is_deleted


def holders(thing: Thing) -> list[Share]:
    """Who has it, the first one first."""
    levels = shares.held(thing)
    people = User.objects.filter(pk__in=levels).order_by("pk") if levels else ()
    return [Share(thing, person, levels[person.pk]) for person in people]


def given(user: User) -> list[Share]:
    """What others have of this person's."""
    return list(_rows(lambda table: table.filter(content_object__user=user)))


def received(user: User) -> list[Share]:
    """What this person has of others, as `kept` sees it."""
    rows = _rows(lambda table: table.filter(user=user))
    return [each for each in rows if each.thing.user.is_active]


def _rows(of: Any) -> Iterator[Share]:
    """One query a kind."""
    for model in (List, Note, Calendar):
        resource = resources.of(model)
        assert resource and resource.user_shares
        table: Any = resource.user_shares._default_manager
        found: dict[tuple[int, int], Share] = {}
        rows = of(table).select_related("content_object__user", "user", "permission")
        for row in rows.order_by("pk"):
            thing, key = row.content_object, (row.content_object_id, row.user_id)
            can_edit = row.permission.codename.startswith("change_")
            level = Offer.Level.EDIT if can_edit else Offer.Level.VIEW
            known = found.get(key)
            if not is_gone(thing) and not (known and known.can_edit):
                found[key] = Share(thing, row.user, str(level))
        yield from found.values()


def revoke(*, by: User, thing: Thing, person: User) -> None:
    """Counts at once. The owner takes it back, or the other leaves it. Raises
    errors.Forbidden, and NotFound where it is not shared with them."""
    with transaction.atomic():
        if person.pk not in shares.held(thing):
            raise errors.NotFound(phrases.say("not_shared_now"))
        shares.revoke(by=by, obj=thing, user=person)


def lists_of(rows: Iterable[ListItem]) -> list[List]:
    return list({row.list_id: row.list for row in rows}.values())
