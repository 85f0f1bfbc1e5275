"""What a provider tells of letters that it had taken."""

from typing import Any

from anymail.signals import EventType, RejectReason
from django.db import transaction

from apps.core.logs import logger
from apps.jobs import refusals, suppressions
from apps.jobs.models import Letter, Suppression

_STATES = {
    EventType.BOUNCED: Letter.State.BOUNCED,
    EventType.COMPLAINED: Letter.State.COMPLAINED,
    EventType.REJECTED: Letter.State.REFUSED,
    EventType.FAILED: Letter.State.REFUSED,
}
_NOBODY_THERE = (RejectReason.BOUNCED, RejectReason.INVALID)
# What providers call a bounce that may pass: a full mailbox, a server that is away.
_PASSING = {"softbounce", "soft_bounce", "blocked", "transient", "undetermined"}


@transaction.atomic
def heard(event: Any) -> None:
    """Once or many times, in any order: the last word is a complaint."""
    state = _STATES.get(event.event_type)
    if state is None:
        return
    said = refusals.cleaned(str(event.mta_response or event.description or ""))
    letter = _letter(event.message_id)
    address = str(event.recipient or "") or (letter.to if letter else "")
    why = _why(event)
    if why and address:
        suppressions.suppress(address, why, said)
    if letter is not None and letter.state != Letter.State.COMPLAINED:
        letter.state, letter.reason = state, said
        letter.save(update_fields=["state", "reason"])
    logger.info(
        "mail_event", letter=letter.pk if letter else None, what=event.event_type
    )


def _letter(message_id: Any) -> Letter | None:
    if not message_id:
        return None
    known = Letter.objects.filter(provider_id=str(message_id)[:255])
    return known.select_for_update(of=("self",)).first()


def _why(event: Any) -> str:
    """For what reason the address is not written to again; empty for none."""
    complained = event.event_type == EventType.COMPLAINED
    if complained or event.reject_reason == RejectReason.SPAM:
        return Suppression.Why.COMPLAINT
    words = _words(event.esp_event)
    is_bounce = event.event_type == EventType.BOUNCED
    is_lasting = (
        event.reject_reason in _NOBODY_THERE
        or (is_bounce and event.reject_reason is None)  # SendGrid gives none
        or "permanent" in words
    )
    return Suppression.Why.BOUNCE if is_lasting and not words & _PASSING else ""


def _words(told: Any) -> set[str]:
    """How long it lasts, as the provider says it and anymail does not: Postmark's
    `Type`, Brevo's `event`, SendGrid's `type`, Resend's `data.bounce.type`, Mailjet's
    `hard_bounce`."""
    found = [told.get(name) for name in ("Type", "event", "type")]
    data = told.get("data")
    bounce = data.get("bounce") if isinstance(data, dict) else None
    if isinstance(bounce, dict):
        found.append(bounce.get("type"))
    if told.get("hard_bounce") is False:
        found.append("transient")
    return {str(each).lower() for each in found}
