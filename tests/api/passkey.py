"""A device that keeps one passkey and unlocks at once, as a program plays it."""

import hashlib
import secrets
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG
Json = dict[str, Any]


class Passkey:
    """What a browser answers, by the names of WebAuthn §5.1 (JSON)."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._id = secrets.token_bytes(32)
        self._owner = b""
        host = urlsplit(settings.PUBLIC_URL).hostname or ""
        self._site = hashlib.sha256(host.encode()).digest()

    def made(self, options: Json) -> Json:
        """For the options of `navigator.credentials.create`."""
        asked = options["publicKey"]
        self._owner = websafe_decode(asked["user"]["id"])
        public = ES256.from_cryptography_key(self._key.public_key())  # type: ignore[no-untyped-call]  # untyped package
        known = AttestedCredentialData.create(Aaguid.NONE, self._id, public)
        data = AuthenticatorData.create(
            self._site, FLAG.UP | FLAG.UV | FLAG.AT, 0, known
        )
        return self._told(
            clientDataJSON=self._said("webauthn.create", asked),
            attestationObject=AttestationObject.create("none", data, {}),
        )

    def shown(self, options: Json) -> Json:
        """For the options of `navigator.credentials.get`."""
        said = self._said("webauthn.get", options["publicKey"])
        data = AuthenticatorData.create(self._site, FLAG.UP | FLAG.UV, 0)
        signature = self._key.sign(
            data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256())
        )
        return self._told(
            clientDataJSON=said,
            authenticatorData=data,
            signature=signature,
            userHandle=self._owner,
        )

    def _said(self, kind: str, asked: Json) -> bytes:
        return CollectedClientData.create(
            kind, websafe_decode(asked["challenge"]), settings.PUBLIC_URL
        )

    def _told(self, **response: bytes) -> Json:
        name = websafe_encode(self._id)
        return {
            "type": "public-key",
            "id": name,
            "rawId": name,
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {key: websafe_encode(value) for key, value in response.items()},
        }


def swaps(example: Json, real: Json) -> dict[str, str]:
    """What of the example stands for what of the real one."""
    found: dict[str, str] = {}
    for name, value in example.items():
        if isinstance(value, dict):
            found |= swaps(value, real[name])
        elif value != real[name]:
            found[value] = str(real[name])
    return found
