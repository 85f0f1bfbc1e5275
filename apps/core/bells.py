"""Doorbells: one wakes a worker when there is work, and only if nobody is on the way.

A thread of each process rings, so that a request neither waits for Redis nor pays for
it: what arrives while one ring is under way shares the next. Losing a ring costs a
sweep (docs/decisions/0002), so nothing here may fail a request.
"""

import math
import threading
import time
from dataclasses import dataclass

from redis.exceptions import RedisError

from apps.core.logs import logger
from apps.core.per_process import PerProcess
from apps.core.redis import connection
from apps.core.tasks import send

# A mark whose worker died on the way must not silence a bell for long.
_MARK_SECONDS = 5
# What arrives within this time of a ring shares the next one.
_SHARE_SECONDS = 0.02
# With Redis away, ask again only now and then: each try may wait for its time limit.
_PAUSE_SECONDS = 1.0


@dataclass(frozen=True)
class Bell:
    """Rings by sending `task` with `arguments` to the Celery queue `queue`."""

    name: str
    task: str
    queue: str
    arguments: tuple[str, ...] = ()

    def ring(self) -> None:
        """Ask for a worker, soon, whatever happens to this request."""
        _of_this_process().ask(self)

    def ring_now(self) -> bool:
        """Ask unless somebody is asked already. False when Redis is away."""
        try:
            if connection().set(f"{self.name}:bell", "1", nx=True, ex=_MARK_SECONDS):
                send(self.task, *self.arguments, queue=self.queue)
        except Exception as error:
            # RedisError, or whatever the broker's client makes of the same outage.
            logger.warning("bell_lost", bell=self.name, error=type(error).__name__)
            return False
        return True

    def answer(self) -> None:
        """A worker is up: the next piece of work rings again."""
        try:
            connection().delete(f"{self.name}:bell")
        except RedisError:
            return

    def ring_in(self, seconds: float) -> None:
        """Ask for a worker a little later, when something falls due."""
        try:
            # One timer for the house: each round that finds nothing asks for one.
            delay = math.ceil(seconds * 1000)
            if connection().set(f"{self.name}:bell:timer", "1", nx=True, px=delay):
                send(self.task, *self.arguments, queue=self.queue, countdown=seconds)
        except Exception as error:
            logger.warning("bell_lost", bell=self.name, error=type(error).__name__)

    def ring_for_others(self, seconds: float) -> None:
        """Ring a little later, from here: what the broker delays comes back to whoever
        it was handed to. Once in that time, for the house."""
        try:
            mark = f"{self.name}:bell:others"
            if not connection().set(mark, "1", nx=True, px=math.ceil(seconds * 1000)):
                return
        except RedisError:
            return
        later = threading.Timer(seconds, self.ring_now)
        later.daemon = True
        later.start()


class _Ringer:
    """The thread that rings, started when a process rings for the first time."""

    def __init__(self) -> None:
        self._asked: set[Bell] = set()
        self._changed = threading.Condition()
        threading.Thread(target=self._serve, name="bells", daemon=True).start()

    def ask(self, bell: Bell) -> None:
        with self._changed:
            self._asked.add(bell)
            self._changed.notify()

    def _serve(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._asked)
                asked, self._asked = self._asked, set()
            rung = all([bell.ring_now() for bell in asked])
            time.sleep(_SHARE_SECONDS if rung else _PAUSE_SECONDS)


_of_this_process = PerProcess(_Ringer)
