"""The key that signs identities, made at start, and the forms it is published in."""

import base64
import datetime
import functools
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

KEY_ID = "simulated-1"


@functools.cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def sign(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, _key(), algorithm="RS256", headers={"kid": KEY_ID})


def half_hash(token: str) -> str:
    """`at_hash` (OpenID Connect Core, 3.1.3.6)."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(token.encode())
    return base64.urlsafe_b64encode(digest.finalize()[:16]).rstrip(b"=").decode()


@functools.cache
def certificates() -> dict[str, str]:
    """Key id → certificate, as Google's /oauth2/v1/certs has it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Provider simulator")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .sign(_key(), hashes.SHA256())
    )
    return {KEY_ID: made.public_bytes(Encoding.PEM).decode()}


def jwks() -> dict[str, Any]:
    key = jwt.algorithms.RSAAlgorithm.to_jwk(_key().public_key(), as_dict=True)
    return {"keys": [key | {"kid": KEY_ID, "use": "sig", "alg": "RS256"}]}
