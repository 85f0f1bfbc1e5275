"""The doorbell: wakes a worker when a lane has work, and only if nobody is on the way.

A thread of each process rings, so that a request neither waits for Redis nor pays for
it: texts that arrive while one ring is under way share the next. Losing a ring costs a
sweep (docs/decisions/0002), so nothing here may fail a request.
"""

import math
import os
import threading
import time

from redis.exceptions import RedisError

from apps.core.logs import logger
from apps.core.redis import connection
from apps.core.tasks import send

_MARK = "sms:bell"
_TIMER = "sms:bell:timer"
# A mark whose worker died on the way must not silence the bell for long.
_MARK_SECONDS = 5
# Texts that arrive within this time of a ring share the next one.
_SHARE_SECONDS = 0.02
# With Redis away, ask again only now and then: each try may wait for its time limit.
_PAUSE_SECONDS = 1.0


class _Ringer:
    """The thread that rings, started when a process rings for the first time."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.pid = os.getpid()
        threading.Thread(target=self._serve, name="bell", daemon=True).start()

    def _serve(self) -> None:
        while self.asked.wait():
            self.asked.clear()
            time.sleep(_SHARE_SECONDS if ring_now() else _PAUSE_SECONDS)


_ringer: _Ringer | None = None
_starting = threading.Lock()


def ring() -> None:
    """Ask for a drain, soon, whatever happens to this request."""
    global _ringer
    if _ringer is None or _ringer.pid != os.getpid():
        with _starting:
            if _ringer is None or _ringer.pid != os.getpid():
                _ringer = _Ringer()
    _ringer.asked.set()


def ring_now() -> bool:
    """Ask for a drain unless one is asked for already. False when Redis is away."""
    try:
        if connection().set(_MARK, "1", nx=True, ex=_MARK_SECONDS):
            send("sms.drain")
    except Exception as error:
        # RedisError, or whatever the broker's client makes of the same outage.
        logger.warning("bell_lost", error=type(error).__name__)
        return False
    return True


def answer() -> None:
    """A worker is up: the next text rings again."""
    try:
        connection().delete(_MARK)
    except RedisError:
        return


def ring_in(seconds: float) -> None:
    """Ask for a drain a little later, when a lane falls due again."""
    try:
        # One timer for the house: each drain that finds nothing asks for one.
        delay = math.ceil(seconds * 1000)
        if connection().set(_TIMER, "1", nx=True, px=delay):
            send("sms.drain", countdown=seconds)
    except Exception as error:
        logger.warning("bell_lost", error=type(error).__name__)
