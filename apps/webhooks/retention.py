"""What of webhooks grows old."""

from datetime import datetime

from django.db.models import QuerySet

from apps.jobs.keeping import Rule
from apps.webhooks.models import Delivery


def _told(before: datetime) -> "QuerySet[Delivery]":
    """What still waits goes with its last try, three days after its first."""
    rows = Delivery.objects.filter(created_at__lt=before)
    return rows.exclude(state=Delivery.State.WAITING)


RULES = (
    Rule(
        "webhooks.deliveries",
        "What webhooks were sent, and how that went",
        _told,
        days=30,
        least=4,
    ),
)
