"""Where Twilio is to call us. `manage.py sms_configure_twilio` tells it."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

# By itself Twilio repeats a call only when it could not connect. All three addresses may
# be called again: at most five times, whatever went wrong; 15 s in all is its own limit.
# The fragment is not sent, and not signed.
# https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
OVERRIDES = "#rc=5&rp=all"


@dataclass(frozen=True)
class Addresses:
    inbound: str
    fallback: str
    status: str


@dataclass(frozen=True)
class Drift:
    """A setting at the carrier that is not as it should be."""

    name: str
    found: str
    expected: str

    def __str__(self) -> str:
        verb = "points at" if "://" in self.expected else "has"
        found, expected = self.found or "nothing", self.expected or "nothing"
        return f"{self.name}: Twilio {verb} {found}, expected {expected}"


def expected() -> Addresses:
    return Addresses(*map(_address, ("twilio_sms", "twilio_fallback", "twilio_status")))


def _address(name: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name)}{OVERRIDES}"
