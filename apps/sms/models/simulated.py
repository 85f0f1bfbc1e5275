"""The phones and the carrier of the simulator."""

from typing import ClassVar

from django.db import models

from apps.sms.lengths import NUMBER_LENGTH, SID_LENGTH


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
