"""Two machines that answer each other: broken before the carrier does it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

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


# How many replies the number of a `turn` has had lately, as a column; its values are those
# of `asked`.
REPLIES = """(
    SELECT ARRAY[count(*) FILTER (WHERE created_at > %s), count(*)]
    FROM sms_outboundtext
    WHERE number = {turn}.number AND turn_id IS NOT NULL AND created_at > %s
)"""
_REPLIES = f"SELECT {REPLIES.format(turn='turn')} FROM sms_turn turn WHERE id = %s"


def asked() -> list[Any]:
    now = timezone.now()
    return [now - BURST_WINDOW, now - SAME_WINDOW]


def is_loop(turn: Turn, body: str, replies: Sequence[int] | None = None) -> bool:
    """Whether this number has had so many replies that nobody can be reading them.

    `body` is what it says now. Different words after a row of equal ones go on. `replies`
    are those that `REPLIES` counts, where they are known.
    """
    if replies is None:
        ((replies,),) = prepared.rows(_REPLIES, [*asked(), turn.pk])
    burst, lately = replies
    if burst >= BURST:
        return True
    if lately < SAME:
        return False
    since = timezone.now() - SAME_WINDOW
    told = OutboundText.objects.filter(
        number=turn.number, turn__isnull=False, created_at__gt=since
    )
    alike = told.values("body").annotate(times=Count("id")).order_by()
    if not alike.filter(times__gte=SAME).exists():
        return False
    said = InboundText.objects.filter(
        number=turn.number, body=body, received_at__gt=since
    )
    return said.count() >= SAME_WORDS


def was_told(turn: Turn) -> bool:
    """Whether the one sentence about it has been said lately: a machine gets no more."""
    return OutboundText.objects.filter(
        number=turn.number,
        body=SLOW_DOWN,
        created_at__gt=timezone.now() - SAME_WINDOW,
    ).exists()
