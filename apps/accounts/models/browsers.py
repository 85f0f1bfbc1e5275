"""Browsers that somebody was signed in with before."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from apps.accounts.models.people import User

DIGEST_LENGTH = 64


class KnownBrowser(models.Model):
    """A browser by a digest of its own cookie. Knowing it proves nothing: it only gives
    its owner tries of their own (tries.py)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="known_browsers")
    digest = models.CharField(max_length=DIGEST_LENGTH)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "digest"], name="a_browser_once_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"browser {self.pk}"
