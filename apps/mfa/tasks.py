"""Gathers the background tasks of this app, and when they run by themselves."""

from datetime import timedelta

from django.utils import timezone

from apps.core.kinds import Queue, job
from apps.mfa.models import Challenge

__all__ = ["TIMETABLE", "sweep"]

TIMETABLE = {"mfa-sweep": ("mfa.sweep", 3_600)}
# What is over stays a day, to be looked at; the audit keeps what it meant.
_KEPT = timedelta(days=1)


@job("mfa.sweep", queue=Queue.BULK)
def sweep() -> None:
    """Challenges that are over."""
    before = timezone.now() - _KEPT
    Challenge.objects.filter(created_at__lt=before).delete()
