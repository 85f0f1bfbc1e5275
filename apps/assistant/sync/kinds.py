"""What is kept in step: events of the calendar, and notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from apps.accounts.models import User
from apps.assistant.models import Event, Note, Sync, SyncLink
from apps.assistant.sync import note_contents, own
from apps.assistant.sync.contents import Content, NotPossible
from apps.assistant.sync.note_contents import Words
from apps.assistant.sync.sides import BEHIND


@dataclass(frozen=True)
class Kind:
    """`field` is that of a link; `side` reads and writes the rows here, `back` makes a
    content of what it kept."""

    field: str
    model: type[Model]
    side: Any
    back: Any

    def rows(self) -> QuerySet[Any]:
        return self.model._default_manager.all()

    def content(self, row: Any) -> Any:
        """None for what is deleted. Raises NotPossible."""
        return self.side.content(row)

    def take(self, user: User, row: Any, wanted: Any) -> Any:
        return self.side.take(user, row, wanted)

    def is_same(self, row: Any, content: Any) -> bool:
        try:
            return bool(self.content(row) == content)
        except NotPossible:
            return False

    def fresh(self, user: User, now: datetime) -> QuerySet[Any]:
        """What is to go there if it never did."""
        rows = self.rows().filter(user=user, is_deleted=False)
        if self.model is Event:
            return rows.filter(series=None).filter(
                Q(ends_at__gte=now - BEHIND) | ~Q(rule="")
            )
        return rows

    def like(self, user: User, content: Any) -> QuerySet[Any]:
        """What may be the same."""
        rows = self.rows().filter(user=user, is_deleted=False)
        if self.model is Event:
            return rows.filter(series=None, starts_at=content.start)
        return rows.filter(text__startswith=content.text[:50])


EVENTS = Kind("event", Event, own, Content.back)
NOTES = Kind("note", Note, note_contents, Words.back)
_KINDS = {Sync.What.EVENTS: EVENTS, Sync.What.NOTES: NOTES}


def of(sync: Sync) -> Kind:
    return _KINDS[Sync.What(sync.what)]


def of_link(link: SyncLink) -> Kind:
    return EVENTS if link.event_id else NOTES


def date(row: Any, at: datetime | None) -> None:
    """As changed when it was there, not when that was read: a third may have changed it
    in between. No clock of others is believed that is ahead."""
    if at is None or at > row.updated_at:
        return
    row.updated_at = at
    type(row)._default_manager.filter(pk=row.pk).update(updated_at=at)


def changed_at(row: Any) -> datetime:
    at: datetime = row.updated_at.astimezone(UTC)
    return at
