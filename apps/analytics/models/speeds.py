"""How long things took, as histograms that can be added up (histogram.py).

`stage` is "route" (a text came: it was taken up), "agent" (the assistant began: it had
its answer), "reply" (a text came: the carrier took the answer), "send" (one of ours was
written: the carrier took it), "delivery" (the carrier took it: it arrived), "webhook"
(Twilio called: it heard that we have it).
"""

from typing import ClassVar

from django.db import models


class Speed(models.Model):
    bucket = models.SmallIntegerField()
    times = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class SpeedHour(Speed):
    at = models.DateTimeField("hour from")
    stage = models.CharField(max_length=8)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["stage", "at", "bucket"], name="one_speed_an_hour"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stage} in the hour from {self.at}"


class SpeedDay(Speed):
    day = models.DateField()
    stage = models.CharField(max_length=8)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["stage", "day", "bucket"], name="one_speed_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stage} on {self.day}"


class CountrySpeed(Speed):
    """Of the stage "reply": how long those with numbers of a country waited."""

    country = models.CharField(max_length=2, blank=True)
    day = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["country", "day", "bucket"], name="one_speed_a_countrys_day"
            )
        ]

    def __str__(self) -> str:
        return f"answers to {self.country} on {self.day}"


class PersonSpeed(Speed):
    """Of the stage "reply": how long somebody waited."""

    user_id = models.BigIntegerField()
    day = models.DateField()
    country = models.CharField(max_length=2, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user_id", "day", "country", "bucket"],
                name="one_speed_of_a_persons_day",
            )
        ]

    def __str__(self) -> str:
        return f"answers to {self.user_id} on {self.day}"
