"""Real processes that work on the jobs of the test's own database."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

from django.conf import settings
from django.db import connection

PLAIN = (sys.executable, "-m", "tests.jobs.one_worker")
CELERY = (sys.executable, "-m", "celery", "-q", "-A", "config")
# Seconds of silence after which a worker counts as dead.
LEASE = 2


def environment() -> dict[str, str]:
    found = connection.get_connection_params()
    address = f"{found['user']}:{quote(found['password'])}@{found['host']}"
    if found["host"].startswith("/"):
        address = f"{found['user']}:{quote(found['password'])}@%2F" + quote(
            found["host"][1:], safe=""
        )
    # Without coverage: under its tracer CPython 3.11 stands still in every thread while
    # an interruption is on its way to one that sleeps.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE")}
    return {
        **inherited,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": f"postgres://{address}:{found.get('port', 5432)}/{found['dbname']}",
        "REDIS_URL": settings.REDIS_URL,
        "JOBS_LEASE_SECONDS": str(LEASE),
        "LOG_LEVEL": "ERROR",
    }


def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environment(), start_new_session=True)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for the process and everything it forked."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def running(*commands: Sequence[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    processes = [start(command) for command in commands]
    try:
        yield processes
    finally:
        for process in processes:
            kill(process)


def celery(*queues: str, name: str = "one") -> tuple[str, ...]:
    worker = f"worker -n {name}@%h --concurrency 1 -Q {','.join(queues)} -l error"
    return (*CELERY, *worker.split())


def wait_until(done: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
