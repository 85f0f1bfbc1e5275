"""What a person can do with what is kept in step: start, pause, begin anew, and have back
what lost."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import phrases
from apps.assistant.models import Event, Sync, SyncLink
from apps.assistant.sync import core, own, shelf
from apps.assistant.sync.contents import Content
from apps.core import errors
from apps.integrations.calendars import Calendar
from apps.jobs import jobs
from apps.rbac import audit

PRIMARY = "primary"
State, Status = Sync.State, SyncLink.Status


def of(user: User) -> list[Sync]:
    return list(Sync.objects.owned_by(user).select_related("connection").order_by("pk"))


def start(*, user: User, calendar: Calendar) -> Sync:
    """Keep the own calendar and this one in step from now on. Raises errors.Forbidden
    where it may not be written to."""
    if calendar.connection.user_id != user.pk or not shelf.NEEDED <= calendar.can:
        raise errors.Forbidden(phrases.say("sync_not_allowed"))
    with transaction.atomic():
        row, is_new = Sync.objects.get_or_create(
            connection=calendar.connection,
            remote_id=PRIMARY,
            defaults={"user": user, "next_at": timezone.now()},
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


def bring_back(*, row: SyncLink) -> Event:
    """What lost is what counts, on both sides. Raises errors.NotFound where nothing
    did."""
    with transaction.atomic():
        row = SyncLink.objects.select_for_update().get(pk=row.pk)
        if row.lost is None:
            raise errors.NotFound(phrases.say("sync_gone"))
        kept = row.lost["content"]
        event = Event.objects.select_for_update().get(pk=row.event_id)
        event = own.take(row.user, event, Content.back(kept) if kept else None)
        row.lost = None
        row.status = Status.WAITING
        row.save()
        for sync in Sync.objects.on().filter(user=row.user):
            _soon(sync)
    return event


def read(row: SyncLink) -> Content | None:
    """What lost; None where it was deleted, or nothing did."""
    kept = row.lost["content"] if row.lost else None
    return Content.back(kept) if kept else None


def covered(user: User) -> frozenset[int]:
    """The connections whose calendars are all here already."""
    rows = Sync.objects.owned_by(user).on().filter(problem="", unkept=[])
    rows = rows.exclude(whole_at=None)
    return frozenset(rows.values_list("connection_id", flat=True))


def linked(user: User) -> frozenset[tuple[int, str]]:
    """By connection, the ids of what is here as well."""
    rows = SyncLink.objects.filter(user=user).exclude(remote_id="")
    return frozenset(rows.values_list("sync__connection_id", "remote_id"))


def troubles(user: User) -> list[SyncLink]:
    """What is not in step and needs somebody to look."""
    rows = SyncLink.objects.filter(
        user=user, status__in=[Status.CONFLICT, Status.FAILED]
    )
    return list(rows.select_related("event", "sync__connection").order_by("-pk")[:50])


def _locked(row: Sync) -> Sync:
    return Sync.objects.select_for_update().select_related("user").get(pk=row.pk)


def _soon(row: Sync) -> None:
    jobs.enqueue(core.run, row.pk)


def _done(verb: str, user: User, row: Sync) -> None:
    about: dict[str, Any] = {"connection": str(row.connection.public_id)}
    audit.done(f"assistant.sync.{verb}", actor=user, after=about)
