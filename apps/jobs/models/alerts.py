from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class RuleSetting(models.Model):
    """What operators have said of a rule; without a row the code's word holds."""

    rule = models.CharField(max_length=80, unique=True)
    is_on = models.BooleanField("on", default=True)
    above = models.FloatField("fires above", null=True, blank=True)

    class Meta:
        verbose_name = "alert rule"

    def __str__(self) -> str:
        return self.rule

    @property
    def is_changed(self) -> bool:
        return not self.is_on or self.above is not None


class Alert(models.Model):
    """Something is the matter, from when it began until it is over."""

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        FIRING = "firing", "Firing"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        RESOLVED = "resolved", "Resolved"

    class Source(models.TextChoices):
        PRODUCT = "product", "The product's own rules"
        PROMETHEUS = "prometheus", "Prometheus"

    class Ended(models.TextChoices):
        OVER = "over", "It was over"
        UNSEEN = "unseen", "Not seen any more"
        GONE = "gone", "Its rule is gone"
        OFF = "off", "Its rule was switched off"
        CLOSED = "closed", "Closed"

    source = models.CharField(max_length=10, choices=Source, default=Source.PRODUCT)
    # What it is about; of one mark there is one open alert.
    mark = models.CharField(max_length=200)
    title = models.CharField(max_length=120)
    severity = models.CharField(max_length=20)
    words = models.CharField(max_length=500)
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    began_at = models.DateTimeField(db_default=Now())
    fired_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField("last seen", db_default=Now())
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True)
    ended = models.CharField(
        "how it ended", max_length=6, choices=Ended, blank=True, db_default=""
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # When it is over unless it is seen again; null for what is measured here.
    ends_at = models.DateTimeField(null=True)
    # How often it came again soon after it was over, and when it did last.
    came_back = models.PositiveIntegerField(db_default=0)
    back_at = models.DateTimeField(null=True)
    # Since then nobody has been told that it came again.
    quiet_since = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "mark"],
                condition=~Q(state="resolved"),
                name="alert_open_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["-id", "state"], name="alert_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def in_words(self) -> str:
        """On one line, with its name; the words of the product's own begin with it."""
        words = " ".join(self.words.split())
        if words.startswith(self.title):
            return words
        return f"{self.title}: {words}" if words else self.title


class Telling(models.Model):
    """That operators are told by a channel, of all that waited for it; or that they are
    told so often that there is a pause."""

    channel = models.CharField(max_length=20)
    at = models.DateTimeField()
    is_pause = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["channel", "-id"], name="telling_latest"),
            models.Index(fields=["at"], name="telling_when"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"


class AlertNews(models.Model):
    """What became of an alert, to be told by a channel; `telling` once it is."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="news")
    what = models.CharField(max_length=10)
    # How often it had come back.
    again = models.PositiveIntegerField()
    channel = models.CharField(max_length=20)
    telling = models.ForeignKey(Telling, models.CASCADE, null=True, related_name="news")

    class Meta:
        verbose_name = verbose_name_plural = "news of alerts"
        indexes: ClassVar = [
            models.Index(
                fields=["channel"], condition=Q(telling=None), name="alert_news_untold"
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.alert_id}"
