"""Browsers and apps that somebody was signed in with before."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Func
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts.models.people import User
from apps.accounts.models.sessions import LoginSession
from apps.core.ids import uuid7
from apps.core.user_agents import said

DIGEST_LENGTH = 64


class KnownBrowserQuerySet(models.QuerySet["KnownBrowser"]):
    def of(self, user: User) -> "KnownBrowserQuerySet":
        since = timezone.now() - KnownBrowser.KNOWN_FOR
        return self.filter(user=user, last_seen_at__gt=since)


class KnownBrowser(models.Model):
    """One browser, or an app that keeps cookies, and one person who signs in with it,
    by a digest of a random value in a cookie of theirs. Knowing it proves nothing: it
    gives its owner tries of their own (tries.py, mfa/challenges.py), and they may spare
    a browser the second factor (mfa/trusted.py).
    """

    # Longer than a vacation; each sign-in starts it anew.
    KNOWN_FOR = timedelta(days=180)

    public_id = models.UUIDField(
        default=uuid7,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="known_browsers")
    digest = models.CharField(max_length=DIGEST_LENGTH)
    client = models.CharField(
        max_length=7,
        choices=LoginSession.Client.choices,
        default=LoginSession.Client.BROWSER,
        db_default=LoginSession.Client.BROWSER,
    )
    # "Firefox on Windows", in our words.
    name = models.CharField(max_length=40, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    trusted_until = models.DateTimeField(null=True, blank=True)
    # Of what the person could prove when they trusted it; what else it is, mfa knows.
    trusted_for = models.CharField(max_length=64, blank=True, default="", db_default="")

    objects = KnownBrowserQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "digest"], name="a_browser_once_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"browser {self.pk}"

    @property
    def called(self) -> str:
        is_app = self.client == LoginSession.Client.APP
        return said(self.name) or (
            gettext("An app") if is_app else gettext("A browser")
        )
