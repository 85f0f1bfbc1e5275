"""How often something went wrong lately, of all processes together.

Counted by the minute in Redis. What cannot be counted is not: this is for who looks
after the service, and nothing waits for it.
"""

import time
from contextlib import suppress

from redis.exceptions import RedisError

from apps.core.redis import connection

_KEPT = 3_600


def add(name: str) -> None:
    key = _key(name, int(time.time()) // 60)
    with suppress(RedisError), connection().pipeline() as counted:
        counted.incr(key)
        counted.expire(key, _KEPT)
        counted.execute()


def lately(name: str, minutes: int) -> int:
    """In this minute and those before it; at most an hour back. Raises RedisError."""
    this = int(time.time()) // 60
    keys = [_key(name, this - ago) for ago in range(minutes)]
    return sum(int(found or 0) for found in connection().mget(keys))


def _key(name: str, minute: int) -> str:
    return f"tally:{name}:{minute}"
