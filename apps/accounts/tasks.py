"""Gathers the background tasks of this app, and when they run by themselves."""

from datetime import timedelta

from django.utils import timezone

from apps.accounts.models import KnownBrowser, LoginSession
from apps.core.kinds import Queue, job

__all__ = ["TIMETABLE", "sweep"]

TIMETABLE = {"accounts-sweep": ("accounts.sweep", 3_600)}
# What the letter about a new sign-in is decided by (places.py); the audit keeps more.
_KEPT = timedelta(days=90)


@job("accounts.sweep", queue=Queue.BULK)
def sweep() -> None:
    """Sign-ins that are long over, and browsers nobody has come back with."""
    now = timezone.now()
    LoginSession.objects.filter(expires_at__lt=now - _KEPT).delete()
    KnownBrowser.objects.filter(last_seen_at__lt=now - KnownBrowser.KNOWN_FOR).delete()
