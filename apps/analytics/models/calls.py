"""What providers were asked, by day."""

from typing import ClassVar

from django.db import models

from apps.integrations.models.connection import PROVIDER_LENGTH


class CallDay(models.Model):
    day = models.DateField()
    provider = models.CharField(max_length=PROVIDER_LENGTH)
    capability = models.CharField(max_length=40)
    outcome = models.CharField(max_length=24)
    calls = models.BigIntegerField(default=0)
    milliseconds = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["day", "provider", "capability", "outcome"],
                name="one_sum_of_calls_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.capability} on {self.day}"
