"""Sealing of stored secrets: AES-GCM-SIV (RFC 8452) with a ring of keys.

A sealed value reads `k2.<base64 of nonce, ciphertext and tag>`: the key's name, then
what only that key opens. The associated data ties it to its row, so a value copied to
another row does not open. The ring is `FIELD_ENCRYPTION_KEYS`, newest first
("k2:<base64 of 32 bytes>,k1:..."): the first key seals, every key opens.
"""

import base64
import binascii
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.conf import settings

_NONCE_BYTES = 12


class BadKeyRing(ValueError):
    """The ring cannot be read; the message says which entry and why."""


class Unreadable(ValueError):
    """Nothing in the ring opens this value for this place."""


def parse_ring(text: str) -> dict[str, bytes]:
    """Key name → 32 bytes, newest first. Raises `BadKeyRing`."""
    ring: dict[str, bytes] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, colon, encoded = entry.partition(":")
        if not colon or not name.isalnum():
            raise BadKeyRing("each key is written name:base64, for example k1:AAAA…")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise BadKeyRing(f"the key {name} is not base64") from None
        if len(key) != 32:
            raise BadKeyRing(f"the key {name} has {len(key)} bytes, it needs 32")
        if name in ring or key in ring.values():
            raise BadKeyRing(f"the key {name} is there twice")
        ring[name] = key
    if not ring:
        raise BadKeyRing("there is no key")
    return ring


def seal(plain: str, *, place: str) -> str:
    """`place` names the row, for example "sms.link_phrase:12"."""
    name, key = next(iter(_ring().items()))
    nonce = os.urandom(_NONCE_BYTES)
    box = AESGCMSIV(key).encrypt(nonce, plain.encode(), _associated(name, place))
    return f"{name}.{base64.b64encode(nonce + box).decode()}"


def unseal(sealed: str, *, place: str) -> str:
    """Raises `Unreadable` for a lost key, a changed value or another row's value."""
    name, _, encoded = sealed.partition(".")
    key = _ring().get(name)
    if key is None:
        raise Unreadable(f"no key named {name!r}")
    try:
        raw = base64.b64decode(encoded, validate=True)
        nonce, box = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        return AESGCMSIV(key).decrypt(nonce, box, _associated(name, place)).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise Unreadable("the value does not open here") from error


def names() -> list[str]:
    """The names of the keys, newest first."""
    return list(_ring())


def digests(secret: str, *, purpose: str) -> list[str]:
    """Keyed digests of a secret to look it up by, newest key first (64 hex digits).

    Store the first; search for any, so a digest made before a rotation is found.
    """
    return [
        hmac.new(
            _purpose_key(key, purpose), secret.encode(), hashlib.sha256
        ).hexdigest()
        for key in _ring().values()
    ]


def _purpose_key(key: bytes, purpose: str) -> bytes:
    return hmac.new(key, b"digest:" + purpose.encode(), hashlib.sha256).digest()


def _associated(name: str, place: str) -> bytes:
    return f"switchboard:{name}:{place}".encode()


def _ring() -> dict[str, bytes]:
    return _parsed(settings.FIELD_ENCRYPTION_KEYS)


@lru_cache(maxsize=8)
def _parsed(text: str) -> dict[str, bytes]:
    return parse_ring(text)
