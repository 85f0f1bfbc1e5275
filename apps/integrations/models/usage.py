"""How much of a provider's API a connection used."""

from typing import ClassVar

from django.db import models

from apps.integrations.models.connection import PROVIDER_LENGTH, Connection


class Usage(models.Model):
    """The calls of one capability on one day (UTC), summed up."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="usage")
    capability = models.CharField(max_length=40)
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    milliseconds = models.PositiveBigIntegerField(default=0)

    class Meta:
        db_table = "oauth_usage"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "day", "capability"], name="one_usage_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.capability} of {self.day}"


class CallDelta(models.Model):
    """One call, for whoever adds them up (analytics), written with the sum above."""

    at = models.DateTimeField()
    user_id = models.BigIntegerField()
    provider = models.CharField(max_length=PROVIDER_LENGTH)
    capability = models.CharField(max_length=40)
    outcome = models.CharField(max_length=24)
    milliseconds = models.PositiveIntegerField()

    class Meta:
        db_table = "oauth_call_deltas"
        indexes: ClassVar = [
            models.Index(fields=["user_id"], name="call_deltas_of_user")
        ]

    def __str__(self) -> str:
        return f"call {self.pk}"
