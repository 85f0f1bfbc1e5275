"""What a person can do with what is kept in step: start, pause, begin anew, and have back
what lost."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import phrases
from apps.assistant.models import Event, Note, Sync, SyncLink
from apps.assistant.sync import core, kinds, shelf
from apps.core import errors
from apps.integrations.calendars import Calendar
from apps.integrations.models import Connection
from apps.integrations.notebooks import Notebook, Page
from apps.jobs import jobs
from apps.rbac import audit

PRIMARY = "primary"
State, Status, What = Sync.State, SyncLink.Status, Sync.What


def of(user: User, what: str = What.EVENTS) -> list[Sync]:
    rows = Sync.objects.owned_by(user).filter(what=what)
    return list(rows.select_related("connection").order_by("pk"))


def start(*, user: User, calendar: Calendar) -> Sync:
    """Keep the own calendar and this one in step from now on. Raises errors.Forbidden
    where it may not be written to."""
    if calendar.connection.user_id != user.pk or not shelf.NEEDED <= calendar.can:
        raise errors.Forbidden(phrases.say("sync_not_allowed"))
    return _started(user, calendar.connection, What.EVENTS, PRIMARY, "")


def start_notes(*, user: User, notebook: Notebook, page: Page) -> Sync:
    """Keep the notes and a page in step from now on. Raises errors.Forbidden where it
    may not be written to, Conflict where another page has them."""
    able = shelf.PAGES_NEEDED <= notebook.can
    if notebook.connection.user_id != user.pk or not able:
        raise errors.Forbidden(phrases.say("sync_not_allowed"))
    others = Sync.objects.on().filter(user=user, what=What.NOTES)
    if others.exclude(remote_id=page.id).exists():
        raise errors.Conflict(phrases.say("sync_other_page"))
    return _started(user, notebook.connection, What.NOTES, page.id, page.title)


def _started(
    user: User, connection: Connection, what: str, remote_id: str, title: str
) -> Sync:
    with transaction.atomic():
        row, is_new = Sync.objects.get_or_create(
            connection=connection,
            remote_id=remote_id,
            defaults={
                "user": user,
                "what": what,
                "title": title,
                "next_at": timezone.now(),
            },
        )
        if is_new:
            _done("started", user, row)
            _soon(row)
    return row if is_new else resume(row=row)


def pause(*, row: Sync) -> Sync:
    """Nothing goes either way; what changes meanwhile does once it is resumed."""
    with transaction.atomic():
        row = _locked(row)
        if row.is_on:
            row.state = State.PAUSED
            row.lease = row.lease_until = None
            row.save()
            _done("paused", row.user, row)
    return row


def resume(*, row: Sync) -> Sync:
    with transaction.atomic():
        row = _locked(row)
        if not row.is_on:
            row.state, row.problem = State.ON, ""
            row.save()
            _done("resumed", row.user, row)
        _soon(row)
    return row


def again(*, row: Sync) -> Sync:
    """Compare all of it, whatever is believed to be known; also what was refused is sent
    once more."""
    with transaction.atomic():
        row = _locked(row)
        row.cursor, row.whole_at = "", None
        row.save()
        row.links.update(failed_version=None)
        row.links.filter(status=Status.FAILED).update(status=Status.WAITING)
        _soon(row)
    return row


def get(*, user: User, public_id: str) -> Sync:
    """Raises errors.NotFound."""
    try:
        rows = Sync.objects.owned_by(user).select_related("connection", "user")
        return rows.get(public_id=uuid.UUID(public_id))
    except (ValueError, Sync.DoesNotExist):
        raise errors.NotFound(phrases.say("sync_gone")) from None


def link(*, user: User, public_id: str) -> SyncLink:
    """Raises errors.NotFound."""
    try:
        rows = SyncLink.objects.filter(user=user).select_related("event", "sync")
        return rows.get(public_id=uuid.UUID(public_id))
    except (ValueError, SyncLink.DoesNotExist):
        raise errors.NotFound(phrases.say("sync_gone")) from None


def settle(*, row: SyncLink) -> None:
    """It is fine as it is: what lost is forgotten."""
    with transaction.atomic():
        row = SyncLink.objects.select_for_update().get(pk=row.pk)
        row.lost = None
        if row.status == Status.CONFLICT:
            row.status = Status.IN_STEP
        row.save()


def bring_back(*, row: SyncLink) -> Event | Note:
    """What lost is what counts, on both sides. Raises errors.NotFound where nothing
    did."""
    with transaction.atomic():
        row = SyncLink.objects.select_for_update().get(pk=row.pk)
        if row.lost is None:
            raise errors.NotFound(phrases.say("sync_gone"))
        kind, kept = kinds.of_link(row), row.lost["content"]
        thing = kind.rows().select_for_update().get(pk=row.thing.pk)
        wanted = kind.back(kept) if kept else None
        thing = kind.take(row.user, thing, wanted)
        row.lost = None
        row.status = Status.WAITING
        row.save()
        for sync in Sync.objects.on().filter(user=row.user, what=row.sync.what):
            _soon(sync)
    found: Event | Note = thing
    return found


def lost(row: SyncLink) -> str:
    """What lost, in words; "" where it was deleted, or nothing did."""
    kept = row.lost["content"] if row.lost else None
    return str(kept.get("title") or kept.get("text")) if kept else ""


def covered(user: User) -> frozenset[int]:
    """The connections whose calendars are all here already."""
    rows = Sync.objects.owned_by(user).on().filter(problem="", unkept=[])
    rows = rows.exclude(whole_at=None)
    return frozenset(rows.values_list("connection_id", flat=True))


def linked(user: User) -> frozenset[tuple[int, str]]:
    """By connection, the ids of what is here as well."""
    rows = SyncLink.objects.filter(user=user).exclude(remote_id="")
    return frozenset(rows.values_list("sync__connection_id", "remote_id"))


def troubles(user: User, what: str = What.EVENTS) -> list[SyncLink]:
    """What is not in step and needs somebody to look."""
    is_troubled = [Status.CONFLICT, Status.FAILED]
    rows = SyncLink.objects.filter(user=user, sync__what=what, status__in=is_troubled)
    told = rows.select_related("event", "note", "sync__connection")
    return list(told.order_by("-pk")[:50])


def count(row: Sync) -> int:
    """Of what is kept in step."""
    return row.links.exclude(
        Q(event__is_deleted=True) | Q(note__is_deleted=True)
    ).count()


def _locked(row: Sync) -> Sync:
    return Sync.objects.select_for_update().select_related("user").get(pk=row.pk)


def _soon(row: Sync) -> None:
    jobs.enqueue(core.run, row.pk)


def _done(verb: str, user: User, row: Sync) -> None:
    about: dict[str, Any] = {"connection": str(row.connection.public_id)}
    audit.done(f"assistant.sync.{verb}", actor=user, after=about)
