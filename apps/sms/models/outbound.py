"""What we send, and what became of it."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core.ids import uuid7
from apps.sms.lengths import NUMBER_LENGTH, SID_LENGTH
from apps.sms.models.inbound import Lane, Turn

# In `error_code` (troubles.toml).
OVER_BUDGET = "over_budget"


class OutboundTextQuerySet(models.QuerySet["OutboundText"]):
    def owned_by(self, user: User) -> "OutboundTextQuerySet":
        return self.filter(user=user)

    def failed(self) -> "OutboundTextQuerySet":
        """Not handed over, or not delivered."""
        lost = Q(state=OutboundText.State.FAILED)
        return self.filter(lost | Q(delivery__in=("failed", "undelivered")))


class OutboundText(models.Model):
    """A text of ours, a row before it is sent.

    `state` is ours: has it been handed to the gateway? `delivery` is the carrier's
    news about it, which never goes backwards.
    """

    class Kind(models.TextChoices):
        REPLY = "reply", gettext_lazy("Reply")
        REMINDER = "reminder", gettext_lazy("Reminder")
        GUIDANCE = "guidance", gettext_lazy("Guidance to an unknown number")
        CODE = "code", gettext_lazy("One-time code")
        NOTICE = "notice", gettext_lazy("Notice about the account")

    class State(models.TextChoices):
        QUEUED = "queued", gettext_lazy("Waiting to be sent")
        SENDING = "sending", gettext_lazy("Being sent")
        UNKNOWN = "unknown", gettext_lazy("Handed over, answer lost")
        SENT = "sent", gettext_lazy("Handed over")
        FAILED = "failed", gettext_lazy("Not sent")
        CANCELED = "canceled", gettext_lazy("Not sent")

    class Delivery(models.TextChoices):
        NONE = "", gettext_lazy("no news")
        ACCEPTED = "accepted", gettext_lazy("Accepted")
        SCHEDULED = "scheduled", gettext_lazy("Scheduled")
        QUEUED = "queued", gettext_lazy("Queued by the carrier")
        SENDING = "sending", gettext_lazy("Sending")
        SENT = "sent", gettext_lazy("Sent")
        PARTIALLY_DELIVERED = "partially_delivered", gettext_lazy("Partly delivered")
        DELIVERED = "delivered", gettext_lazy("Delivered")
        UNDELIVERED = "undelivered", gettext_lazy("Not delivered")
        FAILED = "failed", gettext_lazy("Failed")
        CANCELED = "canceled", gettext_lazy("Canceled")
        READ = "read", gettext_lazy("Read")

    OPEN: ClassVar = (State.QUEUED, State.SENDING, State.UNKNOWN)
    OPEN_WRITTEN: ClassVar = "'queued', 'sending', 'unknown'"  # in a statement

    # In the status callback's address, so a callback that overtakes our own POST's
    # answer still finds its text.
    ref = models.UUIDField(default=uuid7, unique=True, editable=False)
    lane = models.ForeignKey(Lane, models.CASCADE, related_name="outbound")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, db_index=False
    )
    turn = models.OneToOneField(
        Turn, models.CASCADE, null=True, blank=True, related_name="reply"
    )
    dedupe_key = models.CharField(max_length=120, null=True, blank=True)
    # How many texts with these words went before, and did not arrive (aftermath.py).
    again = models.PositiveSmallIntegerField(default=0, db_default=0)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    number = models.CharField("to", max_length=NUMBER_LENGTH)
    country = models.CharField(max_length=2, blank=True, default="", db_default="")
    our_number = models.CharField("from", max_length=NUMBER_LENGTH)
    body = models.TextField()
    # What is really sent where `body` may not say it (confidential.py).
    sealed = models.TextField(blank=True, default="", db_default="")
    encoding = models.CharField(max_length=5)
    segments = models.PositiveSmallIntegerField()
    request_id = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    next_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True)
    # How often the gateway's list was searched in vain since the last attempt.
    looks = models.PositiveSmallIntegerField(default=0)
    provider_sid = models.CharField(max_length=SID_LENGTH, null=True, blank=True)
    sent_at = models.DateTimeField(null=True)
    delivery = models.CharField(
        max_length=20, choices=Delivery.choices, default="", blank=True
    )
    delivered_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=12, blank=True)

    objects = OutboundTextQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("dedupe_key", name="one_text_a_cause"),
            models.UniqueConstraint("provider_sid", name="one_text_a_sid"),
            models.CheckConstraint(
                condition=Q(sealed="") | Q(state__in=["queued", "sending", "unknown"]),
                name="no_secret_outlives_its_sending",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="outbound_of_user"),
            models.Index(fields=["number", "-created_at"], name="outbound_to_number"),
            # Rows come in this order: a page of it tells where a day begins.
            BrinIndex(fields=["created_at"], name="outbound_by_time"),
            models.Index(
                fields=["lane", "id"],
                name="outbound_open",
                condition=Q(state__in=["queued", "sending", "unknown"]),
            ),
        ]

    def __str__(self) -> str:
        return f"text {self.ref}"

    @property
    def has_failed(self) -> bool:
        if self.state in (self.State.FAILED, self.State.CANCELED):
            return True
        return self.delivery in (
            self.Delivery.UNDELIVERED,
            self.Delivery.FAILED,
        )

    @property
    def is_over_budget(self) -> bool:
        """Never sent, because the budget for it was used up."""
        return self.state == self.State.CANCELED and self.error_code == OVER_BUDGET


class DeliveryEvent(models.Model):
    """One status callback, kept as it came; also for a text not known (yet)."""

    text = models.ForeignKey(
        OutboundText, models.CASCADE, null=True, related_name="events"
    )
    sid = models.CharField("MessageSid", max_length=SID_LENGTH)
    status = models.CharField(max_length=20)
    error_code = models.CharField(max_length=12, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sid", "status", "error_code"], name="one_event_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sid} {self.status}"
