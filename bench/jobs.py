"""Background work: what asking for a job costs, how many a worker does, who waits.

Asking: `jobs.enqueue` with its commit, beside Celery's `.delay()` alone (the usual way,
which loses the task with its transaction or its broker) and the bare INSERT of the same
row (the limit). Doing: empty jobs by two worker processes of Celery, beside as many
empty tasks of bare Celery. Waiting: how long a message waits to be taken up while ten
thousand bulk jobs wait as well.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from bench.webhook import FULL, installation
from config.embedded import servers

TIMES = 2_000 if FULL else 500
EMPTY = 8_000 if FULL else 2_000
BULK = 10_000
URGENT = 100
ROUNDS = 4
TARGET_ASKING, TARGET_LAG = 1.3, 1.0
_BARE = (
    "INSERT INTO jobs_job (public_id, kind, arguments, queue, key, state, request_id,"
    " attempts, failures, deaths, worker, progress, error, due_at) VALUES"
    " (gen_random_uuid(), 'bench.nothing', '[]', 'bulk', '', 'cancelled', '', 0, 0, 0,"
    " '', '', '', now())"
)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        with servers(Path(folder), "run") as urls:
            own = {
                **os.environ,
                **installation(urls, Path(folder)),
                "DJANGO_SETTINGS_MODULE": "bench.working.settings",
                "LOG_LEVEL": "WARNING",
            }
            for command in (["django", "migrate", "-v0"], ["bench.jobs", "compare"]):
                subprocess.run([sys.executable, "-m", *command], env=own, check=True)


# A process of its own, with Django set up (see the end of the page).


def compare() -> None:
    asking()
    doing()
    waiting()


def asking() -> None:
    from django.db import connection

    from apps.jobs import jobs
    from bench.working.tasks import nothing, usual

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_BARE)

    ways: dict[str, Callable[[], object]] = {
        "bare INSERT of one row (limit)": bare,
        "jobs.enqueue": lambda: jobs.enqueue(nothing),
        "Celery .delay() (usual)": usual.delay,
    }
    walls: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            walls[name] += [_timed(way) for _ in range(TIMES // ROUNDS)]
    _clear()
    middle = {name: statistics.median(found) * 1e6 for name, found in walls.items()}
    print(f"\nAsking for a job, durable commits; medians of {TIMES:,}, microseconds\n")
    for name, micros in middle.items():
        print(f"{name:36}{micros:10,.0f}")
    ratio = middle["jobs.enqueue"] / middle["Celery .delay() (usual)"]
    _said("jobs.enqueue / .delay()", ratio, TARGET_ASKING)


def doing() -> None:
    from apps.core.redis import connection as redis
    from apps.jobs import jobs
    from apps.jobs.models import Job
    from bench.working.tasks import nothing, usual

    print(f"\nDoing {EMPTY:,} empty ones with two worker processes, a second\n")
    with _workers("default,usual"):
        for _ in range(EMPTY):
            jobs.enqueue(nothing)
        start, before = time.perf_counter(), _left()
        while _left():
            time.sleep(0.01)
        print(f"{'jobs':36}{before / (time.perf_counter() - start):10,.0f}")
    _clear()
    for _ in range(EMPTY):
        usual.delay()
    start = time.perf_counter()
    with _workers("default,usual"):
        while int(redis().llen("celery:usual")) > EMPTY - 50:
            time.sleep(0.01)
        begun, done = time.perf_counter(), int(redis().llen("celery:usual"))
        while int(redis().llen("celery:usual")):
            time.sleep(0.01)
        print(f"{'bare Celery':36}{done / (time.perf_counter() - begun):10,.0f}")
    assert start and not Job.objects.filter(state="dead").exists()


def waiting() -> None:
    from apps.jobs import jobs
    from apps.jobs.models import Job
    from bench.working.tasks import nothing, urgent

    rows = [Job(kind="bench.bulk", queue="bulk") for _ in range(BULK)]
    Job.objects.bulk_create(rows, batch_size=2_000)
    assert nothing
    with _workers("messages,default"), _workers("bulk"):
        jobs.BELLS["bulk"].ring_now()
        while Job.objects.filter(queue="bulk", state="done").count() < 50:
            time.sleep(0.01)
        for _ in range(URGENT):
            jobs.enqueue(urgent)
            time.sleep(0.02)
        while Job.objects.filter(queue="messages").exclude(state="done").exists():
            time.sleep(0.01)
        left = Job.objects.filter(queue="bulk", state="waiting").count()
    lags = sorted(
        (job.started_at - job.created_at).total_seconds()
        for job in Job.objects.filter(queue="messages")
        if job.started_at
    )
    assert len(lags) == URGENT
    p95 = lags[int(0.95 * len(lags))]
    print(f"\nWaiting while {left:,} bulk jobs wait as well, {URGENT} messages\n")
    print(f"{'p50, seconds':36}{statistics.median(lags):10.3f}")
    _said("p95, seconds", p95, TARGET_LAG)


@contextmanager
def _workers(queues: str) -> Iterator[None]:
    quiet = "ignore:You're running the worker with superuser"
    command = [sys.executable, "-W", quiet, "-m", "celery", "-q", "-A", "config"]
    command += ["worker"]
    command += ["-n", f"{queues.replace(',', '-')}@%h", "-Q", queues]
    command += ["--concurrency", "2", "-l", "error", "--without-gossip"]
    command += ["--without-mingle", "--without-heartbeat"]
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _left() -> int:
    from apps.jobs.models import Job

    return Job.objects.filter(queue="default", state__in=["waiting", "running"]).count()


def _clear() -> None:
    from apps.core.redis import connection as redis
    from apps.jobs.models import Job

    redis().flushdb()
    Job.objects.all().delete()


def _timed(way: Callable[[], object]) -> float:
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


def _said(words: str, reached: float, most: float) -> None:
    verdict = "met" if reached <= most else "MISSED"
    print(f"{words:36}{reached:10.3f}   target <= {most:g}: {verdict}")


if __name__ == "__main__":
    if sys.argv[1:] == ["compare"]:
        django.setup()
        compare()
    else:
        main()
