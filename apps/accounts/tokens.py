"""Tokens of an app: a short one to ask with, a long one to get the next pair with.

Both only name a sign-in (sessions.py). Refreshing counts its generation up by one
conditional UPDATE, so of many at once one wins; the others, and whoever lost the
answer, get the very same pair for a few seconds. An older one is a copy in wrong
hands, and ends the sign-in.
"""

import hashlib
import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar
from uuid import uuid5

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from django.conf import settings
from django.utils import timezone
from jwt.utils import base64url_decode
from rest_framework_simplejwt import tokens as simplejwt
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError

from apps.accounts import letters, sessions
from apps.accounts.models import LoginSession
from apps.core.errors import Unauthorized
from apps.core.vault import parse_ring

ACCESS_LIFETIME = timedelta(minutes=5)
# A lost answer is asked for again, and tabs refresh together, within seconds.
GRACE = timedelta(seconds=10)
# EdDSA signs the same bytes the same way, so a repeated pair is the same pair; and
# nothing but it is ever accepted, whatever a token's header says.
ALGORITHM = "EdDSA"
# RFC 9068 §2.1 names the first; no other kind of token can stand in for either.
ACCESS_TYPE, REFRESH_TYPE = "at+jwt", "rt+jwt"
# Longer than any of ours; what is longer is not worth a signature check.
_LONGEST = 2048


class BadToken(Unauthorized):
    code = "invalid_token"
    sentence = "This token is not valid (any more)."
    challenge = 'Bearer error="invalid_token"'


@dataclass(frozen=True)
class Pair:
    access: str
    refresh: str
    expires_in: int


# A time that datetime has (the year 9999), so that nothing after us stumbles.
_LATEST = 253_402_300_800
# By the digest of a token, which nobody can ask with: what opened it, and what it says.
# So many are of five minutes of a busy process.
_known: dict[bytes, tuple[tuple[Ed25519PublicKey, Any, Any], dict[str, Any]]] = {}
_MANY = 4096
# What the column takes.
_MOST_GENERATIONS = 2**31


class Backend(TokenBackend):
    """The keys of `JWT_SIGNING_KEYS`: the newest signs, `kid` says which one opens.

    Of the header only `alg`, `typ` and `kid` are looked at, and each must be exactly
    what we write (RFC 8725 §3.1, §3.11).
    """

    def __init__(self, typ: str) -> None:
        super().__init__(ALGORITHM, audience=audience(), issuer=issuer())
        self.typ = typ

    def encode(self, payload: dict[str, Any]) -> str:
        kid, key = next(iter(_keys().items()))
        claims = {**payload, "aud": self.audience, "iss": self.issuer}
        headers = {"typ": self.typ, "kid": kid}
        return jwt.encode(claims, key, algorithm=ALGORITHM, headers=headers)

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        text = token.decode("ascii", "replace") if isinstance(token, bytes) else token
        if len(text) > _LONGEST:
            raise TokenBackendError("too long")
        try:
            header = _header_in(text.partition(".")[0])
        except (ValueError, RecursionError) as error:
            raise TokenBackendError("no header") from error
        known = _public_keys().items()
        key = next((k for kid, k in known if header == _header(self.typ, kid)), None)
        if key is None:
            raise TokenBackendError("another kind of token")
        claims = _proven(text, key, self.audience, self.issuer)
        now = time.time()
        if not claims["iat"] <= now < claims["exp"]:
            raise TokenBackendError("not of now")
        return claims


class _Ours:
    """Instead of simplejwt's one backend for the whole process."""

    typ: ClassVar[str]

    def get_token_backend(self) -> Backend:
        return Backend(self.typ)


class AccessToken(_Ours, simplejwt.AccessToken):
    typ = ACCESS_TYPE
    lifetime = ACCESS_LIFETIME


class RefreshToken(_Ours, simplejwt.Token):
    token_type = "refresh"
    typ = REFRESH_TYPE
    lifetime = sessions.LIFETIME


def audience() -> str:
    return f"{settings.PUBLIC_URL}/api"


def issuer() -> str:
    return str(settings.PUBLIC_URL)


def issue(row: LoginSession) -> Pair:
    """The pair of the row's generation. Asked twice, the same twice."""
    until = min(row.rotated_at + ACCESS_LIFETIME, row.expires_at)
    access = _signed(
        AccessToken,
        row,
        until,
        amr=row.methods,
        acr="aal2" if row.is_strong else "aal1",
        auth_time=int(row.proved_at.timestamp()),
    )
    refresh = _signed(RefreshToken, row, row.expires_at, gen=row.generation)
    left = until - timezone.now()
    return Pair(access, refresh, max(int(left.total_seconds()), 0))


def opened(raw: str | bytes) -> LoginSession:
    """The sign-in that an access token names; one query. Raises `BadToken`, or `Over`
    when the sign-in has ended."""
    claims = _read(AccessToken, raw)
    return _sign_in(claims)


def refresh(raw: str | bytes) -> Pair:
    """The next pair. Raises `BadToken`, or `Over`; an old token ends the sign-in."""
    claims = _read(RefreshToken, raw)
    row = _sign_in(claims)
    generation = claims.get("gen")
    if type(generation) is not int or not 0 <= generation < _MOST_GENERATIONS:
        raise BadToken
    if _count_up(row, generation):
        return issue(row)
    row.refresh_from_db(fields=["generation", "rotated_at", "ending"])
    return _repeated(row, generation)


def renew(row: LoginSession) -> Pair:
    """A new pair for a sign-in that goes on; what was handed out before is old now."""
    if not _count_up(row, row.generation):
        row.refresh_from_db(fields=["generation", "rotated_at"])
    return issue(row)


def _count_up(row: LoginSession, generation: int) -> bool:
    now = timezone.now()
    if not LoginSession.objects.counted_up(row.pk, generation, now):
        return False
    row.generation, row.rotated_at = generation + 1, now
    return True


def _repeated(row: LoginSession, generation: int) -> Pair:
    """A token that has had its successor."""
    if row.ending:
        raise sessions.Over(row.ending)
    is_last = generation == row.generation - 1
    if is_last and timezone.now() - row.rotated_at <= GRACE:
        return issue(row)
    if sessions.end([row], sessions.Ending.REUSED):
        letters.refresh_reused(row)
    raise sessions.Over(sessions.Ending.REUSED)


def _sign_in(claims: dict[str, Any]) -> LoginSession:
    row = sessions.current(claims["sid"])
    is_theirs = claims["sub"] == str(row.user.public_id)
    if not is_theirs or row.client != LoginSession.Client.APP:
        raise BadToken
    if claims.get("mark") != _mark(row):
        # Of before the password was changed in this very sign-in.
        raise BadToken
    return row


def _mark(row: LoginSession) -> str:
    """Another one with every password; says nothing about it."""
    return hashlib.sha256(f"{row.pk}:{row.password_mark}".encode()).hexdigest()[:16]


def _read(kind: Any, raw: str | bytes) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = kind(raw).payload
    except TokenError as error:
        raise BadToken from error
    if not all(isinstance(claims.get(name), str) for name in ("sid", "sub", "jti")):
        raise BadToken
    return claims


def _signed(kind: Any, row: LoginSession, until: datetime, **more: Any) -> str:
    """A token of the row's generation."""
    claims = {
        "token_type": kind.token_type,
        "sub": str(row.user.public_id),
        "sid": str(row.pk),
        "mark": _mark(row),
        "iat": int(row.rotated_at.timestamp()),
        "exp": int(until.timestamp()),
        # The same for the same generation, another for any other.
        "jti": str(uuid5(row.pk, f"{kind.token_type}:{row.generation}")),
    }
    return Backend(kind.typ).encode(claims | more)


def _proven(
    text: str, key: Ed25519PublicKey, audience: Any, issuer: Any
) -> dict[str, Any]:
    """What a token says, whenever. Its signature is looked at once: an app asks many
    times with the same one, and it is as good as it was; what it says of time, and the
    sign-in that it names, are looked at each time. Raises TokenBackendError."""
    digest = hashlib.sha256(text.encode()).digest()
    by = key, audience, issuer
    found = _known.get(digest)
    if found is None or found[0] != by:
        if len(_known) >= _MANY:
            _known.clear()
        found = _known[digest] = by, _opened(text, *by)
    return {**found[1]}


def _opened(
    text: str, key: Ed25519PublicKey, audience: Any, issuer: Any
) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            text,
            key,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=issuer,
            options={
                "require": ["exp", "iat", "aud", "iss", "sub", "sid", "jti"],
                "verify_exp": False,
                "verify_iat": False,
            },
        )
    except jwt.InvalidTokenError as error:
        raise TokenBackendError("not ours") from error
    times = (claims[name] for name in ("exp", "iat"))
    if not all(type(at) is int and 0 <= at < _LATEST for at in times):
        raise TokenBackendError("not of our making")
    return claims


def _header(typ: str, kid: str) -> dict[str, str]:
    return {"alg": ALGORITHM, "typ": typ, "kid": kid}


@lru_cache(maxsize=16)
def _header_in(segment: str) -> Any:
    """Of a token that is not checked yet. The same few in all of ours."""
    return json.loads(base64url_decode(segment))


def _keys() -> dict[str, Ed25519PrivateKey]:
    return _loaded(settings.JWT_SIGNING_KEYS)


def _public_keys() -> dict[str, Ed25519PublicKey]:
    return _loaded_public(settings.JWT_SIGNING_KEYS)


@lru_cache(maxsize=4)
def _loaded(text: str) -> dict[str, Ed25519PrivateKey]:
    return {
        kid: Ed25519PrivateKey.from_private_bytes(seed)
        for kid, seed in parse_ring(text).items()
    }


@lru_cache(maxsize=4)
def _loaded_public(text: str) -> dict[str, Ed25519PublicKey]:
    return {kid: key.public_key() for kid, key in _loaded(text).items()}
