"""The plain Redis connection: marks and limits."""

from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from redis.connection import parse_url
from redis.sentinel import Sentinel

_OPTIONS: dict[str, Any] = {
    "decode_responses": True,
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
}
# Of an address whose host is a name that Sentinels know.
_KEPT = ("username", "password", "db")


def connection() -> "redis.Redis":
    """A pooled client with a time limit of one second a call, text in and out."""
    return _client(settings.REDIS_URL)


@lru_cache(maxsize=4)
def _client(url: str) -> "redis.Redis":
    if not settings.REDIS_SENTINELS:
        return redis.Redis.from_url(url, **_OPTIONS)
    return _led(url)


def _led(url: str) -> "redis.Redis":
    """Who leads is asked for with each new connection."""
    named: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]  # of redis
    asked = Sentinel(  # type: ignore[no-untyped-call]  # of redis
        settings.REDIS_SENTINELS, sentinel_kwargs=settings.REDIS_SENTINEL_OPTIONS
    )
    options = {**_OPTIONS, **{name: named[name] for name in named if name in _KEPT}}
    leader: redis.Redis = asked.master_for(  # type: ignore[no-untyped-call]  # of redis
        named["host"], **options
    )
    return leader
