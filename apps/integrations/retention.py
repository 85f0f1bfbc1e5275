"""What of connections grows old. What was consented to stays until the account goes."""

from datetime import datetime

from django.db.models import QuerySet

from apps.integrations.models import (
    DayBudget,
    OAuthEvent,
    Revocation,
    Usage,
)
from apps.jobs.keeping import Rule


def _events(before: datetime) -> "QuerySet[OAuthEvent]":
    return OAuthEvent.objects.filter(at__lt=before)


def _usage(before: datetime) -> "QuerySet[Usage]":
    return Usage.objects.filter(day__lt=before.date())


def _budgets(before: datetime) -> "QuerySet[DayBudget]":
    return DayBudget.objects.filter(day__lt=before.date())


def _revocations(before: datetime) -> "QuerySet[Revocation]":
    return Revocation.objects.filter(created_at__lt=before)


RULES = (
    # Long enough to say what was read when somebody asks after a break-in.
    Rule("integrations.events", "Events of connections", _events, days=400, least=1),
    Rule("integrations.usage", "Use of connections by the day", _usage, days=400),
    Rule("integrations.budgets", "Day budgets that are over", _budgets, days=30),
    # What could not be taken back in a month has died by itself, or is with operators.
    Rule(
        "integrations.revocations",
        "Grants that could not be taken back",
        _revocations,
        days=30,
    ),
)
