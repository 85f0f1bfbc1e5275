"""What was asked of a tool, and what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from apps.core.ids import uuid7


class Risk(models.TextChoices):
    """What a tool can do to the world, from nothing to what cannot be taken back."""

    READ = "read", gettext_lazy("reads")
    WRITE = "write", gettext_lazy("changes own data")
    OUTWARD = "outward", gettext_lazy("reaches other people")
    DESTRUCTIVE = "destructive", gettext_lazy("cannot be taken back")


class ToolCallQuerySet(models.QuerySet["ToolCall"]):
    def owned_by(self, user: Any) -> ToolCallQuerySet:
        return self.filter(user=user)

    def undoable(self, now: datetime) -> ToolCallQuerySet:
        """What can still be taken back, the latest first."""
        return self.filter(
            state=ToolCall.State.DONE, undo__isnull=False, undo_until__gt=now
        ).order_by("-pk")

    def changes(self) -> ToolCallQuerySet:
        """Everything but looking, in order."""
        return self.exclude(risk=Risk.READ).order_by("pk")


class ToolCall(models.Model):
    """One thing the assistant was asked to do, and what came of it.

    (turn, key) is unique: a turn that runs again finds the call and repeats its
    receipt instead of its effect.
    """

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waits to be approved")
        APPROVED = "approved", gettext_lazy("approved, to be done")
        RUNNING = "running", gettext_lazy("being done")
        DONE = "done", gettext_lazy("done")
        FAILED = "failed", gettext_lazy("failed")
        REFUSED = "refused", gettext_lazy("refused")
        UNKNOWN = "unknown", gettext_lazy("may have been done")
        UNDONE = "undone", gettext_lazy("undone")
        DENIED = "denied", gettext_lazy("turned down")
        EXPIRED = "expired", gettext_lazy("not approved in time")

    # Nothing more comes of it.
    ENDED: ClassVar = (
        State.DONE,
        State.FAILED,
        State.REFUSED,
        State.UNKNOWN,
        State.UNDONE,
        State.DENIED,
        State.EXPIRED,
    )

    turn = models.ForeignKey(
        "sms.Turn", models.CASCADE, related_name="tool_calls", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="tool_calls",
        db_index=False,
    )
    key = models.CharField(max_length=64)
    # What a provider knows it by: asked for twice under it, it is done once.
    handle = models.UUIDField(default=uuid7, editable=False)
    tool = models.CharField(max_length=64)
    arguments = models.JSONField(default=dict)
    risk = models.CharField(max_length=12, choices=Risk.choices)
    state = models.CharField(max_length=8, choices=State)
    result = models.JSONField(default=dict)
    receipt = models.TextField(blank=True)
    undo = models.JSONField(null=True, blank=True)
    undo_until = models.DateTimeField(null=True, blank=True)
    # The call that takes, or took, this one back.
    undone_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="undoes"
    )
    created_at = models.DateTimeField()

    objects = ToolCallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["turn", "key"], name="toolcall_once")
        ]
        indexes = [models.Index(fields=["user", "created_at"], name="toolcall_by_day")]

    def __str__(self) -> str:
        return f"{self.tool} ({self.state})"
