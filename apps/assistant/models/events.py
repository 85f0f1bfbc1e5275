"""What is on a person's own calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.assistant.models.calls import ToolCall
from apps.assistant.recurrence import Recurrence
from apps.core.ids import uuid7

# A whole day is kept as midnights in UTC: from there places are so far at most.
FARTHEST = timedelta(hours=14)


class EventQuerySet(models.QuerySet["Event"]):
    def owned_by(self, user: Any) -> EventQuerySet:
        return self.filter(user=user)

    def kept(self) -> EventQuerySet:
        return self.filter(is_deleted=False).exclude(series__is_deleted=True)

    def near(self, start: datetime, end: datetime) -> EventQuerySet:
        """Those that may touch the time from `start` to `end`, and all that repeat."""
        is_once = Q(rule="", ends_at__gte=start - FARTHEST)
        return self.filter(is_once | ~Q(rule=""), starts_at__lt=end + FARTHEST)


class Event(models.Model):
    """A time that is taken. `starts_at` and `ends_at` are instants, of one that repeats
    those of the first, which comes again by the clock of `zone`.

    A whole day is from midnight to midnight in UTC, and is that day wherever its person
    is. One of a series that was moved is an event of its own, with the one it was of as
    its `series` and `original_at` as the instant at which that leaves it out.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="events"
    )
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    title = models.CharField(max_length=300)
    place = models.CharField(max_length=300, blank=True)
    notes = models.TextField(blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    is_all_day = models.BooleanField(default=False)
    # Of RFC 5545, as a Recurrence has it; empty for one that comes once.
    rule = models.CharField(max_length=255, blank=True)
    # What it leaves out, in the wall time of its zone.
    exceptions = models.JSONField(default=list, blank=True)
    series = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="moved"
    )
    original_at = models.DateTimeField(null=True, blank=True)
    # Mail addresses of others who take part, as a connected calendar tells.
    guests = models.JSONField(default=list, db_default=[], blank=True)
    is_deleted = models.BooleanField(default=False)
    # One more with every change.
    version = models.PositiveIntegerField(default=1)
    made_by = models.OneToOneField(
        ToolCall, models.SET_NULL, null=True, blank=True, related_name="event"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="event_in_order"
            ),
            models.UniqueConstraint(
                fields=["series", "original_at"], name="event_moved_once"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "ends_at"], name="event_of_user"),
            models.Index(
                fields=["user"], condition=~Q(rule=""), name="event_that_repeats"
            ),
        ]

    def __str__(self) -> str:
        return f"event {self.public_id}"

    @property
    def recurrence(self) -> Recurrence | None:
        if not self.rule:
            return None
        gone = tuple(map(datetime.fromisoformat, self.exceptions))
        return Recurrence(self.rule, self.wall, self.zone, gone)

    @property
    def wall(self) -> datetime:
        """When it begins, by the clock of its zone."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def days(self) -> tuple[date, date]:
        """Of whole days: the first, and the one after the last."""
        return (
            self.starts_at.astimezone(UTC).date(),
            self.ends_at.astimezone(UTC).date(),
        )


def whole(first: date, after: date) -> tuple[datetime, datetime]:
    """The instants of whole days."""
    return datetime.combine(first, time(), UTC), datetime.combine(after, time(), UTC)
