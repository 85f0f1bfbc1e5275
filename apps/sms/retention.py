"""What of texting grows old."""

from datetime import datetime

from django.db.models import QuerySet

from apps.jobs.keeping import Rule
from apps.sms.models import LinkPhrase


def _too_old(before: datetime) -> "QuerySet[LinkPhrase]":
    return LinkPhrase.objects.filter(expires_at__lt=before)


RULES = (
    Rule("sms.linking_words", "Words that link no phone any more", _too_old, days=1),
)
