"""Texts are handed over once, in order.

`queued → sending → sent`, with the intent committed before the gateway is called. Who
dies in between, or loses the gateway's answer, leaves `sending` or `unknown`: that is
looked up at the gateway before anything is sent again (reconciler.py).
"""

import random
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from apps.core import prepared
from apps.core.logs import logger
from apps.core.request_ids import bound
from apps.sms import (
    aftermath,
    breaker,
    confidential,
    delivery,
    dialing,
    gateway,
    lanes,
    numbers,
    optouts,
    outbox,
    reach,
    reconciler,
    trust,
)
from apps.sms.gateway import Busy, Draft, OutcomeUnknown, Refused, ShutOut
from apps.sms.lanes import Lease
from apps.sms.models import OutboundText, Turn
from apps.sms.money import texts

Kind, State = OutboundText.Kind, OutboundText.State

# Doubled each time, as Twilio advises for 429 (which starts at 0.1 s; a text has time).
BACKOFF_SECONDS = (0.5, 30.0)
# A text that could not leave for so long only confuses, and it holds up the lane.
HOURS_OLD = timedelta(hours=4)
# A code is dead by then.
TOO_OLD = {Kind.CODE.value: timedelta(minutes=10)}


_HEAD = (
    f"SELECT {prepared.columns(OutboundText)} FROM sms_outboundtext"
    f" WHERE lane_id = %s AND state IN ({OutboundText.OPEN_WRITTEN})"
    " ORDER BY id LIMIT 1"
)
_STANDING = (
    f"SELECT {optouts.IS_OUT}, NOT EXISTS (SELECT FROM sms_outboundtext"
    f" WHERE lane_id = %s AND state IN ({OutboundText.OPEN_WRITTEN}))"
    " AND EXISTS (SELECT FROM user_phone_mappings"
    " WHERE e164 = %s AND status = 'verified' AND user_id = %s)"
)


def flush(lease: Lease) -> Lease:
    """Send what waits in the lane, oldest first, until one has to wait."""
    while text := _head(lease):
        if text.next_at > timezone.now():
            return lease
        with bound(text.request_id, "send"):
            lease = lanes.fresh(lease)
            if pause := breaker.pause():
                _wait(lease, text, pause)
                return lease
            if text.state == State.QUEUED:
                if _intend(lease, text):
                    hand_over(lease, text)
            else:
                reconciler.settle(lease, text)
    return lease


def _head(lease: Lease) -> OutboundText | None:
    found = prepared.objects(OutboundText, _HEAD, [lease.lane_id])
    return found[0] if found else None


def is_free(lease: Lease) -> bool:
    """Whether what is written now can be handed over at once."""
    return lanes.is_fresh(lease) and not breaker.pause()


class Standing(NamedTuple):
    """Of the number of a turn, whose lane is held: whether it has opted out; and whether
    a reply has none before it and may go to its number. Else `flush` sees to it."""

    is_out: bool
    is_next: bool


def standing(turn: Turn) -> Standing:
    """One query."""
    asked = [turn.number, turn.our_number, turn.lane_id, turn.number, turn.user_id]
    (found,) = prepared.rows(_STANDING, asked)
    return Standing(*found)


def hand_over(lease: Lease, text: OutboundText) -> None:
    """Call the gateway for a text, the intent of which is committed."""
    # A process that was frozen here would send after its lease: look at the clock.
    if lease.seconds_left() < gateway.CONNECT_SECONDS + gateway.READ_SECONDS:
        return
    try:
        sid = gateway.current().send(_draft(text))
    except Refused as refused:
        _close(lease, text, refused.code)
    except Busy as busy:
        if isinstance(busy, ShutOut):
            breaker.trip(str(busy))
        _retry(lease, text, str(busy))
    except OutcomeUnknown as unknown:
        reconciler.mark_unknown(lease, text, str(unknown))
    else:
        delivery.handed_over(text, sid)
        breaker.mend()
        outbox.OUTBOUND.labels("sent").inc()
        logger.info("sms_sent", text=str(text.ref), kind=text.kind, sid=sid)


@transaction.atomic
def _intend(lease: Lease, text: OutboundText) -> bool:
    """Commit the intent. False when the text must not go out any more."""
    lanes.hold(lease)
    # Locked: news of an earlier try may prove this very moment that it was taken.
    text.refresh_from_db(from_queryset=OutboundText.objects.select_for_update())
    if text.state != State.QUEUED:
        return False
    if why := _why_not(text):
        outbox.give_up(text, why)
        texts.given_up(text)
        aftermath.follow(text)
        return False
    outbox.intend(text)
    prepared.update(text, "state", "attempted_at", "attempts", "looks", "next_at")
    return True


def _why_not(text: OutboundText) -> str:
    """What has come between since the text was queued, in a word; empty for nothing."""
    if optouts.is_out(number=text.number, our_number=text.our_number):
        return "opted_out"
    if timezone.now() - text.created_at > TOO_OLD.get(text.kind, HOURS_OLD):
        return "too_old"
    if not confidential.is_readable(text):
        return "unreadable"
    if text.user_id and numbers.owner_id(text.number) != text.user_id:
        return "released"
    if dialing.refusal(text.number):
        return "not_texted"
    if text.turn_id is None and reach.is_unreachable(text.number):
        return "no_reach"
    return ""


def _draft(text: OutboundText) -> Draft:
    return Draft(
        number=text.number,
        our_number=text.our_number,
        body=confidential.words(text),
        callback_url=f"{settings.PUBLIC_URL}{reverse('twilio_status')}?m={text.ref}",
    )


@transaction.atomic
def _wait(lease: Lease, text: OutboundText, pause: timedelta) -> None:
    """The carrier is left alone: not before the pause is over, and not all at once."""
    lanes.hold(lease)
    OutboundText.objects.filter(pk=text.pk).update(
        next_at=timezone.now() + pause * random.uniform(1.0, 1.5)
    )


@transaction.atomic
def _close(lease: Lease, text: OutboundText, code: str) -> None:
    """Refused for good."""
    lanes.hold(lease)
    OutboundText.objects.filter(pk=text.pk, state=State.SENDING).update(
        state=State.FAILED, error_code=code, sealed=""
    )
    texts.given_up(text)
    optouts.heed(code, number=text.number, our_number=text.our_number)
    trust.heed(code, text.number)
    text.error_code = code
    # Last, as where the carrier's news is applied.
    aftermath.follow(text)
    outbox.OUTBOUND.labels("refused").inc()
    logger.warning("sms_refused", text=str(text.ref), code=code)


@transaction.atomic
def _retry(lease: Lease, text: OutboundText, why: str) -> None:
    """Not taken: the same text again, later and later."""
    lanes.hold(lease)
    OutboundText.objects.filter(pk=text.pk, state=State.SENDING).update(
        state=State.QUEUED, next_at=timezone.now() + backoff(text.attempts)
    )
    outbox.OUTBOUND.labels("busy").inc()
    logger.warning("sms_busy", text=str(text.ref), why=why, attempts=text.attempts)


def backoff(attempts: int) -> timedelta:
    """How long to wait after `attempts` earlier tries, give or take a tenth."""
    first, longest = BACKOFF_SECONDS
    seconds = min(first * 2 ** min(attempts, 10), longest)
    return timedelta(seconds=seconds * random.uniform(0.9, 1.1))
