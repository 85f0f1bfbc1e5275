"""What the mail provider calls when a letter bounces or is complained of.

django-anymail checks the signature or the basic authentication and reads the events.
There is nothing at the address of any other provider, nor without a way to prove.
"""

import importlib
import inspect
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import tracking as tracked
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from prometheus_client import Counter

from apps.core import bodies
from apps.core.errors import Forbidden, Invalid, NotFound
from apps.jobs import bounces
from apps.rbac.declared import public

# The largest batches are SendGrid's, below 800 kB.
MAX_BYTES = 1024 * 1024

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
    """Events in any order, any number of times."""
    if provider != settings.MAIL_PROVIDER or not has_proof():
        raise NotFound("There is nothing at this address.")
    bodies.insist_at_most(request, MAX_BYTES)
    reader = _reader(provider)
    try:
        reader.run_validators(request)
        events = reader.parse_events(request)
    except AnymailWebhookValidationFailure:
        REFUSED.inc()
        raise Forbidden("The signature does not fit.") from None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Invalid("That is no event of this provider.") from None
    for event in events:
        HEARD.labels(event.event_type).inc()
        bounces.heard(event)
    return HttpResponse(status=204)


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
