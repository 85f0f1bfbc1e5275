"""Signs of life: each worker says for the queues it serves that it lives, and so does
the beat that leads. They stand in the database, by its clock: nobody flushes it.

For whoever looks after one process alone (a container's health check), its loop also
touches the file that `HEARTBEAT_FILE` names.
"""

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from celery import signals
from django.db import DatabaseError, InterfaceError, connection

from apps.core.kinds import Queue

EVERY_SECONDS = 5
# Three missed beats: one may be late on a busy machine, three are a stopped process.
DEAD_AFTER_SECONDS = 16
BEAT = "beat"

AGES = (
    "SELECT name, extract(epoch FROM clock_timestamp() - at)::float8"
    " FROM core_heartbeat"
)
# In one order, so that two workers of the same queues do not wait for each other.
_BEAT = """
INSERT INTO core_heartbeat (name, at)
SELECT name, clock_timestamp() FROM unnest(%s::text[]) AS name ORDER BY name
ON CONFLICT (name) DO UPDATE SET at = excluded.at
"""
_SILENCES = """
SELECT wanted.name, extract(epoch FROM clock_timestamp() - coalesce(
    at, (SELECT min(applied) FROM django_migrations WHERE app = 'core')
))::float8
FROM unnest(%s::text[]) AS wanted(name) LEFT JOIN core_heartbeat USING (name)
"""


def worker_of(queue: str) -> str:
    """What a worker is called for one of its queues."""
    return f"worker:{queue}"


def beat(*names: str) -> None:
    """Say that these are alive now. Silent when the database is away."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_BEAT, [list(names)])
    except (DatabaseError, InterfaceError):
        connection.close()


def touch() -> None:
    """Say so to who looks after this process alone; its own loop calls this."""
    path = os.environ.get("HEARTBEAT_FILE", "")
    if path:
        with suppress(OSError):  # a full disk ends no worker
            Path(path).touch()


def ages() -> dict[str, float]:
    """Seconds since the last sign of life of each that ever gave one."""
    with connection.cursor() as cursor:
        cursor.execute(AGES)
        return dict(cursor.fetchall())


def silence(name: str) -> float:
    """Seconds since the last sign of life; where there never was one, since the
    installation."""
    return _silences(name)[name]


def silences() -> dict[str, float]:
    """The same of each process that has to be: beat, and a worker of each queue."""
    return _silences(BEAT, *map(worker_of, Queue))


def _silences(*names: str) -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(_SILENCES, [list(names)])
        return dict(cursor.fetchall())


def is_alive(name: str) -> bool:
    return ages().get(name, DEAD_AFTER_SECONDS + 1) <= DEAD_AFTER_SECONDS


def troubles_of_workers(seen: dict[str, float]) -> list[str]:
    """Which queue has no worker, given the ages."""
    found = (trouble(worker_of(queue), f"worker of {queue}", seen) for queue in Queue)
    return [words for words in found if words]


def trouble(name: str, called: str, seen: dict[str, float]) -> str:
    """Why it counts as gone; empty when it lives."""
    seconds = seen.get(name)
    if seconds is None:
        return f"no {called} has started"
    if seconds > DEAD_AFTER_SECONDS:
        return f"the {called} was last seen {seconds:.0f} s ago"
    return ""


@signals.worker_ready.connect
def _begin(sender: Any, **_: object) -> None:
    """The worker's own loop asks for the sign, so one that hangs gives none; a thread
    writes it, so that a database which hangs holds up no loop."""
    names = [worker_of(queue) for queue in sender.app.amqp.queues.consume_from]
    asked = threading.Event()
    asked.set()
    touch()
    sender.timer.call_repeatedly(EVERY_SECONDS, asked.set)
    sender.timer.call_repeatedly(EVERY_SECONDS, touch)
    threading.Thread(
        target=_keep_beating, args=(names, asked), name="heartbeat", daemon=True
    ).start()


def _keep_beating(names: list[str], asked: threading.Event) -> None:
    while asked.wait():
        asked.clear()
        beat(*names)
