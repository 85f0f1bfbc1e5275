"""What a person has read of what they were told (portal/notifications.py)."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from apps.accounts.models.people import User


class ReadNotification(models.Model):
    """One of theirs by its id; with an empty one, all until then."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="read_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="read_notifications_by_age")
        ]

    def __str__(self) -> str:
        return f"read {self.key or 'all'}"
