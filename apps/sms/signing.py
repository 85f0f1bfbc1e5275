"""Proof that a request comes from Twilio: `X-Twilio-Signature`.

base64(HMAC(secret, address + every name and value, sorted by name)). The address is
`PUBLIC_URL` and the path as called: what a Host header claims plays no part.
https://www.twilio.com/docs/usage/security#validating-requests

The secret is the account's auth token, with SHA-1; or a shared key, with SHA-256, when
`X-Twilio-Webhooks-Signature-Settings: key=<its id>,algorithm=HMAC_SHA256` comes along.
Each kind of secret goes with its one algorithm, and only with one that
`TWILIO_SIGNATURE_ALGORITHMS` allows: a header chooses the key, never how it is used.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

Pairs = Iterable[tuple[str, str]]
SHA1, SHA256 = "HMAC_SHA1", "HMAC_SHA256"  # as Twilio calls them
HASHES = {SHA1: hashlib.sha1, SHA256: hashlib.sha256}
_DEFAULT_PORTS = {"https": 443, "http": 80}


def tokens() -> list[str]:
    """The auth tokens in force: two while one is being rotated."""
    return [t for t in map(str.strip, settings.TWILIO_AUTH_TOKEN.split(",")) if t]


def shared_keys() -> dict[str, str]:
    """The shared keys in force, by id: several while one is being rotated."""
    written = map(str.strip, settings.TWILIO_SHARED_KEYS.split(","))
    parts = (entry.partition(":") for entry in written)
    return {key_id: secret for key_id, _, secret in parts if key_id and secret}


def signature(url: str, pairs: Pairs, secret: str, algorithm: str = SHA1) -> str:
    """The header's value for a form of `pairs` posted to `url`."""
    message = url + "".join(name + value for name, value in sorted(set(pairs)))
    mac = hmac.new(
        secret.encode(), message.encode("utf-8", "replace"), HASHES[algorithm]
    )
    return base64.b64encode(mac.digest()).decode()


def is_ours(pairs: Pairs) -> bool:
    """Whether the form names our account, and no other."""
    named = [value for name, value in pairs if name == "AccountSid"]
    return bool(named) and all(sid == settings.TWILIO_ACCOUNT_SID for sid in named)


def is_genuine(
    path: str, pairs: Pairs, given: str, signed_with: str | None = None
) -> bool:
    """Whether `given` is a signature of this form, which is our account's.

    `signed_with` is the header of signature settings, None where there is none.
    """
    pairs = list(pairs)
    if not given or not given.isascii() or not is_ours(pairs):
        return False
    algorithm, secrets = (
        (SHA1, tokens()) if signed_with is None else (SHA256, _named_by(signed_with))
    )
    if algorithm not in settings.TWILIO_SIGNATURE_ALGORITHMS:
        return False
    return any(
        hmac.compare_digest(signature(url, pairs, secret, algorithm), given)
        for secret in secrets
        for url in _spellings(settings.PUBLIC_URL + path)
    )


def _named_by(signed_with: str) -> list[str]:
    """The one secret that the header names, or none: every setting counts once."""
    parts = [part.partition("=") for part in signed_with.split(",")]
    told = {name.strip(): value.strip() for name, _, value in parts}
    if len(told) != len(parts) or told.get("algorithm") != SHA256:
        return []
    secret = shared_keys().get(told.get("key", ""))
    return [secret] if secret else []


@lru_cache(maxsize=64)
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
