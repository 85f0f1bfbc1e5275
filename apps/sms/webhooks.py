"""What Twilio calls. Prove it, store it, say thanks; the answer goes out by itself.

https://www.twilio.com/docs/messaging/guides/webhook-request
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from prometheus_client import Counter

from apps.core import bodies, tallies
from apps.core.errors import Forbidden, Invalid, UnsupportedMedia
from apps.core.logs import logger
from apps.rbac.declared import public
from apps.sms import bell, delivery, inbox, signing

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
REFUSED = Counter(
    "switchboard_sms_webhook_refused_total", "Webhook calls that proved nothing"
)


@public
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    return _receive(request, via="inbound")


@public
@require_POST
def fallback(request: HttpRequest) -> HttpResponse:
    """Twilio comes here when the first address failed. The same text, the same path."""
    return _receive(request, via="fallback")


@public
@require_POST
def status(request: HttpRequest) -> HttpResponse:
    """News of a text of ours, in any order, any number of times."""
    form = _signed_form(request)
    with _noticed():
        delivery.record(
            ref=request.GET.get("m", ""),
            sid=form.get("MessageSid", ""),
            status=form.get("MessageStatus", ""),
            error_code=form.get("ErrorCode", ""),
        )
    return HttpResponse(status=204)


def _receive(request: HttpRequest, *, via: str) -> HttpResponse:
    form = _signed_form(request)
    if not form.get("MessageSid") or not form.get("From"):
        # Signed by Twilio, so a retry would bring the same again.
        logger.error("sms_malformed", fields=sorted(form))
        INBOUND.labels("malformed", via).inc()
        return _thanks()
    with _noticed():
        receipt = inbox.receive(form)
    if receipt.is_new:
        bell.ring()
    outcome = "new" if receipt.is_new else "duplicate"
    INBOUND.labels(outcome, via).inc()
    logger.info("sms_received", inbound=receipt.inbound_id, outcome=outcome, via=via)
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


def _signed_form(request: HttpRequest) -> dict[str, str]:
    """The posted fields. Raises 415, 413, 400 or 403; a wrong proof leaves no trace."""
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
        raise Forbidden("The signature does not fit.")
    # PostgreSQL stores every character but this one.
    return {name: value.replace("\x00", "") for name, value in pairs}
