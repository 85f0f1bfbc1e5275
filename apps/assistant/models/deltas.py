"""What was asked for, for whoever adds it up (analytics)."""

from typing import ClassVar

from django.db import models


class ToolDelta(models.Model):
    """One tool call that ended, written by a trigger in the transaction of its end; one
    less where that changed later. `at` is when it was asked for."""

    at = models.DateTimeField()
    user_id = models.BigIntegerField()
    tool = models.CharField(max_length=64)
    outcome = models.CharField(max_length=8)
    calls = models.SmallIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user_id"], name="tool_deltas_of_user")
        ]

    def __str__(self) -> str:
        return f"{self.tool} ({self.outcome})"
