"""Signs of life: each worker and beat write one every few seconds into Redis."""

import time
from typing import Any

from celery import signals
from redis.exceptions import RedisError

from apps.core.redis import connection

EVERY_SECONDS = 5
# Three missed beats: one may be late on a busy machine, three are a stopped process.
DEAD_AFTER_SECONDS = 16


def beat(name: str) -> None:
    """Say that `name` ("worker", "beat") is alive now. Silent when Redis is away."""
    try:
        connection().set(f"heartbeat:{name}", f"{time.time():.0f}")
    except RedisError:
        return


def age(name: str) -> float | None:
    """Seconds since the last sign of life, None when there never was one.

    Raises `redis.exceptions.RedisError`.
    """
    last = connection().get(f"heartbeat:{name}")
    return None if last is None else max(0.0, time.time() - float(str(last)))


@signals.worker_ready.connect
def _beat_worker(sender: Any, **_: object) -> None:
    beat("worker")
    sender.timer.call_repeatedly(EVERY_SECONDS, beat, ("worker",))
