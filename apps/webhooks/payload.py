"""What an endpoint is sent: what happened, when, and ids to ask the API about it."""

import json
from datetime import UTC
from typing import Any

from apps.accounts.models import User
from apps.core.errors import NotFound
from apps.sms import threads
from apps.sms.models import OutboundText
from apps.webhooks.models import Delivery

# Codes and notices are for the phone alone, whoever asks for the words of texts.
_SAID = (OutboundText.Kind.REPLY.value, OutboundText.Kind.REMINDER.value)


def of(delivery: Delivery, user: User) -> bytes:
    """With its endpoint."""
    data = dict(delivery.data)
    if delivery.endpoint.include_text and delivery.about:
        data["text"] = _words(delivery, user)
    at = delivery.happened_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    told: dict[str, Any] = {"type": delivery.type, "timestamp": at, "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _words(delivery: Delivery, user: User) -> str | None:
    """None where they are nobody else's business, or gone."""
    if delivery.data.get("kind", _SAID[0]) not in _SAID:
        return None
    direction, _, number = delivery.about.partition("-")
    try:
        return threads.numbered(user, direction, int(number)).body
    except NotFound:
        return None
