"""What stands at the carrier other than it should."""

from django.db import models


class CarrierFinding(models.Model):
    """A setting of ours at Twilio that differs, as it was seen last; gone once it fits.

    `trouble` instead where Twilio could not be asked.
    """

    name = models.CharField("setting", max_length=60, unique=True)
    found = models.CharField(max_length=500, blank=True)
    expected = models.CharField(max_length=500, blank=True)
    trouble = models.CharField(max_length=300, blank=True)
    first_seen_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "finding at Twilio"
        verbose_name_plural = "findings at Twilio"

    def __str__(self) -> str:
        return self.name
