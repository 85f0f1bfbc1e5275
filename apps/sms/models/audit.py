"""The nightly proof that everybody was answered."""

from django.db import models


class AnsweredDay(models.Model):
    """One day (UTC) of texts, turns and replies, counted again from the rows themselves.

    `lost`, `doubled` and `unordered` are zero, or somebody is paged (docs/texting.md).
    """

    day = models.DateField(unique=True)
    checked_at = models.DateTimeField(auto_now=True)
    texts = models.PositiveIntegerField()
    turns = models.PositiveIntegerField()
    replies = models.PositiveIntegerField()
    silences = models.PositiveIntegerField()
    lost = models.PositiveIntegerField()
    doubled = models.PositiveIntegerField()
    unordered = models.PositiveIntegerField()

    class Meta:
        verbose_name = "answered day"

    def __str__(self) -> str:
        return f"{self.day}"
