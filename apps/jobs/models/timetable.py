from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class MissedRuns(models.Model):
    """Times at which an entry of the timetable was due while nobody looked: beat, the
    database or the machine was away. The last of them was caught up with; these were
    not."""

    entry = models.CharField("periodic task", max_length=200)
    count = models.PositiveIntegerField()
    since = models.DateTimeField()
    caught_up_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "missed runs"
        indexes: ClassVar = [models.Index(fields=["-caught_up_at"], name="missed_when")]

    def __str__(self) -> str:
        return f"{self.entry}: {self.count}"
