"""What Twilio calls. Prove it, store it, say thanks; the answer goes out by itself.

https://www.twilio.com/docs/messaging/guides/webhook-request
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from prometheus_client import Counter

from apps.core import bodies, tallies
from apps.core.errors import Invalid, UnsupportedMedia
from apps.core.logs import logger
from apps.rbac.declared import public
from apps.sms import acknowledged, bell, delivery, inbox, journal, signing
from apps.sms.models import WebhookCall

Via, Outcome = WebhookCall.Via, WebhookCall.Outcome

# Twilio's own limit is 1,600 characters and ten media addresses.
MAX_BYTES = 64 * 1024
MAX_FIELDS = 1000
FORM = "application/x-www-form-urlencoded"
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

INBOUND = Counter(
    "switchboard_sms_inbound_total", "Texts that arrived", ["outcome", "via"]
)
# What Twilio calls and does not get done: errors of ours, and proofs that do not fit
# though the account is ours, as after a change of its secret or of our address.
TROUBLE = "sms.webhooks"
# Each means that the first address did not answer.
FALLEN_BACK = "sms.fallback"
# https://www.twilio.com/docs/usage/webhooks: a label may not be whatever is sent.
_FALLBACK_CODES = frozenset({"11200", "11205", "11206", "11210", "12100", "12300"})
FALLBACKS = Counter(
    "switchboard_sms_webhook_fallback_total",
    "Texts that came by the fallback address",
    ["error_code"],
)
# From nought on, or nobody is told of the first (core/from_nought.py).
for _code in (*_FALLBACK_CODES, "other"):
    FALLBACKS.labels(_code)
REFUSED = Counter(
    "switchboard_sms_webhook_refused_total", "Webhook calls that proved nothing"
)


def _signed(view: Callable[[HttpRequest, dict[str, str]], HttpResponse]) -> Any:
    """Gives it the posted fields. What proves nothing is answered by an empty 403."""

    @public
    @require_POST
    @wraps(view)
    def proven(request: HttpRequest) -> HttpResponse:
        since = time.perf_counter()
        form = _signed_form(request)
        if form is None:
            return HttpResponse(status=403)
        try:
            answer = view(request, form)
        except Exception:
            acknowledged.note(acknowledged.FAILED_SECONDS)
            raise
        acknowledged.note(time.perf_counter() - since)
        return answer

    return proven


@_signed
def inbound(request: HttpRequest, form: dict[str, str]) -> HttpResponse:
    return _receive(form, Via.INBOUND)


@_signed
def fallback(request: HttpRequest, form: dict[str, str]) -> HttpResponse:
    """Twilio comes here when the first address failed. The same text, the same path."""
    tallies.add(FALLEN_BACK)
    code = form.get("ErrorCode", "")
    FALLBACKS.labels(code if code in _FALLBACK_CODES else "other").inc()
    logger.error("sms_fallback", code=code[:12])
    return _receive(form, Via.FALLBACK)


@_signed
def status(request: HttpRequest, form: dict[str, str]) -> HttpResponse:
    """News of a text of ours, in any order, any number of times."""
    ref = request.GET.get(journal.REF, "")
    call = journal.begun(form, via=Via.STATUS, ref=ref)
    with _noticed(), transaction.atomic():
        journal.keep(call, delivery.record(form, ref=ref))
    return HttpResponse(status=204)


def _receive(form: dict[str, str], via: str) -> HttpResponse:
    call = journal.begun(form, via=via)
    if not inbox.is_readable(form):
        # Signed by Twilio, so a retry would bring the same again.
        logger.error("sms_malformed", fields=sorted(form))
        with _noticed():
            journal.keep(call, Outcome.MALFORMED)
        tallies.add(TROUBLE)
        INBOUND.labels(Outcome.MALFORMED, via).inc()
        return _thanks()
    with _noticed():
        outcome, inbound_id = inbox.receive(form, call)
    if outcome == Outcome.NEW:
        bell.ring()
    INBOUND.labels(outcome, via).inc()
    logger.info("sms_received", inbound=inbound_id, outcome=outcome, via=via)
    return _thanks()


@contextmanager
def _noticed() -> Iterator[None]:
    try:
        yield
    except Exception:
        tallies.add(TROUBLE)
        raise


def _thanks() -> HttpResponse:
    return HttpResponse(EMPTY_TWIML, content_type="text/xml")


def _signed_form(request: HttpRequest) -> dict[str, str] | None:
    """The posted fields; None for a wrong proof, which leaves no trace. Raises 415, 413 or
    400."""
    if request.content_type != FORM:
        raise UnsupportedMedia()
    bodies.insist_at_most(request, MAX_BYTES)
    text = request.body.decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Invalid("There are too many fields.") from None
    given = request.META.get("HTTP_X_TWILIO_SIGNATURE", "")
    signed_with = request.META.get("HTTP_X_TWILIO_WEBHOOKS_SIGNATURE_SETTINGS")
    if not signing.is_genuine(request.get_full_path(), pairs, given, signed_with):
        REFUSED.inc()
        if settings.TWILIO_ACCOUNT_SID and signing.is_ours(pairs):
            tallies.add(TROUBLE)
        return None
    # PostgreSQL stores every character but this one.
    return {name: value.replace("\x00", "") for name, value in pairs}
