"""What is watched of webhooks: that what is to be told is told."""

from django.utils import timezone

from apps.jobs.rules import Rule
from apps.webhooks import news
from apps.webhooks.models import Endpoint


def _waited() -> float:
    """Of what is due somewhere, how long the oldest has been; that one does not answer
    moves its time on."""
    due = Endpoint.objects.filter(is_enabled=True, due_at__lte=timezone.now())
    oldest = due.order_by("due_at").values_list("due_at", flat=True).first()
    return 0.0 if oldest is None else (timezone.now() - oldest).total_seconds()


RULES = (
    Rule(
        "webhooks.lag",
        "Webhooks are sent late",
        _waited,
        "seconds",
        above=300,
        lasting=60,
    ),
    Rule(
        "webhooks.untold",
        "What changed is not written down for webhooks",
        news.behind,
        "seconds",
        above=120,
        lasting=60,
    ),
)
