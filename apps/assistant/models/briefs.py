"""The day in a text, at a minute of the person's own."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Brief(models.Model):
    """`at` is on the person's clock; `next_at` when that is next, null while it is off."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="brief"
    )
    at = models.TimeField()
    next_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="brief_due")]

    def __str__(self) -> str:
        return f"brief at {self.at:%H:%M}"
