"""A text is stored before Twilio hears that it arrived."""

import json
from collections.abc import Mapping
from typing import NamedTuple

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from apps.core.patience import at_most
from apps.core.request_ids import current_request_id
from apps.sms import keywords
from apps.sms.lengths import NUMBER_LENGTH, SID_LENGTH
from apps.sms.models import WebhookCall

Outcome = WebhookCall.Outcome

# Server-side binding and a plan prepared once a connection: a third of what the ORM
# needs for the same insert (docs/decisions/0003). The function is in migration 0009.
_RECEIVE = (
    "SELECT outcome, inbound_id FROM sms_receive("
    "%s, %s, %s, %s, %s, %s::smallint, %s::jsonb, %s, %s::uuid, %s, %s)"
)

# Twilio waits 15 s; this, a second look and a new connection's 3 s fit into that.
PATIENCE_SECONDS = 5.0

_COUNTS = frozenset(map(str, range(1, 11)))


class Receipt(NamedTuple):
    outcome: str  # a `WebhookCall.Outcome`
    inbound_id: int | None

    @property
    def is_new(self) -> bool:
        return self.outcome == Outcome.NEW


def is_readable(form: Mapping[str, str]) -> bool:
    """What it is, whose, and to whom: an answer goes out from there."""
    return all(form.get(name, "").strip() for name in ("MessageSid", "From", "To"))


def receive(form: Mapping[str, str], call: WebhookCall | None = None) -> Receipt:
    """Store Twilio's form once, durably, in the lane of whoever the number belongs to;
    and the call itself, where there is one, with what came of it.

    The same MessageSid again changes nothing. Raises `OperationalError` when the
    database is away, after one try on a fresh connection.
    """
    body = _clean(form.get("Body", ""))
    count = _count(form.get("NumMedia", ""))
    values = (
        _clean(form["MessageSid"])[:SID_LENGTH],
        _clean(form["From"])[:NUMBER_LENGTH],
        _clean(form.get("To", ""))[:NUMBER_LENGTH],
        body,
        keywords.classify(body, form.get("OptOutType", "")),
        count,
        json.dumps(_media(form, count)) if count else "[]",
        current_request_id(),
        *((str(call.pk), call.via, call.sealed) if call else (None, "", "")),
    )
    try:
        return _store(values)
    except (OperationalError, InterfaceError):
        if connection.is_usable():
            raise
        # The server was restarted under a kept connection; the SID makes a second
        # try harmless even if the first was committed.
        connection.close()
        return _store(values)


def _store(values: tuple[object, ...]) -> Receipt:
    connection.ensure_connection()
    kept = connection.connection
    with connection.wrap_database_errors, at_most(PATIENCE_SECONDS, kept.fileno()):
        with psycopg.Cursor(kept) as cursor:
            row = cursor.execute(
                _RECEIVE, values, prepare=settings.DATABASE_PREPARED
            ).fetchone()
    assert row is not None  # the function always answers one row
    return Receipt(*row)


def _clean(text: str) -> str:
    """PostgreSQL stores every character but NUL; a lone surrogate is not one."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _count(text: str) -> int:
    """Twilio sends ten at most; whatever else stands there is no number."""
    return int(text) if text in _COUNTS else 0


def _media(form: Mapping[str, str], count: int) -> list[dict[str, str]]:
    return [
        {
            "url": _clean(form.get(f"MediaUrl{i}", "")),
            "content_type": _clean(form.get(f"MediaContentType{i}", "")),
        }
        for i in range(count)
    ]
