"""What is told to whom, and how that went."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core.ids import uuid7
from apps.webhooks.models.endpoints import Endpoint


class News(models.Model):
    """Something of somebody with an endpoint has changed: where to look (news.py). Written
    in the transaction of what it tells of, or in that which takes its change; gone as
    soon as it was looked at.

    Of a text: `about` is "in" or "out", and `at` the moment it was written. Of a
    connection: `about` is "connection", with its id and what it stood at.
    """

    user_id = models.BigIntegerField()
    about = models.CharField(max_length=10)
    at = models.DateTimeField()
    public_id = models.UUIDField(null=True)
    provider = models.CharField(max_length=20, blank=True, default="", db_default="")
    status = models.CharField(max_length=10, blank=True, default="", db_default="")
    reason = models.CharField(max_length=12, blank=True, default="", db_default="")
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "news"
        indexes: ClassVar = [models.Index(fields=["user_id"], name="news_of_user")]

    def __str__(self) -> str:
        return f"news {self.pk}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def owned_by(self, user: User) -> "DeliveryQuerySet":
        return self.filter(endpoint__user=user)


class Delivery(models.Model):
    """One thing that one endpoint is told: the same id however often it is sent."""

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("Waiting")
        DELIVERED = "delivered", gettext_lazy("Delivered")
        FAILED = "failed", gettext_lazy("Given up")
        CANCELED = "canceled", gettext_lazy("Not sent: the webhook is off")

    CUT = 1_000  # characters of an answer that are kept

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    type = models.CharField(max_length=40)
    # The message it tells of, so that it is told once; empty for what may come again.
    about = models.CharField(max_length=24, blank=True, default="")
    happened_at = models.DateTimeField()
    # What is told, but for the words of texts.
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    next_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True, blank=True)
    # Of the last attempt: the status it was answered with, or why it had none.
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=40, blank=True, default="")
    answer = models.TextField(blank=True, default="")
    milliseconds = models.PositiveIntegerField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["endpoint", "about", "type"],
                condition=~Q(about=""),
                name="one_delivery_each",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["endpoint", "-id"], name="deliveries_of_endpoint"),
            models.Index(
                fields=["endpoint", "next_at"],
                name="deliveries_waiting",
                condition=Q(state="waiting"),
            ),
            models.Index(fields=["created_at"], name="deliveries_by_age"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.public_id}"
