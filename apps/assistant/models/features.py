"""What a person has switched off."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class FeatureSetting(models.Model):
    """A person's choice about a feature (features.py); without one, it is on."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="feature_settings"
    )
    feature = models.CharField(max_length=32)
    is_on = models.BooleanField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "feature"], name="feature_once")
        ]

    def __str__(self) -> str:
        return f"{self.feature}: {'on' if self.is_on else 'off'}"
