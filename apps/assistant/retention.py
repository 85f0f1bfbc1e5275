"""What of the assistant grows old. What people keep stays until they take it away."""

from datetime import datetime

from django.db.models import QuerySet

from apps.assistant.models import Offer
from apps.jobs.keeping import Rule


def _offers(before: datetime) -> "QuerySet[Offer]":
    """Whatever became of them: what was accepted is a share."""
    return Offer.objects.filter(created_at__lt=before)


RULES = (
    # While it is shown, and while it counts for how often one may offer.
    Rule("assistant.offers", "Offers to share", _offers, days=30, least=14),
)
