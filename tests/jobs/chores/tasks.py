"""Jobs that do one thing that can be seen, or go wrong in one way."""

import os
import signal
import time
from collections.abc import Callable

from django.db import connection, transaction

from apps.core.errors import Invalid, OutsideFailure, TooMany
from apps.core.kinds import Queue, Retry, job
from apps.core.request_ids import current_request_id
from apps.jobs import progress
from tests.jobs.chores.models import Effect

ERRORS: dict[str, Callable[[], Exception]] = {
    "invalid": lambda: Invalid("No such chore."),
    "away": lambda: OutsideFailure("The shop did not answer."),
    "closed": lambda: OutsideFailure("The shop is gone.", permanent=True),
    "too_often": lambda: TooMany(retry_after=1),
    "bug": lambda: ZeroDivisionError("of +12025550101 by zero"),
}


@job("chores.note")
def note(name: str) -> None:
    Effect.objects.create(name=name, pid=os.getpid())


@job("chores.tick", schedulable="Tick")
def tick() -> None:
    Effect.objects.create(name="tick")


@job("chores.quick", queue=Queue.MESSAGES)
def quick(name: str) -> None:
    Effect.objects.create(name=name, pid=os.getpid())


@job("chores.bulk", queue=Queue.BULK)
def bulk(name: str, milliseconds: int = 0) -> None:
    time.sleep(milliseconds / 1000)
    Effect.objects.create(name=name, pid=os.getpid())


if "OLDER_RELEASE" not in os.environ:

    @job("chores.new", queue=Queue.BULK)
    def new(name: str) -> None:
        Effect.objects.create(name=name, pid=os.getpid())


@job("chores.once", atomic=True)
def once(name: str, milliseconds: int = 0) -> None:
    Effect.objects.create(name=name, pid=os.getpid())
    time.sleep(milliseconds / 1000)


@job("chores.go_wrong", retry=Retry(tries=3, first=0.0))
def go_wrong(how: str) -> None:
    Effect.objects.create(name=f"tried {how}")
    raise ERRORS[how]()


@job("chores.kill")
def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@job("chores.dawdle", seconds=0.5, grace=60, retry=Retry(tries=1))
def dawdle() -> None:
    """Python all the way, so that it can be interrupted."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            sum(range(1000))
        except Exception:  # as careless code does
            continue


@job("chores.hold", seconds=1.5, grace=60, retry=Retry(tries=1))
def hold() -> None:
    """What no work should do: it keeps its own row locked for long."""
    with transaction.atomic():
        progress.say(1, 2)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            sum(range(1000))


@job("chores.hang", seconds=0.3, grace=0.3)
def hang() -> None:
    """In C, where nothing of Python's interrupts it."""
    time.sleep(60)


@job("chores.count", queue=Queue.BULK)
def count(steps: int, milliseconds: int = 0) -> None:
    for step in range(steps):
        progress.say(step, steps, f"Step {step}")
        time.sleep(milliseconds / 1000)
    Effect.objects.create(name="counted")


@job("chores.under_which_id")
def under_which_id() -> None:
    Effect.objects.create(name=current_request_id())


@job("chores.swallow", seconds=0.2, grace=60)
def swallow() -> None:
    """What no work should do: it keeps the interruption to itself."""
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        try:
            sum(range(1000))
        except BaseException:
            return


@job("chores.hang_up")
def hang_up() -> None:
    """The database ends the connection in the middle of the work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
