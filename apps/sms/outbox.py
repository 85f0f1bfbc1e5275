"""Texts to be sent: a row in its lane first, charged before anybody sends it
(sender.py)."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from prometheus_client import Counter

from apps.accounts.models import User
from apps.core import prepared
from apps.core.logs import logger
from apps.core.request_ids import current_request_id
from apps.sms import (
    areas,
    composer,
    confidential,
    dialing,
    lanes,
    numbers,
    optouts,
    reach,
    reconciler,
)
from apps.sms.models import Lane, OutboundText, PhoneNumber, Turn
from apps.sms.models.outbound import OVER_BUDGET
from apps.sms.money import telling, texts
from apps.sms.money.budgets import OverBudget

Kind, State = OutboundText.Kind, OutboundText.State
Delivery = OutboundText.Delivery

# How somebody whose account is frozen comes back.
_EVEN_FROZEN = frozenset({Kind.CODE, Kind.NOTICE})
_REPLY = f"""
WITH text AS (
    {prepared.insertion(OutboundText)} RETURNING id, user_id, segments
), charge AS ({texts.FOR_TEXT}), closed AS ({prepared.change(Turn, *Turn.CLOSING)})
SELECT text.id, EXISTS (SELECT FROM charge) FROM text
"""
OUTBOUND = Counter("switchboard_sms_outbound_total", "Texts handed over", ["outcome"])


def queue(
    *,
    user: User,
    body: str,
    kind: str = Kind.REMINDER,
    dedupe_key: str,
    to: PhoneNumber | None = None,
    secret: str = "",
    must_arrive: bool = False,
) -> OutboundText | None:
    """A text to a person, of our own accord. The same `dedupe_key` gives one text.

    To one of their phones, or to the primary one. `secret` in `body` is shown to the
    phone alone. Belongs into the transaction of whatever causes it. None when the
    number is not verified, has opted out or cannot be texted, or the account is closed
    or frozen; over budget it is a text that is canceled for it, unless it `must_arrive`:
    what tells of an attack is not to be silenced by one. Only for what nobody can cause
    often.
    """
    # Locked first: giving a number up waits for this, or this sees it.
    lane = lanes.lock_person(user)
    phone = numbers.verified(user, to) if to else numbers.primary(user)
    if phone is None or not user.is_active:
        return None
    if user.frozen_at is not None and kind not in _EVEN_FROZEN:
        return None
    if optouts.is_out(number=phone.e164, our_number=settings.TWILIO_NUMBER):
        return None
    if dialing.refusal(phone.e164) or reach.is_unreachable(phone.e164):
        return None
    if known := OutboundText.objects.filter(dedupe_key=dedupe_key).first():
        return known
    text = _write(
        lane=lane,
        user_id=user.pk,
        dedupe_key=dedupe_key,
        kind=kind,
        number=phone.e164,
        our_number=settings.TWILIO_NUMBER,
        body=body,
        secret=secret,
        request_id=current_request_id(),
    )
    if over := _beyond_budget(text, must_arrive):
        _tell(user, text, over)
    return text


def _beyond_budget(text: OutboundText, must_arrive: bool) -> OverBudget | None:
    """Set its cost aside and have it sent; or give it up."""
    try:
        texts.reserve(text, is_forced=must_arrive)
    except OverBudget as over:
        give_up(text, OVER_BUDGET)
        return over
    lanes.wake(text.lane)
    return None


def _tell(user: User, text: OutboundText, over: OverBudget) -> None:
    """Somebody waits for what was to be started for them; once for as long as it is."""
    if text.kind == Kind.REMINDER:
        queue(
            user=user,
            body=telling.words(user, over),
            kind=Kind.NOTICE,
            dedupe_key=telling.mark(user, over),
        )


def tell(
    *,
    lane: Lane,
    number: str,
    body: str,
    kind: str,
    dedupe_key: str,
    secret: str = "",
    must_arrive: bool = False,
) -> bool:
    """A code or a notice to a number that is not proven to be a person's, or no more: a
    text of nobody, in a lane that is locked. Nothing is sent when it has opted out, and
    nobody is told. False when it is beyond the budgets, which it is not if it
    `must_arrive`.
    """
    if optouts.is_out(number=number, our_number=settings.TWILIO_NUMBER):
        return True
    text = _write(
        lane=lane,
        dedupe_key=dedupe_key,
        kind=kind,
        number=number,
        our_number=settings.TWILIO_NUMBER,
        body=body,
        secret=secret,
        request_id=current_request_id(),
    )
    return _beyond_budget(text, must_arrive) is None


def cancel_waiting(user: User) -> int:
    """What was not handed over yet never is, but for codes and notices; how many."""
    lanes.lock_person(user)
    waiting = OutboundText.objects.filter(user=user, state=State.QUEUED)
    return waiting.exclude(kind__in=_EVEN_FROZEN).update(state=State.CANCELED)


def reply(
    turn: Turn,
    body: str,
    *,
    kind: str = Kind.REPLY,
    dedupe_key: str | None = None,
    at_once: bool = False,
) -> OutboundText:
    """The one answer to a turn, and the end of it. `at_once`: whoever ends it goes on to
    hand it over. On the website it has arrived when it is there.
    """
    text = _compose(
        lane=turn.lane,
        user_id=turn.user_id,
        turn=turn,
        dedupe_key=dedupe_key,
        kind=kind,
        number=turn.number,
        our_number=turn.our_number,
        body=body,
        request_id=turn.request_id,
    )
    if turn.is_web:
        text.state, text.delivery = State.SENT, Delivery.DELIVERED
        text.sent_at = text.delivered_at = timezone.now()
        prepared.insert(text)
        prepared.update(turn, *Turn.CLOSING)
        return text
    if at_once:
        intend(text)
    values = [*prepared.given(text), texts.of_turn(turn.pk)]
    values += prepared.changed(turn, *Turn.CLOSING)
    ((text.pk, is_paid),) = prepared.rows(_REPLY, values)
    prepared.kept(text)
    if not is_paid:
        texts.reply(text)
    return text


def intend(text: OutboundText) -> None:
    """Once this is committed, the gateway may have the text."""
    now = timezone.now()
    text.state = State.SENDING
    text.attempted_at = now
    text.attempts += 1
    text.looks = 0
    text.next_at = now + timedelta(seconds=reconciler.FIRST_LOOK_SECONDS)


def _write(**given: Any) -> OutboundText:
    text = _compose(**given)
    prepared.insert(text)
    return text


def _compose(
    *, lane: Lane, number: str, body: str, secret: str = "", **fields: object
) -> OutboundText:
    body = composer.harmless(composer.literal(body))
    size = composer.count(body)
    text = OutboundText(
        lane=lane,
        number=number,
        country=areas.country(number),
        body=body,
        encoding=size.encoding,
        segments=size.segments,
        **fields,
    )
    if secret:
        confidential.hide(text, secret)
    return text


def give_up(text: OutboundText, why: str) -> None:
    """It is not sent, `why` in a word of `troubles.toml`."""
    text.state, text.error_code, text.sealed = State.CANCELED, why, ""
    text.save(update_fields=["state", "error_code", "sealed"])
    OUTBOUND.labels("canceled").inc()
    logger.info("sms_canceled", text=str(text.ref), why=why)
