"""What became of a text: news in any order, any number of times, never backwards."""

import uuid
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.core import prepared
from apps.core.logs import logger
from apps.sms import aftermath, optouts, trust
from apps.sms.lengths import SID_LENGTH
from apps.sms.models import DeliveryEvent, OutboundText, WebhookCall
from apps.sms.money import ledger, texts

State, Delivery = OutboundText.State, OutboundText.Delivery
Outcome = WebhookCall.Outcome

# Only a higher rank overwrites. The four that end a text rank alike: the first counts.
RANK = {
    Delivery.NONE: 0,
    Delivery.ACCEPTED: 1,
    Delivery.SCHEDULED: 1,
    Delivery.QUEUED: 2,
    Delivery.SENDING: 3,
    Delivery.SENT: 4,
    Delivery.PARTIALLY_DELIVERED: 5,
    Delivery.DELIVERED: 6,
    Delivery.UNDELIVERED: 6,
    Delivery.FAILED: 6,
    Delivery.CANCELED: 6,
    Delivery.READ: 7,
}

# As nearly always: no news of it came before, and what was set aside for it is spent.
# Where this is undone, the text is looked up at the gateway.
_TAKEN = f"""
WITH text AS (
    UPDATE sms_outboundtext
    SET provider_sid = %s, state = 'sent', sent_at = %s, sealed = ''
    WHERE id = %s AND provider_sid IS NULL
      AND NOT EXISTS (SELECT FROM sms_deliveryevent WHERE sid = %s AND text_id IS NULL)
      AND EXISTS (
          SELECT FROM sms_charge
          WHERE text_id = sms_outboundtext.id AND state = 'reserved'
      )
    RETURNING id
), charge AS ({ledger.HAND_OVER})
SELECT EXISTS (SELECT FROM text), {prepared.LAZILY}
"""


@transaction.atomic
def record(form: Mapping[str, str], *, ref: str) -> str:
    """Keep one callback and apply it; what came of it, a `WebhookCall.Outcome`. `ref`
    is our own id from the callback address.

    A callback for a text that is not known is kept, and found when the text is handed
    over. One that comes before our own call returned proves that call.
    """
    sid, status = form.get("MessageSid", "")[:SID_LENGTH], form.get("MessageStatus", "")
    error_code = form.get("ErrorCode", "")
    if not sid or not status or status not in RANK:
        logger.warning("sms_status_odd", status=status[:20])
        return Outcome.MALFORMED
    text = _find(ref, sid)
    _, is_new = DeliveryEvent.objects.get_or_create(
        sid=sid, status=status, error_code=error_code[:12], defaults={"text": text}
    )
    if not is_new:
        return Outcome.DUPLICATE
    if text is None:
        return Outcome.UNBOUND
    if text.provider_sid is None:
        _adopt(text, sid)
    if text.provider_sid != sid:
        # Handed over twice after all: the auditor counts it.
        logger.error("sms_sent_twice", text=str(text.ref), sid=sid)
        return Outcome.CONFLICT
    _apply(text, status, error_code[:12])
    return Outcome.NEW


def handed_over(text: OutboundText, sid: str) -> None:
    """The gateway has taken the text under this id. Applies news that came before."""
    values = [sid, timezone.now(), text.pk, sid, *ledger.handing_over(sid)]
    ((is_done, _),) = prepared.rows(_TAKEN, values)
    if not is_done:
        _catch_up(text.pk, sid)


@transaction.atomic
def _catch_up(pk: int, sid: str) -> None:
    text = OutboundText.objects.select_for_update().get(pk=pk)
    if text.provider_sid is None:
        _adopt(text, sid)
    early = DeliveryEvent.objects.select_for_update().filter(sid=sid, text=None)
    for event in early.order_by("id"):
        _apply(text, event.status, event.error_code)
    early.update(text=text)


def _find(ref: str, sid: str) -> OutboundText | None:
    known = Q(provider_sid=sid)
    try:
        known |= Q(ref=uuid.UUID(ref))
    except ValueError:
        pass
    return OutboundText.objects.select_for_update().filter(known).first()


def _adopt(text: OutboundText, sid: str) -> None:
    text.provider_sid = sid
    text.state = State.SENT
    text.sent_at = timezone.now()
    text.sealed = ""
    prepared.update(text, "provider_sid", "state", "sent_at", "sealed")
    texts.handed_over(text, sid)


def _apply(text: OutboundText, status: str, error_code: str) -> None:
    if RANK[Delivery(status)] <= RANK[Delivery(text.delivery)]:
        return
    text.delivery = status
    text.error_code = error_code or text.error_code
    if status == Delivery.DELIVERED:
        text.delivered_at = timezone.now()
    text.save(update_fields=["delivery", "error_code", "delivered_at"])
    if status in (Delivery.FAILED, Delivery.CANCELED):
        texts.failed(text, error_code)
    optouts.heed(error_code, number=text.number, our_number=text.our_number)
    trust.heed(error_code, text.number)
    if text.has_failed:
        aftermath.follow(text)
