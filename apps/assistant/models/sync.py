"""What is kept in step with an account elsewhere, and how each thing in it stands."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.assistant.models.events import Event
from apps.assistant.models.notes import Note
from apps.core.ids import uuid7
from apps.integrations.models import Connection


class SyncQuerySet(models.QuerySet["Sync"]):
    def owned_by(self, user: Any) -> SyncQuerySet:
        return self.filter(user=user)

    def on(self) -> SyncQuerySet:
        return self.filter(state=Sync.State.ON)

    def due(self, now: datetime) -> SyncQuerySet:
        return self.on().filter(next_at__lte=now, user__frozen_at=None)


class Sync(models.Model):
    """What goes both ways with the same here: a calendar of a connected account, or a
    page of one with the notes.

    `cursor` is the provider's own word for up to where its changes are known. Whoever
    works on it holds the lease; what is asked for meanwhile is done after.
    """

    class State(models.TextChoices):
        ON = "on", "in step"
        PAUSED = "paused", "paused"

    class What(models.TextChoices):
        EVENTS = "events", "calendar"
        NOTES = "notes", "notes"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="syncs"
    )
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="syncs")
    what = models.CharField(
        max_length=6, choices=What, default=What.EVENTS, db_default=What.EVENTS
    )
    # Of the calendar there, or of the page, and what that is called.
    remote_id = models.CharField(max_length=255)
    title = models.CharField(max_length=300, blank=True, db_default="")
    state = models.CharField(max_length=6, choices=State, default=State.ON)
    cursor = models.TextField(blank=True)
    # Ids of what is there and cannot be kept here.
    unkept = models.JSONField(default=list, blank=True)
    # In words for its person, while it does not work.
    problem = models.CharField(max_length=300, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    is_wanted = models.BooleanField(default=False)
    next_at = models.DateTimeField()
    # When all of it was compared, and when it last went well.
    whole_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SyncQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "remote_id"], name="sync_once"
            )
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="on"), name="sync_due")
        ]

    def __str__(self) -> str:
        return f"sync {self.public_id}"

    @property
    def is_on(self) -> bool:
        return self.state == self.State.ON


class SyncLink(models.Model):
    """One event or note here and there, as both were when they last agreed."""

    class Status(models.TextChoices):
        IN_STEP = "in_step", "in step"
        WAITING = "waiting", "waiting"
        CONFLICT = "conflict", "changed on both sides"
        FAILED = "failed", "failed"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="sync_links"
    )
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    sync = models.ForeignKey(Sync, models.CASCADE, related_name="links")
    event = models.ForeignKey(
        Event, models.CASCADE, null=True, blank=True, related_name="sync_links"
    )
    note = models.ForeignKey(
        Note, models.CASCADE, null=True, blank=True, related_name="sync_links"
    )
    # Others take part in what is there.
    has_guests = models.BooleanField(default=False, db_default=False)
    # By which the provider knows what we ask for twice.
    handle = models.UUIDField(default=uuid.uuid4)
    remote_id = models.CharField(max_length=1024, blank=True)
    # Its version there; empty while it is not known to be there.
    remote_mark = models.CharField(max_length=255, blank=True)
    remote_print = models.CharField(max_length=64, blank=True)
    # The version here that both agreed on; 0 for none yet.
    local_version = models.PositiveIntegerField(default=0)
    # The one that was refused there: not sent again before it is changed.
    failed_version = models.PositiveIntegerField(null=True, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    problem = models.CharField(max_length=300, blank=True)
    # What lost where both sides had changed it: its side, content and moment.
    lost = models.JSONField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sync", "event"], name="sync_link_here"),
            models.UniqueConstraint(fields=["sync", "note"], name="sync_link_of_note"),
            models.UniqueConstraint(
                fields=["sync", "remote_id"],
                condition=~Q(remote_id=""),
                name="sync_link_there",
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.public_id}"

    @property
    def thing(self) -> Event | Note:
        found = self.event or self.note
        assert found
        return found

    @property
    def called(self) -> str:
        """In words of its person."""
        if self.event:
            return self.event.title
        return self.note.text if self.note else ""
