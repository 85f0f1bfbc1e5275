"""What the mail provider calls when a letter bounces or is complained of.

django-anymail checks the signature or the basic authentication and reads the events.
There is nothing at the address of any other provider, nor without a way to prove.
"""

import importlib
import inspect
import re
from typing import Any

from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailWebhookValidationFailure,
)
from anymail.signals import tracking as tracked
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from prometheus_client import Counter

from apps.core import bodies
from apps.core.errors import Forbidden, Invalid, NotFound
from apps.jobs import bounces, replays
from apps.rbac.declared import public

# The largest batches are SendGrid's, below 800 kB.
MAX_BYTES = 1024 * 1024

# What anymail makes of bodies that no provider sends.
_NO_EVENT = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    OSError,  # a time beyond the calendar
    RecursionError,
    AnymailConfigurationError,  # an event for another of its views
)
# Of an address (RFC 5321 §4.5.3.1), and more than of any name of a letter.
_LONGEST = 320
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")

HEARD = Counter("switchboard_mail_events_total", "What the provider told", ["event"])
REFUSED = Counter(
    "switchboard_mail_webhook_refused_total", "Webhook calls that proved nothing"
)


def has_proof() -> bool:
    """Whether a call can show that it is the provider's."""
    return any("WEBHOOK" in name for name in settings.ANYMAIL)


@public
@require_POST
def tracking(request: HttpRequest, provider: str) -> HttpResponse:
    """Events in any order, any number of times. One that is odd stops no other, and is
    answered in words."""
    if provider != settings.MAIL_PROVIDER or not has_proof():
        raise NotFound("There is nothing at this address.")
    bodies.insist_at_most(request, MAX_BYTES)
    reader = _reader(provider)
    try:
        reader.run_validators(request)
        events = list(reader.parse_events(request))
        with replays.once(provider, request) as is_new:
            if not all([_hear(event) for event in events if is_new]):
                raise Invalid("A text of it is too long, or is no text.")
    except AnymailWebhookValidationFailure:
        REFUSED.inc()
        raise Forbidden("The signature does not fit.") from None
    except _NO_EVENT:
        raise Invalid("That is no event of this provider.") from None
    return HttpResponse(status=204)


def _hear(event: Any) -> bool:
    """Whether it can be kept."""
    HEARD.labels(event.event_type).inc()
    texts = (str(event.recipient or ""), str(event.message_id or ""))
    if any(len(text) > _LONGEST or _NO_TEXT.search(text) for text in texts):
        return False
    bounces.heard(event)
    return True


def _reader(provider: str) -> Any:
    """Anymail's view of the provider's events: its checks and its reading."""
    module = importlib.import_module(f"anymail.webhooks.{provider}")
    (view,) = (
        each
        for _, each in inspect.getmembers(module, inspect.isclass)
        if each.__module__ == module.__name__
        and getattr(each, "signal", None) is tracked
    )
    return view()
