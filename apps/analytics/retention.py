"""What of the sums grows old. Days stay as long as an account does; hours are for the
last months."""

from datetime import datetime

from django.db.models import QuerySet

from apps.analytics.models import HourSum, Recount, SpeedHour
from apps.jobs.keeping import Rule


def _hours(before: datetime) -> "QuerySet[HourSum]":
    return HourSum.objects.filter(at__lt=before)


def _speeds(before: datetime) -> "QuerySet[SpeedHour]":
    return SpeedHour.objects.filter(at__lt=before)


def _recounts(before: datetime) -> "QuerySet[Recount]":
    return Recount.objects.filter(at__lt=before)


RULES = (
    Rule("analytics.hours", "Sums by the hour", _hours, days=100, least=32),
    Rule("analytics.speed_hours", "Times by the hour", _speeds, days=100, least=32),
    Rule("analytics.recounts", "What recounts found", _recounts, days=100, least=2),
)
