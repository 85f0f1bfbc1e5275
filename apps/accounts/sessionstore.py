"""Cookie sessions in Redis, sealed, under a digest of the cookie's value.

Whoever reads Redis finds no value that a browser could present, nor what the session
holds: codes from letters and keys of links that were not used yet lie in it. Only the
cookie's value opens it. Redis away is `Unavailable`, not a visitor who is signed out.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.contrib.sessions.backends import cache
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

from apps.core.errors import Unavailable

_AWAY = (RedisError, ConnectionInterrupted)


class SessionStore(cache.SessionStore):
    cache_key_prefix = ""
    _cache: Any

    @property
    def cache_key(self) -> str:
        return _digest(self._get_or_create_session_key())  # type: ignore[attr-defined]  # not in the stubs

    def load(self) -> dict[str, object]:
        try:
            kept: bytes | None = self._cache.get(self.cache_key)
        except _AWAY as error:
            raise Unavailable from error
        found = self._opened(kept)
        if found is None:
            self._session_key = None
        return found or {}

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # not in the stubs
        sealed = self._box.encrypt(json.dumps(data).encode())
        # Redis itself looks whether it is there, so none that was deleted comes back.
        only: Any = {"nx": True} if must_create else {"xx": True}
        try:
            done = self._cache.set(
                self.cache_key, sealed, self.get_expiry_age(), **only
            )
        except _AWAY as error:
            raise Unavailable from error
        if not done:
            raise CreateError if must_create else UpdateError

    def _opened(self, kept: bytes | None) -> dict[str, object] | None:
        """What cannot be read (a dictionary of an older release) is no session."""
        try:
            return dict(json.loads(self._box.decrypt(kept or b"")))
        except (InvalidToken, TypeError):
            return None

    @property
    def _box(self) -> Fernet:
        # Another digest than the one it lies under, which everybody can read there.
        key = hashlib.sha256(f"seal:{self.session_key}".encode()).digest()
        return Fernet(base64.urlsafe_b64encode(key))

    @property
    def name(self) -> str:
        """Under which it lies; empty for one that lies nowhere yet."""
        return _digest(self.session_key) if self.session_key else ""

    def there(self, names: Sequence[str]) -> set[str]:
        """Which of them are there."""
        if not names:
            return set()
        try:
            return set(self._cache.get_many(names))
        except _AWAY as error:
            raise Unavailable from error

    def exists(self, session_key: str) -> bool:
        try:
            return bool(session_key) and super().exists(_digest(session_key))
        except _AWAY as error:
            raise Unavailable from error

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            try:
                super().delete(_digest(key))
            except _AWAY as error:
                raise Unavailable from error


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
