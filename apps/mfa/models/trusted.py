"""A browser that need not prove the second factor for a while."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.accounts.models import User
from apps.core.ids import uuid7


class TrustedBrowserQuerySet(models.QuerySet["TrustedBrowser"]):
    def live(self, user: User, fingerprints: list[str]) -> "TrustedBrowserQuerySet":
        """Those that count: for the factors and the password as they are now."""
        return self.filter(
            user=user,
            fingerprint__in=fingerprints,
            revoked_at=None,
            expires_at__gt=timezone.now(),
        )


class TrustedBrowser(models.Model):
    """One browser, by a random value in its cookie, of which only a digest is kept."""

    # Long enough to be worth the box, short enough for a laptop that was sold.
    GOOD_FOR = timedelta(days=30)

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    secret_digest = models.CharField(max_length=64, unique=True)
    # Of factors and password: a change of either ends the trust.
    fingerprint = models.CharField(max_length=64)
    label = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = TrustedBrowserQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "-id"], name="trust_of_user")]

    def __str__(self) -> str:
        return f"trusted browser {self.pk}"
