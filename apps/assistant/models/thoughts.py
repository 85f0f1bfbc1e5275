"""What a model was asked, and what it cost."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.core.ids import uuid7


class Thought(models.Model):
    """One text that a model was asked about. `said` are its own words, as they were sent:
    without receipts, and without what it claimed."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", "answered"
        CORRECTED = "corrected", "claimed what was not done, and was corrected"
        FAILED = "failed", "failed, another brain answered"
        CUT_OFF = "cut_off", "failed after something was done"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    turn = models.ForeignKey("sms.Turn", models.CASCADE, related_name="thoughts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="thoughts"
    )
    text_id = models.BigIntegerField()
    model = models.CharField(max_length=120)
    outcome = models.CharField(max_length=9, choices=Outcome)
    said = models.TextField(blank=True)
    # Of our own words or the library's: what went wrong, never what was said.
    error = models.CharField(max_length=200, blank=True)
    requests = models.PositiveSmallIntegerField(default=0)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    micros = models.PositiveBigIntegerField(default=0)
    took_ms = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="thought_of_user")]

    def __str__(self) -> str:
        return f"thought {self.public_id}"


class Summary(models.Model):
    """What a person and the assistant talked about before the turns that are recalled
    word by word; `until` is the last turn that it tells of."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="talked_about"
    )
    words = models.TextField()
    until = models.BigIntegerField()
    made_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"summary until turn {self.until}"
