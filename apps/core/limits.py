"""How often something may happen: a sliding window, charged before the work.

One Redis script decides and counts, so parallel tries cannot slip through together.
When Redis is away the answer is `Unavailable`, never "go ahead".
"""

import math
import uuid
from dataclasses import dataclass

from redis.exceptions import RedisError

from apps.core.errors import AppError, TooMany, Unavailable
from apps.core.redis import connection

# KEYS[1] the window; ARGV: limit, window in seconds, a unique member.
# Answers the milliseconds to wait, 0 when the try was counted.
_CHARGE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local window = ARGV[2] * 1000
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - window)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return math.max(1, oldest[2] + window - now)
end
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], window)
return 0
"""


@dataclass(frozen=True)
class Limit:
    """`times` in any `seconds`, counted per `name` and key."""

    name: str
    times: int
    seconds: int

    def charge(self, key: str) -> str:
        """Count one try; a ticket to give it back with.

        Raises `TooMany` (with `retry_after`) or `Unavailable`.
        """
        ticket = uuid.uuid4().hex
        try:
            wait = connection().eval(
                _CHARGE,
                1,
                self._window(key),
                str(self.times),
                str(self.seconds),
                ticket,
            )
        except RedisError as error:
            raise Unavailable() from error
        if int(wait):
            raise TooMany(retry_after=math.ceil(int(wait) / 1000))
        return ticket

    def give_back(self, key: str, ticket: str) -> None:
        """The try was a good one and does not count. Raises `Unavailable`."""
        try:
            connection().zrem(self._window(key), ticket)
        except RedisError as error:
            raise Unavailable() from error

    def _window(self, key: str) -> str:
        return f"limit:{self.name}:{key}"


@dataclass(frozen=True)
class Counted:
    """Tries that were counted together."""

    tickets: tuple[tuple[Limit, str, str], ...] = ()

    def give_back(self) -> None:
        """They were good ones. Raises `Unavailable`."""
        for limit, key, ticket in self.tickets:
            limit.give_back(key, ticket)


def charge_all(*limits: tuple[Limit, str]) -> Counted:
    """Count one try for each limit and key, or for none: what one of them refuses is not
    looked at. Raises like `Limit.charge`."""
    counted = Counted()
    try:
        for limit, key in limits:
            ticket = limit.charge(key)
            counted = Counted((*counted.tickets, (limit, key, ticket)))
    except AppError:
        counted.give_back()
        raise
    return counted
