"""What of accounts grows old."""

from datetime import datetime

from django.db.models import QuerySet

from apps.accounts.models import (
    EmailChange,
    KnownBrowser,
    LoginSession,
    PersonalToken,
    ReadNotification,
)
from apps.accounts.models.email_changes import DAYS_TO_UNDO
from apps.jobs.keeping import Rule


def _over(before: datetime) -> "QuerySet[LoginSession]":
    return LoginSession.objects.filter(expires_at__lt=before)


def _not_seen(before: datetime) -> "QuerySet[KnownBrowser]":
    return KnownBrowser.objects.filter(last_seen_at__lt=before)


def _done_with(before: datetime) -> "QuerySet[EmailChange]":
    return EmailChange.objects.filter(changed_at__lt=before)


def _token_over(before: datetime) -> "QuerySet[PersonalToken]":
    return PersonalToken.objects.filter(expires_at__lt=before)


def _read(before: datetime) -> "QuerySet[ReadNotification]":
    return ReadNotification.objects.filter(at__lt=before)


RULES = (
    Rule(
        "accounts.email_changes",
        "Changes of e-mail addresses that nobody can undo any more",
        _done_with,
        days=90,
        least=DAYS_TO_UNDO,
    ),
    # What the letter about a new sign-in is decided by (places.py); the audit keeps more.
    Rule("accounts.sign_ins", "Sign-ins that are over", _over, days=90, least=30),
    # Nothing is told any more that is older than thirty days, but for what still waits.
    Rule(
        "accounts.read_notifications",
        "Which notifications were read",
        _read,
        days=90,
        least=31,
    ),
    Rule(
        "accounts.tokens",
        "Tokens for programs whose time is over",
        _token_over,
        days=30,
        least=1,
    ),
    Rule(
        "accounts.browsers",
        "Browsers nobody has come back with",
        _not_seen,
        days=KnownBrowser.KNOWN_FOR.days,
        least=KnownBrowser.KNOWN_FOR.days,
    ),
)
