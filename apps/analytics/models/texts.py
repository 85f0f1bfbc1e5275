"""Texts and what they cost, summed up (draining.py).

Days, hours and months are those of UTC, as they are of the budgets. `direction` is "in",
"out", "lookup" or "tokens"; `status` and `error_code` are as they stand now, however late
that was told. `micros` are millionths of a US dollar.
"""

from typing import ClassVar

from django.db import models

# In place of a person: a number that is nobody's, and all whose account is gone.
NOBODY, FORMER = 0, -1


class _Sums(models.Model):
    texts = models.BigIntegerField(default=0)
    segments = models.BigIntegerField(default=0)
    micros = models.BigIntegerField("millionths of a US dollar", default=0)

    class Meta:
        abstract = True


class OfAll(_Sums):
    direction = models.CharField(max_length=6)
    kind = models.CharField(max_length=10, blank=True)
    country = models.CharField(max_length=2, blank=True)
    status = models.CharField(max_length=20, blank=True)
    error_code = models.CharField(max_length=12, blank=True)

    class Meta:
        abstract = True


SPLIT = ["direction", "kind", "country", "status", "error_code"]


class HourSum(OfAll):
    at = models.DateTimeField("hour from")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["at", *SPLIT], name="one_sum_an_hour")
        ]

    def __str__(self) -> str:
        return f"{self.direction} in the hour from {self.at}"


class DaySum(OfAll):
    day = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", *SPLIT], name="one_sum_a_day")
        ]
        # What the console calls the page of all sums.
        verbose_name = "figure"
        verbose_name_plural = "figures"

    def __str__(self) -> str:
        return f"{self.direction} on {self.day}"


class PersonDay(OfAll):
    """`user_id` is no foreign key: see NOBODY and FORMER."""

    user_id = models.BigIntegerField()
    day = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user_id", "day", *SPLIT], name="one_sum_of_a_persons_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.direction} of {self.user_id} on {self.day}"


class PersonMonth(models.Model):
    """Who used and who spent most."""

    user_id = models.BigIntegerField()
    month = models.DateField("month from")
    came = models.BigIntegerField("texts in", default=0)
    went = models.BigIntegerField("texts out", default=0)
    micros = models.BigIntegerField("millionths of a US dollar", default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user_id", "month"], name="one_sum_a_persons_month"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["month", "-micros"], name="dearest_of_month")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.month:%B %Y}"


class CountryMonth(models.Model):
    """Who used and who spent most of a country's numbers."""

    country = models.CharField(max_length=2, blank=True)
    user_id = models.BigIntegerField()
    month = models.DateField("month from")
    came = models.BigIntegerField("texts in", default=0)
    went = models.BigIntegerField("texts out", default=0)
    micros = models.BigIntegerField("millionths of a US dollar", default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user_id", "month", "country"],
                name="one_sum_a_persons_month_there",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["country", "month", "-micros"], name="dearest_there_of_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.country}, {self.month:%B %Y}"
