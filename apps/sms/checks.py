"""What is wrong with the messaging settings, in words, at start-up."""

import re
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.module_loading import import_string

from apps.sms import signing


@register
def gateway(**_: Any) -> list[CheckMessage]:
    name = settings.SMS_GATEWAY
    if not name.isidentifier() or find_spec(f"apps.sms.gateways.{name}") is None:
        return [
            Error(
                f"SMS_GATEWAY is {name!r}, and there is no such gateway.",
                hint='Use "simulator" or "twilio".',
                id="sms.E001",
            )
        ]
    if name != "twilio":
        return []
    needed = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER")
    return [
        Error(
            f"SMS_GATEWAY is twilio, and {variable} is not set.",
            hint="Copy it from the Twilio console.",
            id="sms.E002",
        )
        for variable in needed
        if not getattr(settings, variable)
    ]


@register
def proof(**_: Any) -> list[CheckMessage]:
    if settings.TWILIO_AUTH_TOKEN:
        return []
    return [
        Error(
            "TWILIO_AUTH_TOKEN is not set, so no webhook can be proven.",
            hint="Set the token of the Twilio account; the simulator takes any.",
            id="sms.E003",
        )
    ]


@register
def shared_keys(**_: Any) -> list[CheckMessage]:
    """Says which entry is wrong by its place: what is in it may be a secret."""
    ids, found = set(), list[CheckMessage]()
    written = settings.TWILIO_SHARED_KEYS.strip()
    for place, entry in enumerate(written.split(",") if written else [], 1):
        key_id = entry.partition(":")[0].strip()
        # What the signature settings of a request could not name, or what proves nothing.
        if not re.fullmatch(r"[\w.-]+:\S+", entry.strip(), re.ASCII):
            wrong = "is not <key id>:<secret>"
        elif key_id in ids:
            wrong = f"repeats the key id {key_id}"
        else:
            ids.add(key_id)
            continue
        found.append(
            Error(
                f"Entry {place} of TWILIO_SHARED_KEYS {wrong}.",
                hint="Write id:secret, several with commas, as Twilio shows them.",
                id="sms.E007",
            )
        )
    return found


@register
def algorithms(**_: Any) -> list[CheckMessage]:
    allowed = settings.TWILIO_SIGNATURE_ALGORITHMS
    if unknown := [name for name in allowed if name not in signing.HASHES]:
        wrong = f"names {unknown[0]!r}, which proves nothing"
    elif signing.SHA1 not in allowed and not signing.shared_keys():
        wrong = "allows shared keys alone, and TWILIO_SHARED_KEYS has none"
    elif signing.SHA256 not in allowed and signing.shared_keys():
        wrong = "lacks HMAC_SHA256, so TWILIO_SHARED_KEYS prove nothing"
    else:
        return []
    return [
        Error(
            f"TWILIO_SIGNATURE_ALGORITHMS {wrong}.",
            hint="Use HMAC_SHA1 (auth token), HMAC_SHA256 (shared keys), or both.",
            id="sms.E008",
        )
    ]


@register
def number(**_: Any) -> list[CheckMessage]:
    if not settings.TWILIO_NUMBER or re.fullmatch(
        r"\+[1-9]\d{6,14}|\d{5,6}", settings.TWILIO_NUMBER
    ):
        return []
    return [
        Error(
            f"TWILIO_NUMBER is {settings.TWILIO_NUMBER!r}, which is not E.164.",
            hint="Write it like +12025550100.",
            id="sms.E004",
        )
    ]


@register
def public_url(**_: Any) -> list[CheckMessage]:
    parts = urlsplit(settings.PUBLIC_URL)
    if settings.PUBLIC_URL != _origin(settings.PUBLIC_URL):
        return [
            Error(
                f"PUBLIC_URL is {settings.PUBLIC_URL!r}, which is not an origin.",
                hint="Write scheme and host only, like https://switchboard.example.",
                id="sms.E005",
            )
        ]
    if settings.SMS_GATEWAY == "twilio" and parts.scheme == "http":
        return [
            Warning(
                "PUBLIC_URL is not https, so texts cross the network in the clear.",
                hint="Put a proxy with a certificate in front.",
                id="sms.W001",
            )
        ]
    return []


@register
def answerer(**_: Any) -> list[CheckMessage]:
    try:
        import_string(settings.SMS_ANSWERER)
    except ImportError as error:
        return [
            Error(
                f"SMS_ANSWERER names {settings.SMS_ANSWERER!r}: {error}.",
                hint="It is the dotted name of a function; see docs/texting.md.",
                id="sms.E006",
            )
        ]
    return []


@register
def phone_at_sign_up(**_: Any) -> list[CheckMessage]:
    """The hand-over from accounts, which stands below."""
    name = settings.SIGN_UP_PHONE
    try:
        found = import_module(name)
    except ImportError as error:
        return [Error(f"SIGN_UP_PHONE names {name!r}: {error}.", id="sms.E009")]
    missing = [each for each in ("read", "note") if not hasattr(found, each)]
    return [Error(f"{name} has no {each}().", id="sms.E009") for each in missing]


def _origin(url: str) -> str:
    """Scheme, host and port of an address, empty for one that has none."""
    parts = urlsplit(url)
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}"
