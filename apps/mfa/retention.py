"""What of second factors grows old."""

from datetime import datetime

from django.db.models import QuerySet

from apps.jobs.keeping import Rule
from apps.mfa.models import Challenge


def _over(before: datetime) -> "QuerySet[Challenge]":
    return Challenge.objects.filter(created_at__lt=before)


# What is over stays a day, to be looked at; the audit keeps what it meant.
RULES = (Rule("mfa.challenges", "Codes that were asked for", _over, days=1),)
