"""The plain Redis connection: marks and limits."""

from functools import lru_cache

import redis
from django.conf import settings


def connection() -> "redis.Redis":
    """A pooled client with a time limit of one second a call, text in and out."""
    return _client(settings.REDIS_URL)


@lru_cache(maxsize=4)
def _client(url: str) -> "redis.Redis":
    return redis.Redis.from_url(
        url, decode_responses=True, socket_timeout=1, socket_connect_timeout=1
    )
