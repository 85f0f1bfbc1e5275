"""Texts whose fate is unknown: found at the gateway, or certainly not there.

Only one text of a lane is on its way at a time, so what the gateway lists for that
number with the same words and an id we do not know is the lost one. Not finding it
counts only after `SMS_UNKNOWN_GRACE` seconds, and only the second time. What remains:
a process frozen between its intent and its call for longer than lease and grace.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.core.logs import logger
from apps.sms import confidential, delivery, gateway, lanes
from apps.sms.gateway import Listed, OutcomeUnknown
from apps.sms.lanes import Lease
from apps.sms.models import OutboundText

State = OutboundText.State

# How soon to look for the first time; most lost answers are found then.
FIRST_LOOK_SECONDS = 2
LOOKS_NEEDED = 2
# Between two looks after the grace. The gateway's list may lag behind.
LOOK_AGAIN = timedelta(seconds=2)
# The gateway's clock and ours may differ, and it tells whole seconds. Generous: words
# and an unknown id narrow it down, and adopting wrongly is rarer than sending twice.
CLOCK_SKEW = timedelta(minutes=5)


@transaction.atomic
def mark_unknown(lease: Lease, text: OutboundText, why: str) -> None:
    lanes.hold(lease)
    OutboundText.objects.filter(pk=text.pk, state=State.SENDING).update(
        state=State.UNKNOWN,
        next_at=timezone.now() + timedelta(seconds=FIRST_LOOK_SECONDS),
    )
    logger.warning("sms_unknown", text=str(text.ref), why=why)


def settle(lease: Lease, text: OutboundText) -> None:
    """Look once: adopt the text if it is there, send again if it surely is not."""
    text.refresh_from_db()
    if text.state not in (State.SENDING, State.UNKNOWN):
        return
    attempted_at = text.attempted_at or text.created_at
    try:
        found = _find(text, attempted_at)
    except OutcomeUnknown as error:
        logger.warning("sms_look_failed", text=str(text.ref), why=str(error))
        _look_again(lease, text, text.looks)
        return
    if found:
        delivery.handed_over(text, found.sid)
        logger.info("sms_found", text=str(text.ref), sid=found.sid)
    elif timezone.now() < _grace_ends(attempted_at):
        _look_again(lease, text, 0, _grace_ends(attempted_at))
    elif text.looks + 1 < LOOKS_NEEDED:
        _look_again(lease, text, text.looks + 1)
    else:
        _send_again(lease, text)


def _grace_ends(attempted_at: datetime) -> datetime:
    return attempted_at + timedelta(seconds=settings.SMS_UNKNOWN_GRACE)


def _find(text: OutboundText, attempted_at: datetime) -> Listed | None:
    listed = gateway.current().find(
        number=text.number,
        our_number=text.our_number,
        since=attempted_at - CLOCK_SKEW,
    )
    words = confidential.words(text)
    alike = [one for one in listed if one.body == words and one.status != "failed"]
    known = set(
        OutboundText.objects.filter(
            provider_sid__in=[one.sid for one in alike]
        ).values_list("provider_sid", flat=True)
    )
    return next((one for one in alike if one.sid not in known), None)


@transaction.atomic
def _look_again(
    lease: Lease, text: OutboundText, looks: int, at: datetime | None = None
) -> None:
    lanes.hold(lease)
    OutboundText.objects.filter(pk=text.pk, provider_sid=None).update(
        state=State.UNKNOWN, looks=looks, next_at=at or timezone.now() + LOOK_AGAIN
    )


@transaction.atomic
def _send_again(lease: Lease, text: OutboundText) -> None:
    lanes.hold(lease)
    OutboundText.objects.filter(pk=text.pk, provider_sid=None).update(
        state=State.QUEUED, next_at=timezone.now()
    )
    logger.warning("sms_sent_again", text=str(text.ref), attempts=text.attempts)
