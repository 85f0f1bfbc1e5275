"""Two machines that answer each other: broken before the carrier does it."""

from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from apps.sms.models import OutboundText

# Twilio ends a conversation at 30 replies in 30 seconds (error 14107). A person who
# plays with a new assistant sends one every few seconds, and words of many kinds.
BURST, BURST_WINDOW = 25, timedelta(seconds=60)
SAME, SAME_WINDOW = 20, timedelta(minutes=5)


def is_loop(number: str) -> bool:
    """Whether this number has had so many replies that nobody can be reading them."""
    now = timezone.now()
    replies = OutboundText.objects.filter(
        number=number,
        turn__isnull=False,
        created_at__gt=now - SAME_WINDOW,
    )
    if replies.filter(created_at__gt=now - BURST_WINDOW).count() >= BURST:
        return True
    alike = replies.values("body").annotate(times=Count("id")).order_by()
    return alike.filter(times__gte=SAME).exists()
