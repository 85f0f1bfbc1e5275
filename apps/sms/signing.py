"""Proof that a request comes from Twilio: `X-Twilio-Signature`.

base64(HMAC-SHA1(auth token, address + every name and value, sorted by name)). The
address is `PUBLIC_URL` and the path as called: what a Host header claims plays no part.
https://www.twilio.com/docs/usage/security#validating-requests
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings

Pairs = Iterable[tuple[str, str]]
_DEFAULT_PORTS = {"https": 443, "http": 80}


def tokens() -> list[str]:
    """The auth tokens in force: two while one is being rotated."""
    return [t for t in map(str.strip, settings.TWILIO_AUTH_TOKEN.split(",")) if t]


def signature(url: str, pairs: Pairs, token: str) -> str:
    """The header's value for a form of `pairs` posted to `url`."""
    message = url + "".join(name + value for name, value in sorted(set(pairs)))
    mac = hmac.new(token.encode(), message.encode("utf-8", "replace"), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


def is_genuine(path: str, pairs: Pairs, given: str) -> bool:
    """Whether `given` is a signature of this form, by any token in force."""
    if not given or not given.isascii():
        return False
    pairs = list(pairs)
    return any(
        hmac.compare_digest(signature(url, pairs, token), given)
        for token in tokens()
        for url in _spellings(settings.PUBLIC_URL + path)
    )


def _spellings(url: str) -> tuple[str, ...]:
    """The address as configured, and with its default port added or taken away."""
    parts = urlsplit(url)
    default = _DEFAULT_PORTS.get(parts.scheme)
    if parts.port is None:
        other = parts._replace(netloc=f"{parts.netloc}:{default}")
    elif parts.port == default:
        other = parts._replace(netloc=parts.netloc.rpartition(":")[0])
    else:
        return (url,)
    return url, other.geturl()
