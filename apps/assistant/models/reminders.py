"""What is due."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.assistant.models.calls import ToolCall
from apps.assistant.recurrence import Recurrence
from apps.core.ids import uuid7


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def owned_by(self, user: Any) -> ReminderQuerySet:
        return self.filter(user=user)

    def upcoming(self) -> ReminderQuerySet:
        """Still to come, the next one first."""
        return self.filter(state=Reminder.State.ACTIVE).order_by("due_at", "pk")

    def repeating(self) -> ReminderQuerySet:
        """Those with a rule that has not ended."""
        return self.upcoming().exclude(rule="")

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
    """Words to say to a person at one instant; `zone` is where they were then.

    One that repeats has a rule and is never done until that ends: `due_at` is its next
    occurrence, `zone` follows the person. What became of an occurrence is a reminder
    of its own, with that of the rule as its `series`.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "to come"
        FIRED = "fired", "due"
        DONE = "done", "done"
        DELETED = "deleted", "deleted"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="reminders",
        db_index=False,
    )
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    text = models.CharField(max_length=300)
    due_at = models.DateTimeField()
    # The rule in the parts of a Recurrence; empty for one that comes once.
    rule = models.CharField(max_length=255, default="", db_default="", blank=True)
    starts = models.CharField(max_length=32, default="", db_default="", blank=True)
    exceptions = models.JSONField(default=list, db_default=[], blank=True)
    series = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="occurrences"
    )
    # What was to come, and is past where the person has gone to (series.follow).
    passed_at = models.DateTimeField(null=True, blank=True)
    # While it waits for the end of the person's quiet hours or pause.
    held_until = models.DateTimeField(null=True, blank=True)
    zone = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    fired_at = models.DateTimeField(null=True, blank=True)
    # When it was asked about once more (nudges.py).
    nudged_at = models.DateTimeField(null=True, blank=True)
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
            models.Index(
                fields=["fired_at"], condition=Q(state="fired"), name="reminder_fired"
            ),
        ]

    def __str__(self) -> str:
        return f"Reminder {self.public_id}"

    @property
    def recurrence(self) -> Recurrence | None:
        """When it comes again, if it does."""
        if not self.rule:
            return None
        return Recurrence.back(
            {
                "rule": self.rule,
                "start": self.starts,
                "zone": self.zone,
                "exceptions": self.exceptions,
            }
        )

    def repeat(self, recurrence: Recurrence) -> None:
        """Take over a rule, to be saved."""
        kept = recurrence.kept()
        self.rule, self.starts, self.zone = kept["rule"], kept["start"], kept["zone"]
        self.exceptions = kept["exceptions"]
