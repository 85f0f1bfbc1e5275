"""The Ed25519 key the seals are signed with: made once, kept sealed by the vault."""

import base64

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from apps.core import vault
from apps.core.logs import logger
from apps.core.rotation import Sealed
from apps.rbac import apart
from apps.rbac.models import SigningKey

_PLACE = "rbac.signingkey:1"
SEALED = Sealed(SigningKey, place=lambda row: _PLACE)


class Replaced(ValueError):
    """The stored public key does not belong to the sealed private one."""


def private() -> Ed25519PrivateKey:
    """Made at the first call; of two first calls at once, both get the same."""
    row = SigningKey.objects.filter(pk=1).first() or _made()
    raw = base64.b64decode(vault.unseal(row.sealed, place=_PLACE))
    return Ed25519PrivateKey.from_private_bytes(raw)


def public() -> Ed25519PublicKey | None:
    """None before the first seal. Raises `Replaced`, `vault.Unreadable`.

    Whoever writes another key into the table cannot seal its private half.
    """
    row = SigningKey.objects.filter(pk=1).first()
    if row is None:
        return None
    found = private().public_key()
    if found.public_bytes_raw() != bytes(row.public):
        raise Replaced("the public key is not that of the sealed private key")
    return found


def holds(key: Ed25519PublicKey, signature: bytes, statement: bytes) -> bool:
    try:
        key.verify(signature, statement)
    except InvalidSignature:
        return False
    return True


def _made() -> SigningKey:
    key = Ed25519PrivateKey.generate()
    public_bytes = key.public_key().public_bytes_raw()
    encoded = base64.b64encode(key.private_bytes_raw()).decode()
    with apart.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rbac_signingkey (id, public, sealed) VALUES (1, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [public_bytes, vault.seal(encoded, place=_PLACE)],
        )
        if cursor.rowcount:
            logger.info("audit_key_made", public_key=public_bytes.hex())
    return SigningKey.objects.get(pk=1)
