"""Two machines that answer each other: broken before the carrier does it."""

from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from apps.core import prepared
from apps.sms.models import InboundText, OutboundText, Turn

# Twilio ends a conversation at 30 replies in 30 seconds (error 14107). A person who
# plays with a new assistant sends one every few seconds, and words of many kinds.
BURST, BURST_WINDOW = 25, timedelta(seconds=60)
# A machine hears the same answer to the same words; a person who is not understood
# tries other words.
SAME, SAME_WINDOW = 20, timedelta(minutes=5)
SAME_WORDS = 10

SLOW_DOWN = (
    "That is more than I can answer at once. Please send this again in a few minutes."
)


_REPLIES = (
    "SELECT count(*) FILTER (WHERE created_at > %s), count(*) FROM sms_outboundtext"
    " WHERE number = %s AND turn_id IS NOT NULL AND created_at > %s"
)


def is_loop(turn: Turn, body: str) -> bool:
    """Whether this number has had so many replies that nobody can be reading them.

    `body` is what it says now. Different words after a row of equal ones go on.
    """
    now = timezone.now()
    since = now - SAME_WINDOW
    counted = prepared.rows(_REPLIES, [now - BURST_WINDOW, turn.number, since])
    ((burst, lately),) = counted
    if burst >= BURST:
        return True
    if lately < SAME:
        return False
    replies = OutboundText.objects.filter(
        number=turn.number, turn__isnull=False, created_at__gt=since
    )
    alike = replies.values("body").annotate(times=Count("id")).order_by()
    if not alike.filter(times__gte=SAME).exists():
        return False
    asked = InboundText.objects.filter(
        number=turn.number, body=body, received_at__gt=now - SAME_WINDOW
    )
    return asked.count() >= SAME_WORDS


def was_told(turn: Turn) -> bool:
    """Whether the one sentence about it has been said lately: a machine gets no more."""
    return OutboundText.objects.filter(
        number=turn.number,
        body=SLOW_DOWN,
        created_at__gt=timezone.now() - SAME_WINDOW,
    ).exists()
