"""What changed, for whoever adds it up; and the log of use."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from apps.accounts.models import User


class Delta(models.Model):
    """One change of a sum, written by triggers in the transaction of the change.

    `at` is the moment the sum belongs to: that of the text, however late its news comes.
    A status that moves is one less of the old and one more of the new. Gone as soon as it
    is added up (analytics/draining.py).

    `ms` is how long a stage took that ended with the change: "route" (the text came: it
    was taken up), "agent" (its turn began: it had its answer), "reply" (it came: the
    carrier took the answer), "send" (one of ours was written: the carrier took it),
    "delivery" (the carrier took it: it arrived), "webhook" (Twilio called: it heard that we
    have it). `times` is how often it took so long.

    "stop" and "start" are directions as well: a number that wants no texts any more, and
    one that does again; `status` is who said so.
    """

    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    direction = models.CharField(max_length=6)  # in, out, lookup, tokens; stop, start
    kind = models.CharField(max_length=10, blank=True)
    country = models.CharField(max_length=2, blank=True)
    status = models.CharField(max_length=20, blank=True)
    error_code = models.CharField(max_length=12, blank=True)
    texts = models.SmallIntegerField(default=0)
    segments = models.IntegerField(default=0)
    micros = models.BigIntegerField(default=0)
    stage = models.CharField(max_length=8, blank=True, default="", db_default="")
    ms = models.IntegerField(null=True)
    times = models.IntegerField(default=1, db_default=1)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user_id"], name="delta_of_user")]

    def __str__(self) -> str:
        return f"delta {self.pk}"


class UsageLogQuerySet(models.QuerySet["UsageLog"]):
    def owned_by(self, user: User) -> "UsageLogQuerySet":
        return self.filter(user=user)


class UsageLog(models.Model):
    """Every text, both ways, as one line: a view of the texts and what they cost."""

    class Direction(models.TextChoices):
        IN = "in", "In"
        OUT = "out", "Out"

    id = models.CharField(max_length=24, primary_key=True)  # in:<id> or out:<id>
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False
    )
    phone_number = models.CharField(max_length=32)
    message_direction = models.CharField(
        "direction", max_length=3, choices=Direction.choices
    )
    message_length = models.IntegerField()
    twilio_message_sid = models.CharField(max_length=64, null=True)
    # Of a text in: until its turn was over. Of a text out: until it was handed over.
    processing_time_ms = models.BigIntegerField(null=True)
    # None while it is not known.
    success = models.BooleanField("arrived", null=True)
    error_message = models.CharField(max_length=32)
    metadata = models.JSONField()
    country_code = models.CharField(max_length=2)
    cost_cents = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    created_at = models.DateTimeField()

    objects = UsageLogQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "sms_usage_logs"
        verbose_name = "line of the usage log"
        verbose_name_plural = "usage log"

    def __str__(self) -> str:
        return self.id

    @property
    def number(self) -> str:
        return self.phone_number

    @property
    def micros(self) -> int | None:
        """What it cost in millionths of a US dollar, if that is known."""
        return None if self.cost_cents is None else int(self.cost_cents * 10_000)

    @property
    def segments(self) -> int | None:
        """Of a text in once it was answered, for then it is charged."""
        found: int | None = self.metadata["segments"]
        return found
