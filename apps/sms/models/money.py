"""What texts and language models cost, and what was spent."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.sms.lengths import SID_LENGTH
from apps.sms.models.inbound import InboundText, Turn
from apps.sms.models.outbound import OutboundText


class Price(models.Model):
    """What one thing costs in one country, from a moment on; the older rows stay.

    An empty `country` is any that is not listed, an empty `number_type` any type of
    our own number.
    """

    class Part(models.TextChoices):
        SEGMENT = "segment", "A segment"
        PICTURE = "picture", "A text with pictures"
        FEE = "fee", "The carriers' fee for a segment"
        FAILED = "failed", "A text that failed"
        LOOKUP = "lookup", "A look at what kind of line a number is"

    class Direction(models.TextChoices):
        IN = "in", "In"
        OUT = "out", "Out"

    class Source(models.TextChoices):
        TWILIO = "twilio", "Twilio, for this account"
        LIST = "list", "Twilio's public list"
        ESTIMATE = "estimate", "An estimate of ours"

    country = models.CharField(max_length=2, blank=True)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    part = models.CharField(max_length=7, choices=Part.choices)
    number_type = models.CharField(
        "type of our number", max_length=12, blank=True, default=""
    )
    micros = models.BigIntegerField("millionths")
    currency = models.CharField(max_length=3, default="USD")
    source = models.CharField(max_length=8, choices=Source.choices)
    valid_from = models.DateTimeField()
    # When the source last said so.
    checked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "country",
                    "direction",
                    "part",
                    "number_type",
                    "currency",
                    "source",
                    "valid_from",
                ],
                name="one_price_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(micros__gte=0), name="no_price_below_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country or 'anywhere'} {self.direction} {self.part}"

    @property
    def is_counted(self) -> bool:
        """The ledger is in US dollars: another currency's price is kept, not used."""
        return self.currency == "USD"


class Pot(models.TextChoices):
    """What may be spent apart from the rest, so that none starves another."""

    ANSWERS = "answers", "Answers to people, and their texts"
    PROACTIVE = "proactive", "Texts we start"
    SECURITY = "security", "Codes and notices"
    LINKING = "linking", "Codes that link a phone"
    STRANGERS = "strangers", "Numbers that nobody has linked"
    LOOKUPS = "lookups", "Looks at what kind of line a number is"
    TOKENS = "tokens", "Language model"


class ChargeQuerySet(models.QuerySet["Charge"]):
    def owned_by(self, user: User) -> "ChargeQuerySet":
        return self.filter(user=user)


class Charge(models.Model):
    """One thing that costs: a text, a look at a number, a call of a language model.

    `cause` makes it one however often it is asked for. `micros` is what it costs as far
    as is known, and always the sum of its entries.
    """

    class What(models.TextChoices):
        OUT = "out", "Text out"
        IN = "in", "Text in"
        LOOKUP = "lookup", "Look at what kind of line a number is"
        TOKENS = "tokens", "Language model"

    class State(models.TextChoices):
        RESERVED = "reserved", "Set aside"
        SPENT = "spent", "Spent, by estimate"
        SETTLED = "settled", "Settled"
        RELEASED = "released", "Not spent"

    cause = models.CharField(max_length=80)
    what = models.CharField(max_length=6, choices=What.choices)
    pot = models.CharField(max_length=9, choices=Pot.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
    )
    turn = models.ForeignKey(
        Turn, models.SET_NULL, null=True, blank=True, related_name="charges"
    )
    text = models.OneToOneField(
        OutboundText, models.SET_NULL, null=True, blank=True, related_name="charge"
    )
    inbound = models.OneToOneField(
        InboundText, models.SET_NULL, null=True, blank=True, related_name="charge"
    )
    # Of the number: what is texted together (areas.py). Empty for tokens.
    area = models.CharField(max_length=16, blank=True)
    country = models.CharField(max_length=2, blank=True)
    segments = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices)
    micros = models.BigIntegerField("millionths of a US dollar", default=0)
    estimate = models.BigIntegerField("as was estimated", default=0)
    at = models.DateTimeField(default=timezone.now)
    # Of what is set aside: no use takes longer (ledger.sweep).
    expires_at = models.DateTimeField()
    # While its price is not final: by what the carrier knows it, and when to look.
    sid = models.CharField(max_length=SID_LENGTH, blank=True)
    spent_at = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveSmallIntegerField(default=0)
    look_at = models.DateTimeField(null=True, blank=True)
    # What the carrier said, where it is not simply a price.
    note = models.CharField(max_length=120, blank=True)

    objects = ChargeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("cause", name="one_charge_a_cause"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["user", "at"],
                include=["what", "state", "micros"],
                name="charge_of_user",
            ),
            models.Index(
                fields=["expires_at"],
                name="charge_set_aside",
                condition=Q(state="reserved"),
            ),
            models.Index(
                fields=["looks", "look_at"],
                name="charge_to_look_at",
                condition=Q(look_at__isnull=False),
            ),
            models.Index(fields=["sid"], name="charge_by_sid", condition=~Q(sid="")),
            # What a day has cost is counted again each night.
            BrinIndex(fields=["at"], name="charge_by_time"),
        ]

    def __str__(self) -> str:
        return self.cause


class Entry(models.Model):
    """A line of the ledger: never changed, and gone only with its charge."""

    class Kind(models.TextChoices):
        RESERVE = "reserve", "Set aside"
        ADJUST = "adjust", "More or less set aside"
        SETTLE = "settle", "Settled"
        CORRECT = "correct", "Price changed later"
        RELEASE = "release", "Released"

    charge = models.ForeignKey(Charge, models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    # What it adds to what the charge costs; less than nothing for what came back.
    micros = models.BigIntegerField("millionths of a US dollar")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "entries"
        indexes: ClassVar = [
            # What a day has cost is asked every quarter of a minute (alerts.py).
            models.Index(fields=["at"], include=["micros"], name="entry_by_time")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.micros}"


class BillLine(models.Model):
    """What Twilio billed for a part of a month (in UTC), beside what the ledger says.

    `categories` is its own account of it, `kinds` the ledger's, both in millionths of
    the currency.
    """

    class Part(models.TextChoices):
        TEXTS = "texts", "Texts"
        LOOKUPS = "lookups", "Looks at lines"
        # The rent of numbers, and whatever else: the ledger does not keep it.
        REST = "rest", "Whatever else"

    month = models.DateField("month from")
    part = models.CharField(max_length=7, choices=Part.choices)
    billed = models.BigIntegerField("millionths that were billed")
    currency = models.CharField(max_length=3)
    ledger = models.BigIntegerField("millionths by the ledger")
    categories = models.JSONField(default=dict)
    kinds = models.JSONField(default=dict)
    checked_at = models.DateTimeField()

    class Meta:
        verbose_name = "line of Twilio's bill"
        verbose_name_plural = "Twilio's bills"
        constraints: ClassVar = [
            models.UniqueConstraint("month", "part", name="one_line_a_part")
        ]

    def __str__(self) -> str:
        return f"{self.month:%B %Y}, {self.get_part_display()}"

    @property
    def more(self) -> int:
        """That was billed than the ledger says; less than nothing for less."""
        return self.billed - self.ledger


class Spending(models.Model):
    """What was spent of one budget in its two windows, in one of its parts.

    A budget that many spend from at once has several parts, each with its share: who
    finds one locked takes the next, and nobody waits (money/counters.py).
    """

    scope = models.CharField(max_length=48)
    part = models.PositiveSmallIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    short_from = models.DateTimeField()
    short_micros = models.BigIntegerField(default=0)
    long_from = models.DateTimeField()
    long_micros = models.BigIntegerField(default=0)
    long_texts = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("scope", "part", name="one_part_each")
        ]

    def __str__(self) -> str:
        return f"{self.scope}/{self.part}"
