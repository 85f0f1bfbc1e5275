"""What programs are given in the place of a number that counts: it tells neither how many
there are nor which comes next, and no other can be made up.

For rows that have no public id, in tables too large to give them one, and for the places
where pages of a list begin. AES-GCM-SIV with the same nonce each time (RFC 8452: that
tells only which two are the same, and here they shall be): the same number is named the
same for ever. The key lies in the database, beside the numbers themselves, and is never
changed.
"""

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.db.models import Model

from apps.core.errors import NotFound
from apps.core.models import OpaqueKey

_NONCE = bytes(12)
_NUMBER_BYTES = 8


class Unopened(ValueError):
    """It was not made here, or for something else."""


def name(model: type[Model], number: int) -> str:
    """32 characters (base64url) for the row of that number."""
    return named(model._meta.label_lower, number)


def named(kind: str, number: int) -> str:
    """The same by the label of the model, `sms.turn`."""
    return _written(kind, number.to_bytes(_NUMBER_BYTES, "big"))


def number(model: type[Model], said: str) -> int:
    """Of the row of that name. Raises NotFound."""
    try:
        return numbered(model._meta.label_lower, said)
    except Unopened:
        raise NotFound from None


def numbered(kind: str, said: str) -> int:
    """The same by the label of the model. Raises Unopened."""
    return int.from_bytes(_read(kind, said), "big")


def sealed(kind: str, words: str) -> str:
    """Words that only `opened` reads, for the same kind."""
    return _written(f"words:{kind}", words.encode())


def opened(kind: str, said: str) -> str:
    """Raises Unopened."""
    return _read(f"words:{kind}", said).decode()


def _written(kind: str, plain: bytes) -> str:
    box = key().encrypt(_NONCE, plain, kind.encode())
    return base64.urlsafe_b64encode(box).decode().rstrip("=")


def _read(kind: str, said: str) -> bytes:
    try:
        box = base64.b64decode(said + "=" * (-len(said) % 4), b"-_", validate=True)
        found = key().decrypt(_NONCE, box, kind.encode())
    except (InvalidTag, binascii.Error, ValueError, OverflowError) as error:
        raise Unopened("that does not open here") from error
    if _written(kind, found) != said:
        # Bits that base64 does not read would be another name of the same.
        raise Unopened("that is written otherwise")
    return found


@lru_cache(maxsize=1)
def key() -> AESGCMSIV:
    """Of the whole installation, made by a migration; read once."""
    return AESGCMSIV(bytes(OpaqueKey.objects.get().key))
