"""What came, the lane it waits in, and the turn it belongs to."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.accounts.models import User
from apps.sms.lengths import NUMBER_LENGTH, SID_LENGTH


class Lane(models.Model):
    """The queue of one person, or of one unknown number: worked by one worker at a time.

    `key` is "u:<user id>" or "n:<number>". `due_at` says when there is work, null for
    none. The lease is a deadline and a token that grows with every claim, so a worker
    that was frozen past its lease cannot finish what another has taken over.
    """

    key = models.CharField(max_length=NUMBER_LENGTH + 2)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        db_constraint=False,
        db_index=False,
    )
    due_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar = [
            # Not `unique=True`, which adds a second index for LIKE on every text.
            models.UniqueConstraint("key", name="one_lane_each")
        ]
        indexes: ClassVar = [
            models.Index("due_at", name="lane_due", condition=Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"lane {self.pk}"


class Tombstone(models.Model):
    """A MessageSid that was accepted once. Outlives every retention of the text.

    Kept as its MD5, made in the database: half the size, and nobody's secret.
    """

    digest = models.UUIDField(primary_key=True)
    seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.digest)


class Keyword(models.TextChoices):
    """Words the carrier itself answers."""

    NONE = "", "none"
    STOP = "stop", "STOP"
    START = "start", "START"
    HELP = "help", "HELP"


# In place of our number, where somebody writes on the website: no carrier has a part in
# it, and it costs nothing.
WEB = "web"


class Turn(models.Model):
    """All texts that waited in a lane when it began, and the one answer to them."""

    class Silence(models.TextChoices):
        """Why a finished turn has no reply."""

        NONE = "", "replied"
        KEYWORD = "keyword", "The carrier answers this word"
        OPTED_OUT = "opted_out", "The number has opted out"
        GUIDED = "guided", "An unknown number that was guided today"
        NOT_A_PERSON = "not_a_person", "A short code or a name, not a phone"
        NOT_TEXTED = "not_texted", "A number of a kind or country that we do not text"
        LOOP = "loop", "Too many replies to one number"
        INACTIVE = "inactive", "The account is closed"
        OVER_BUDGET = "over_budget", "The budget is used up, and was told"
        UNTOLD = "untold", "The budget is used up, and no text could tell it"

    # What changes when it ends.
    CLOSING: ClassVar = ("finished_at", "silence", "user", "lane", "trail")

    lane = models.ForeignKey(Lane, models.CASCADE, related_name="turns")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, db_index=False
    )
    number = models.CharField("their number", max_length=NUMBER_LENGTH)
    our_number = models.CharField(max_length=NUMBER_LENGTH)
    request_id = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    # How often a worker took this turn up; see turns.GIVE_UP_AFTER.
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    silence = models.CharField(max_length=16, choices=Silence.choices, blank=True)
    # How each text was understood, in words of ours.
    trail = models.JSONField(default=list, db_default=[])

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "lane", name="one_open_turn", condition=Q(finished_at__isnull=True)
            )
        ]
        indexes: ClassVar = [models.Index(fields=["user", "-id"], name="turn_of_user")]

    def __str__(self) -> str:
        return f"turn {self.pk}"

    @property
    def is_web(self) -> bool:
        return self.our_number == WEB


class InboundTextQuerySet(models.QuerySet["InboundText"]):
    def owned_by(self, user: User) -> "InboundTextQuerySet":
        return self.filter(user=user)


class InboundText(models.Model):
    """A text as it came. Written by one statement before Twilio gets its answer."""

    sid = models.CharField("MessageSid", max_length=SID_LENGTH)
    lane = models.ForeignKey(Lane, models.CASCADE, db_constraint=False, db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        db_constraint=False,
        db_index=False,
    )
    turn = models.ForeignKey(
        Turn,
        models.SET_NULL,
        null=True,
        related_name="texts",
        db_constraint=False,
        db_index=False,
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
            models.Index(fields=["sid"], name="inbound_by_sid"),
            models.Index(fields=["user", "-id"], name="inbound_of_user"),
            models.Index(
                fields=["turn"], name="inbound_of_turn", condition=~Q(turn=None)
            ),
            models.Index(
                fields=["lane", "id"], name="inbound_open", condition=Q(turn=None)
            ),
            # Rows come in this order: a page of it tells where a day begins.
            BrinIndex(fields=["received_at"], name="inbound_by_time"),
        ]

    def __str__(self) -> str:
        return self.sid
