"""Facts of the assistant: what was asked, what was done, what is due."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.ids import uuid7


class Conversation(models.Model):
    """Where one person's exchange stands between two turns.

    Each thing that waits carries the moment after which it no longer counts.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="conversation"
    )
    question = models.JSONField(null=True, blank=True)
    question_until = models.DateTimeField(null=True, blank=True)
    menu = models.JSONField(null=True, blank=True)
    menu_until = models.DateTimeField(null=True, blank=True)
    overflow = models.TextField(blank=True)
    overflow_until = models.DateTimeField(null=True, blank=True)
    # Public ids in the order last shown: "done 2" means what the person saw as 2.
    shown = models.JSONField(default=list, blank=True)
    # Public id of the reminder last spoken of: what "it" means.
    focus = models.CharField(max_length=36, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Conversation {self.pk}"


class Risk(models.TextChoices):
    """What a tool can do to the world, from nothing to what cannot be taken back."""

    READ = "read", "reads"
    WRITE = "write", "changes own data"
    OUTWARD = "outward", "reaches other people"
    DESTRUCTIVE = "destructive", "cannot be taken back"


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
        DONE = "done", "done"
        FAILED = "failed", "failed"
        REFUSED = "refused", "refused"
        UNDONE = "undone", "undone"

    turn = models.ForeignKey("sms.Turn", models.CASCADE, related_name="tool_calls")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="tool_calls"
    )
    key = models.CharField(max_length=64)
    tool = models.CharField(max_length=64)
    arguments = models.JSONField(default=dict)
    risk = models.CharField(max_length=12, choices=Risk.choices)
    state = models.CharField(max_length=8, choices=State.choices)
    result = models.JSONField(default=dict)
    receipt = models.TextField(blank=True)
    undo = models.JSONField(null=True, blank=True)
    undo_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = ToolCallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["turn", "key"], name="toolcall_once")
        ]
        indexes = [models.Index(fields=["user", "created_at"], name="toolcall_by_day")]

    def __str__(self) -> str:
        return f"{self.tool} ({self.state})"


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def owned_by(self, user: Any) -> ReminderQuerySet:
        return self.filter(user=user)

    def upcoming(self) -> ReminderQuerySet:
        """Still to come, the next one first."""
        return self.filter(state=Reminder.State.ACTIVE).order_by("due_at", "pk")

    def open(self) -> ReminderQuerySet:
        """Neither done nor deleted, in the order they were due."""
        return self.filter(
            state__in=[Reminder.State.ACTIVE, Reminder.State.FIRED]
        ).order_by("due_at", "pk")

    def due(self, now: datetime) -> ReminderQuerySet:
        """Also late: what comes due while an account is frozen is told after that."""
        is_free = Q(held_until=None) | Q(held_until__lte=now)
        return self.upcoming().filter(is_free, due_at__lte=now, user__frozen_at=None)


class Reminder(models.Model):
    """Words to say to a person at one instant; `zone` is where they were then."""

    class State(models.TextChoices):
        ACTIVE = "active", "to come"
        FIRED = "fired", "due"
        DONE = "done", "done"
        DELETED = "deleted", "deleted"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reminders"
    )
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    text = models.CharField(max_length=300)
    due_at = models.DateTimeField()
    # While it waits for the end of the person's quiet hours.
    held_until = models.DateTimeField(null=True, blank=True)
    zone = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    fired_at = models.DateTimeField(null=True, blank=True)
    snoozes = models.PositiveSmallIntegerField(default=0)
    # Why it was not texted, in words for the portal; empty when it was.
    note = models.CharField(max_length=120, blank=True)
    made_by = models.ForeignKey(
        ToolCall, models.SET_NULL, null=True, blank=True, related_name="reminders"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state="active"), name="reminder_due"
            ),
            models.Index(fields=["user", "state", "due_at"], name="reminder_by_person"),
        ]

    def __str__(self) -> str:
        return f"Reminder {self.public_id}"
