"""How often something may happen, charged before the work: a sliding window for what
is rare (`Limit`), a bucket that fills again for what is done all day (`Pace`).

One Redis script decides and counts, so parallel tries cannot slip through together.
When Redis is away the answer is `Unavailable`, never "go ahead".
"""

import math
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from redis.exceptions import RedisError

from apps.core.errors import AppError, TooMany, Unavailable
from apps.core.redis import connection

# KEYS[1] the window; ARGV: limit, window in seconds, a unique member.
# Answers the milliseconds to wait, 0 when the try was counted; how many are left; and
# the milliseconds until there is one more.
_CHARGE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local window = ARGV[2] * 1000
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - window)
local left = ARGV[1] - redis.call('ZCARD', KEYS[1])
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local first = oldest[2] and math.max(1, oldest[2] + window - now) or window
if left <= 0 then
  return {first, 0, first}
end
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], window)
return {0, left - 1, first}
"""
# The same of a bucket: KEYS[1] holds the moment when it will be full again (the generic
# cell rate algorithm); ARGV: how many it holds, the seconds in which it fills. The last
# number is the milliseconds until it is full.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local window = ARGV[2] * 1000
local each = window / ARGV[1]
local full_at = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now))
local ahead = full_at + each - now
if ahead > window then
  return {math.ceil(ahead - window), 0, math.ceil(full_at - now)}
end
redis.call('SET', KEYS[1], string.format('%.3f', full_at + each), 'PX', math.ceil(ahead))
return {0, math.floor((window - ahead) / each), math.ceil(ahead)}
"""


@dataclass(frozen=True)
class Charged:
    """What a limit is, how much of it is `left`, and in how many seconds there is more."""

    name: str
    times: int
    seconds: int
    left: int
    more_in: int


_charged: ContextVar["list[Charged] | None"] = ContextVar("charged", default=None)


@contextmanager
def noting() -> Iterator[list[Charged]]:
    """What is charged inside, of limits that are told."""
    noted: list[Charged] = []
    token = _charged.set(noted)
    try:
        yield noted
    finally:
        _charged.reset(token)


@dataclass(frozen=True)
class Limit:
    """`times` in any `seconds`, counted per `name` and key. `is_told`: the answer to
    whoever is charged says how much is left, so the key must be about them alone."""

    name: str
    times: int
    seconds: int
    is_told: bool = False

    def charge(self, key: str) -> str:
        """Count one try; a ticket to give it back with.

        Raises `TooMany` (with `retry_after`) or `Unavailable`.
        """
        ticket = uuid.uuid4().hex
        asked = (str(self.times), str(self.seconds), ticket)
        wait, left, more = _eval(_CHARGE, self._window(key), *asked)
        if self.is_told:
            _note(Charged(self.name, self.times, self.seconds, left, _whole(more)))
        if wait:
            raise TooMany(retry_after=_whole(wait))
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
class Pace:
    """`times` at once, and as many again within `seconds`; always told. One number is
    kept for each key, however often it is charged."""

    name: str
    times: int
    seconds: int

    def charge(self, key: str) -> None:
        """Raises `TooMany` (with `retry_after`) or `Unavailable`."""
        place = f"pace:{self.name}:{key}"
        wait, left, more = _eval(_TAKE, place, str(self.times), str(self.seconds))
        _note(Charged(self.name, self.times, self.seconds, left, _whole(more)))
        if wait:
            raise TooMany(retry_after=_whole(wait))


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


def _eval(script: str, place: str, *asked: str) -> tuple[int, int, int]:
    try:
        wait, left, more = connection().eval(script, 1, place, *asked)
    except RedisError as error:
        raise Unavailable() from error
    return int(wait), int(left), int(more)


def _note(charged: Charged) -> None:
    if (noted := _charged.get()) is not None:
        noted.append(charged)


def _whole(milliseconds: int) -> int:
    return math.ceil(milliseconds / 1000)
