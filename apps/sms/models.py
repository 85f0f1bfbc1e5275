"""The facts of a text: whose number it is, what came, what it was answered.

    Lane ── InboundText ──▶ Turn ──▶ OutboundText ── DeliveryEvent

Every accepted inbound text belongs to exactly one turn; every turn that is finished
has exactly one reply or a reason for none (docs/texting.md).
"""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.models import User
from apps.core.ids import uuid7

# E.164 allows 15 digits; short codes and alphanumeric senders are shorter.
NUMBER_LENGTH = 32
SID_LENGTH = 64


class PhoneNumberQuerySet(models.QuerySet["PhoneNumber"]):
    def owned_by(self, user: User) -> "PhoneNumberQuerySet":
        return self.filter(user=user).exclude(status=PhoneNumber.Status.RELEASED)

    def verified(self) -> "PhoneNumberQuerySet":
        return self.filter(status=PhoneNumber.Status.VERIFIED)


class PhoneNumber(models.Model):
    """A number and whose it is. Anyone may claim one; one person can prove it."""

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting for your text"
        VERIFIED = "verified", "Verified"
        RELEASED = "released", "Released"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="phone_numbers"
    )
    e164 = models.CharField("number", max_length=NUMBER_LENGTH)
    label = models.CharField(max_length=40, blank=True)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.PENDING
    )
    is_primary = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    objects = PhoneNumberQuerySet.as_manager()

    class Meta:
        db_table = "user_phone_mappings"
        constraints: ClassVar = [
            models.UniqueConstraint(
                "e164", name="one_verified_owner", condition=Q(status="verified")
            ),
            models.UniqueConstraint(
                "user",
                name="one_primary_number",
                condition=Q(status="verified", is_primary=True),
            ),
            models.UniqueConstraint(
                "user",
                "e164",
                name="one_open_claim",
                condition=~Q(status="released"),
            ),
        ]

    def __str__(self) -> str:
        return self.e164

    @property
    def is_verified(self) -> bool:
        return self.status == self.Status.VERIFIED


class LinkPhrase(models.Model):
    """The words a person texts to prove a number is theirs. Good once, for a while.

    Looked up by a keyed digest, kept sealed so that the page can show them again.
    """

    GOOD_FOR = timedelta(minutes=30)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    sealed = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link phrase {self.pk}"


class Lane(models.Model):
    """The queue of one person, or of one unknown number: worked by one worker at a time.

    `key` is "u:<user id>" or "n:<number>". `due_at` says when there is work, null for
    none. The lease is a deadline and a token that grows with every claim, so a worker
    that was frozen past its lease cannot finish what another has taken over.
    """

    key = models.CharField(max_length=NUMBER_LENGTH + 2, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, db_constraint=False
    )
    due_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index("due_at", name="lane_due", condition=Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"lane {self.pk}"


class Tombstone(models.Model):
    """A MessageSid that was accepted once. Outlives every retention of the text."""

    sid = models.CharField(max_length=SID_LENGTH, primary_key=True)
    seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.sid


class Keyword(models.TextChoices):
    """Words the carrier itself answers."""

    NONE = "", "none"
    STOP = "stop", "STOP"
    START = "start", "START"
    HELP = "help", "HELP"


class Turn(models.Model):
    """All texts that waited in a lane when it began, and the one answer to them."""

    class Silence(models.TextChoices):
        """Why a finished turn has no reply."""

        NONE = "", "replied"
        KEYWORD = "keyword", "The carrier answers this word"
        OPTED_OUT = "opted_out", "The number has opted out"
        GUIDED = "guided", "An unknown number that was guided today"
        NOT_A_PERSON = "not_a_person", "A short code or a name, not a phone"
        LOOP = "loop", "Too many replies to one number"
        INACTIVE = "inactive", "The account is closed"

    lane = models.ForeignKey(Lane, models.CASCADE, related_name="turns")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    number = models.CharField("their number", max_length=NUMBER_LENGTH)
    our_number = models.CharField(max_length=NUMBER_LENGTH)
    request_id = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    # How often a worker took this turn up; see turns.GIVE_UP_AFTER.
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    silence = models.CharField(max_length=16, choices=Silence.choices, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "lane", name="one_open_turn", condition=Q(finished_at__isnull=True)
            )
        ]
        indexes: ClassVar = [models.Index(fields=["user", "-id"], name="turn_of_user")]

    def __str__(self) -> str:
        return f"turn {self.pk}"


class InboundTextQuerySet(models.QuerySet["InboundText"]):
    def owned_by(self, user: User) -> "InboundTextQuerySet":
        return self.filter(user=user)


class InboundText(models.Model):
    """A text as it came. Written by one statement before Twilio gets its answer."""

    sid = models.CharField("MessageSid", max_length=SID_LENGTH, db_index=True)
    lane = models.ForeignKey(Lane, models.CASCADE, db_constraint=False, db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        db_constraint=False,
        db_index=False,
    )
    turn = models.ForeignKey(
        Turn, models.SET_NULL, null=True, related_name="texts", db_constraint=False
    )
    number = models.CharField("from", max_length=NUMBER_LENGTH)
    our_number = models.CharField("to", max_length=NUMBER_LENGTH)
    body = models.TextField(blank=True)
    keyword = models.CharField(max_length=5, choices=Keyword.choices, blank=True)
    num_media = models.PositiveSmallIntegerField(default=0, db_default=0)
    # [{"url": ..., "content_type": ...}], as Twilio names them
    media = models.JSONField(default=list, db_default=[])
    request_id = models.CharField(max_length=64)
    received_at = models.DateTimeField(db_default=Now())

    objects = InboundTextQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="inbound_of_user"),
            models.Index(
                fields=["lane", "id"], name="inbound_open", condition=Q(turn=None)
            ),
        ]

    def __str__(self) -> str:
        return self.sid


class OutboundTextQuerySet(models.QuerySet["OutboundText"]):
    def owned_by(self, user: User) -> "OutboundTextQuerySet":
        return self.filter(user=user)


class OutboundText(models.Model):
    """A text of ours, a row before it is sent.

    `state` is ours: has it been handed to the gateway? `delivery` is the carrier's
    news about it, which never goes backwards.
    """

    class Kind(models.TextChoices):
        REPLY = "reply", "Reply"
        REMINDER = "reminder", "Reminder"
        GUIDANCE = "guidance", "Guidance to an unknown number"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        SENDING = "sending", "Being sent"
        UNKNOWN = "unknown", "Handed over, answer lost"
        SENT = "sent", "Handed over"
        FAILED = "failed", "Not sent"
        CANCELED = "canceled", "Not sent: opted out"

    class Delivery(models.TextChoices):
        NONE = "", "no news"
        ACCEPTED = "accepted", "Accepted"
        SCHEDULED = "scheduled", "Scheduled"
        QUEUED = "queued", "Queued by the carrier"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        PARTIALLY_DELIVERED = "partially_delivered", "Partly delivered"
        DELIVERED = "delivered", "Delivered"
        UNDELIVERED = "undelivered", "Not delivered"
        FAILED = "failed", "Failed"
        CANCELED = "canceled", "Canceled"
        READ = "read", "Read"

    OPEN: ClassVar = (State.QUEUED, State.SENDING, State.UNKNOWN)

    # In the status callback's address, so a callback that overtakes our own POST's
    # answer still finds its text.
    ref = models.UUIDField(default=uuid7, unique=True, editable=False)
    lane = models.ForeignKey(Lane, models.CASCADE, related_name="outbound")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    turn = models.OneToOneField(
        Turn, models.CASCADE, null=True, blank=True, related_name="reply"
    )
    dedupe_key = models.CharField(max_length=120, unique=True, null=True, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    number = models.CharField("to", max_length=NUMBER_LENGTH)
    our_number = models.CharField("from", max_length=NUMBER_LENGTH)
    body = models.TextField()
    encoding = models.CharField(max_length=5)
    segments = models.PositiveSmallIntegerField()
    request_id = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    next_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True)
    # How often the gateway's list was searched in vain since the last attempt.
    looks = models.PositiveSmallIntegerField(default=0)
    provider_sid = models.CharField(
        max_length=SID_LENGTH, unique=True, null=True, blank=True
    )
    sent_at = models.DateTimeField(null=True)
    delivery = models.CharField(
        max_length=20, choices=Delivery.choices, default="", blank=True
    )
    delivered_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=12, blank=True)

    objects = OutboundTextQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="outbound_of_user"),
            models.Index(fields=["number", "-id"], name="outbound_to_number"),
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
        return self.state == self.State.FAILED or self.delivery in (
            self.Delivery.UNDELIVERED,
            self.Delivery.FAILED,
        )


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


class OptOut(models.Model):
    """Whether a number wants no texts from one of ours. STOP sets it, START ends it."""

    our_number = models.CharField(max_length=NUMBER_LENGTH)
    number = models.CharField(max_length=NUMBER_LENGTH)
    is_out = models.BooleanField()
    source = models.CharField(max_length=20)  # "text", "carrier"
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["our_number", "number"], name="one_opt_out_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {'out' if self.is_out else 'in'}"


class SimulatedLine(models.Model):
    """A phone of the simulator: what its carrier should do next, and how we are slow."""

    number = models.CharField(max_length=NUMBER_LENGTH, unique=True)
    carrier_error = models.CharField(max_length=12, blank=True)  # for the next text
    pause_seconds = models.PositiveSmallIntegerField(default=0)  # before next answer

    def __str__(self) -> str:
        return self.number


class SimulatedText(models.Model):
    """What the simulated carrier has accepted: its own record, apart from our outbox."""

    sid = models.CharField(max_length=SID_LENGTH, unique=True)
    number = models.CharField("to", max_length=NUMBER_LENGTH)
    our_number = models.CharField("from", max_length=NUMBER_LENGTH)
    body = models.TextField()
    callback_url = models.CharField(max_length=400)
    status = models.CharField(max_length=20, default="queued")
    error_code = models.CharField(max_length=12, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["number", "-id"], name="simulated_to_number")
        ]

    def __str__(self) -> str:
        return self.sid
