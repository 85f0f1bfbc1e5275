"""Cookie sessions in Redis, under a digest of the cookie's value.

Whoever reads Redis finds no value that a browser could present. Redis away is
`Unavailable`, not a visitor who is signed out.
"""

import hashlib

from django.contrib.sessions.backends import cache
from django.core.cache import BaseCache
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

from apps.core.errors import Unavailable

_AWAY = (RedisError, ConnectionInterrupted)


class SessionStore(cache.SessionStore):
    cache_key_prefix = ""
    _cache: BaseCache

    @property
    def cache_key(self) -> str:
        return _digest(self._get_or_create_session_key())  # type: ignore[attr-defined]  # not in the stubs

    def load(self) -> dict[str, object]:
        try:
            kept: dict[str, object] | None = self._cache.get(self.cache_key)
        except _AWAY as error:
            raise Unavailable from error
        if kept is None:
            self._session_key = None
        return kept or {}

    def save(self, must_create: bool = False) -> None:
        try:
            super().save(must_create)
        except _AWAY as error:
            raise Unavailable from error

    def exists(self, session_key: str) -> bool:
        return bool(session_key) and super().exists(_digest(session_key))

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            try:
                super().delete(_digest(key))
            except _AWAY as error:
                raise Unavailable from error


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
