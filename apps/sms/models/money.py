"""What a text costs."""

from typing import ClassVar

from django.db import models


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
                condition=models.Q(micros__gte=0), name="no_price_below_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country or 'anywhere'} {self.direction} {self.part}"

    @property
    def is_counted(self) -> bool:
        """The ledger is in US dollars: another currency's price is kept, not used."""
        return self.currency == "USD"
