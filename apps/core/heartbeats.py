"""Signs of life: each worker and beat write one every few seconds into Redis."""

import time
from typing import Any

from celery import signals
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry
from redis.exceptions import RedisError

from apps.core.redis import connection

EVERY_SECONDS = 5
# Three missed beats: one may be late on a busy machine, three are a stopped process.
DEAD_AFTER_SECONDS = 16


def beat(name: str) -> None:
    """Say that `name` ("worker", "beat") is alive now. Silent when Redis is away."""
    try:
        connection().set(f"heartbeat:{name}", f"{time.time():.0f}", ex=3600)
    except RedisError:
        return


def age(name: str) -> float | None:
    """Seconds since the last sign of life, None when there never was one.

    Raises `redis.exceptions.RedisError`.
    """
    last = connection().get(f"heartbeat:{name}")
    return None if last is None else max(0.0, time.time() - float(str(last)))


class TimetableEntry(ModelEntry):  # type: ignore[misc]  # no type hints there
    """When an entry runs stands in the code until an operator says otherwise; the
    package would write the code's word over theirs at every start."""

    @classmethod
    def from_entry(cls, name: str, app: Any = None, **entry: Any) -> "TimetableEntry":
        row, _ = PeriodicTask.objects.update_or_create(
            name=name,
            defaults={"task": entry["task"]},
            create_defaults=cls._unpack_fields(**entry),
        )
        return cls(row, app=app)


class BeatScheduler(DatabaseScheduler):  # type: ignore[misc]  # no type hints there
    """The timetable in the database, and a heartbeat at every turn of the loop."""

    Entry = TimetableEntry

    def tick(self, *args: Any, **kwargs: Any) -> float:
        beat("beat")
        return min(float(super().tick(*args, **kwargs)), EVERY_SECONDS)


@signals.worker_ready.connect
def _beat_worker(sender: Any, **_: object) -> None:
    beat("worker")
    sender.timer.call_repeatedly(EVERY_SECONDS, beat, ("worker",))
