"""Somebody says that their second factors are gone."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.core.ids import uuid7


class LostFactorsQuerySet(models.QuerySet["LostFactors"]):
    def open(self, user: User) -> "LostFactorsQuerySet":
        return self.filter(
            user=user, ended_at=None, ready_at__gt=timezone.now() - LostFactors.TAKEN_UP
        )

    def end(self, how: str) -> int:
        """Those of this set that go on. How many there were."""
        waiting = self.filter(ended_at=None)
        return waiting.update(ended_at=timezone.now(), ended_how=how)


class LostFactors(models.Model):
    """Announced on every channel; anybody who is the owner has three days to say no."""

    class Ended(models.TextChoices):
        LINK = "link", "Cancelled by the link"
        VETO = "veto", "Cancelled by somebody signed in"
        PROVED = "proved", "A factor was proved after all"
        DONE = "done", "The factors were removed"
        OVER = "over", "Not taken up"

    # A weekend and the owner still reads it in time.
    WAIT = timedelta(hours=72)
    # A week later nobody remembers the letters.
    TAKEN_UP = timedelta(days=7)

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    token_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=6, choices=Ended.choices, blank=True)

    objects = LostFactorsQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "user", name="one_open_loss", condition=Q(ended_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"lost factors {self.pk}"

    @property
    def is_ready(self) -> bool:
        return self.ready_at <= timezone.now()
