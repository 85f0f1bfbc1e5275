"""A carrier that does not let our account in is left alone for a while.

Without it every lane would knock each half minute until its text is too old. One text is
tried whenever the pause is over; the first that is taken ends it.
"""

import time
from datetime import timedelta

from redis.exceptions import RedisError

from apps.core import tallies
from apps.core.logs import logger
from apps.core.redis import connection

# Shut for five seconds, then twice as long each time.
_FIRST_SECONDS, _LONGEST_SECONDS = 5, 300
_SHUT, _TIMES = "sms:breaker", "sms:breaker:times"
SHUT_OUT = "sms.account"
# With Redis away or hanging every question waits for its time limit: this process asks
# again after the shortest pause. Where all is well it asks once a second: others find out
# in time by a text of their own.
_asks_from = 0.0
_WELL_SECONDS = 1
# Whether there was anything to mend when this process last asked, before its text.
_is_broken = False


def pause() -> timedelta:
    """How long to leave the carrier alone now; nothing while Redis is away."""
    global _is_broken, _asks_from
    if time.monotonic() < _asks_from:
        return timedelta()
    try:
        # It outlives every pause.
        _is_broken = bool(connection().exists(_TIMES))
        left = connection().pttl(_SHUT) if _is_broken else 0
    except RedisError:
        _ask_later()
        return timedelta()
    if not _is_broken:
        _asks_from = time.monotonic() + _WELL_SECONDS
    return timedelta(milliseconds=max(0, int(left)))


def trip(why: str) -> None:
    """Our account was not let in."""
    global _asks_from
    tallies.add(SHUT_OUT)
    try:
        times = int(connection().incr(_TIMES))
        seconds = min(_FIRST_SECONDS * 2 ** min(times - 1, 10), _LONGEST_SECONDS)
        with connection().pipeline() as told:
            told.set(_SHUT, "1", ex=seconds)
            # Longer than the longest pause: the next failure goes on counting.
            told.expire(_TIMES, 2 * _LONGEST_SECONDS)
            told.execute()
    except RedisError:
        return
    _asks_from = 0.0
    logger.error("sms_account_shut_out", why=why, seconds=seconds)


def mend() -> None:
    """A text was taken."""
    if not _is_broken or time.monotonic() < _asks_from:
        return
    try:
        connection().delete(_TIMES, _SHUT)
    except RedisError:
        _ask_later()


def _ask_later() -> None:
    global _asks_from
    _asks_from = time.monotonic() + _FIRST_SECONDS
