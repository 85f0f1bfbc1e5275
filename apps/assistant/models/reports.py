"""What people say was wrong."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Report(models.Model):
    """Somebody reports what the assistant did or said last, for operators to look at."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reports"
    )
    # The one that they mean: the last before they said so.
    turn = models.ForeignKey(
        "sms.Turn", models.CASCADE, null=True, blank=True, related_name="+"
    )
    words = models.CharField(max_length=500, blank=True)
    reported_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["reported_at"],
                condition=models.Q(seen_at=None),
                name="report_unseen",
            )
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"
