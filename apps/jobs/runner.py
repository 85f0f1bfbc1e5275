"""What a worker does when the bell of a queue rings: job after job, until none is due."""

import time
from typing import Any

from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    InterfaceError,
    connection,
    connections,
    transaction,
)
from prometheus_client import Counter, Histogram

from apps.core import kinds
from apps.core.kinds import Kind
from apps.core.logs import logger
from apps.core.request_ids import bound
from apps.core.tasks import task
from apps.jobs import keeper, leases, progress, runs
from apps.jobs.jobs import BELLS
from apps.jobs.keeper import TookTooLong
from apps.jobs.leases import Lease, LeaseLost
from apps.jobs.models import Job, JobFailure
from apps.jobs.progress import Cancelled
from apps.rbac import audit

# A round lasts this long and then lets others of the queue in.
ROUND_SECONDS = 5.0
# Long enough for no two old workers to keep each other busy, and for a new one to come
# first: whoever has waited longest is served.
_PASS_ON_SECONDS = 0.5
# A job ends by its own limits; this is only there because Celery would set one.
_NO_LIMIT = 86_400

ENDED = Counter("switchboard_jobs_total", "Attempts at jobs", ["kind", "outcome"])
TOOK = Histogram(
    "switchboard_job_seconds",
    "How long an attempt took",
    ["kind"],
    buckets=(0.01, 0.05, 0.25, 1, 5, 30, 120, 600, 3_600),
)
WAITED = Histogram(
    "switchboard_job_wait_seconds",
    "How long a job was due before somebody took it up",
    ["queue"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 600),
)


@task(
    "jobs.drain",
    soft_time_limit=_NO_LIMIT,
    time_limit=_NO_LIMIT,
    # A bell that is lost with its worker costs a sweep; the work is in the database.
    acks_late=False,
)
def drain(queue: str) -> int:
    """Do what is due in a queue; answers how many. Safe to run side by side."""
    BELLS[queue].answer()
    done, until = 0, time.monotonic() + ROUND_SECONDS
    while time.monotonic() < until:
        lease = leases.claim(queue)
        if lease is None:
            _pass_on(queue)
            return done
        if done == 0 and _is_more(queue):
            # One worker wakes the next, until there is none left or nothing to do.
            BELLS[queue].ring()
        WAITED.labels(queue).observe(max(0.0, lease.waited))
        try:
            run(lease)
        except (DatabaseError, InterfaceError):
            # What became of it is not known here; the sweeper finds it.
            logger.exception("job_not_kept", job=lease.job_id)
            return done
        done += 1
    BELLS[queue].ring()
    return done


def run(lease: Lease) -> None:
    """Try it once, and keep how that went."""
    kind = kinds.named(lease.kind)
    if kind is None:
        raise LookupError(f"no job is called {lease.kind}")
    began = time.monotonic()
    with bound(lease.request_id, f"job {lease.kind}"):
        try:
            outcome = _attempt(lease, kind)
            if outcome != "failed":
                runs.job_ended(lease.job_id)
        except LeaseLost as lost:
            outcome = "lost"
            logger.warning("job_lost", why=str(lost), kind=lease.kind)
        seconds = time.monotonic() - began
        logger.info(
            "job_ended",
            job=lease.job_id,
            kind=lease.kind,
            attempt=lease.attempt,
            outcome=outcome,
            seconds=round(seconds, 3),
        )
    ENDED.labels(lease.kind, outcome).inc()
    TOOK.labels(lease.kind).observe(seconds)


def _attempt(lease: Lease, kind: Kind[Any]) -> str:
    try:
        # What was decided on the way is recorded once, after the transactions.
        with audit.collecting(), keeper.watching(lease, kind):
            _work(lease, kind)
    except LeaseLost:
        raise
    except Cancelled:
        leases.stop(lease)
        return "cancelled"
    except TookTooLong as error:
        _hang_up()
        return _failed(lease, error, JobFailure.How.TIMED_OUT)
    except Exception as error:
        if not connection.in_atomic_block:
            # Perhaps that the database has hung up: how it went is still to be said.
            connection.close_if_unusable_or_obsolete()
        return _failed(lease, error, JobFailure.How.FAILED)
    return "done"


def _work(lease: Lease, kind: Kind[Any]) -> None:
    if kind.atomic:
        with transaction.atomic():
            kind(*lease.arguments)
            leases.finish(lease)
        return
    with progress.of(lease):
        kind(*lease.arguments)
    leases.finish(lease)


def _hang_up() -> None:
    """Whatever the work was in the middle of saying to the database."""
    connection.close()
    if connection.in_atomic_block:
        # It was interrupted on the way out of a transaction, and waits for its end.
        del connections[DEFAULT_DB_ALIAS]


def _failed(lease: Lease, error: BaseException, how: str) -> str:
    dead = leases.fail(lease, error, how=how)
    log = logger.error if dead else logger.warning
    log("job_failed", job=lease.job_id, kind=lease.kind, dead=dead, exc_info=error)
    return "dead" if dead else "failed"


def _pass_on(queue: str) -> None:
    """What is left may be of kinds that only a newer release knows: its workers need the
    bell that this one has answered."""
    if Job.objects.due().filter(queue=queue).exclude(kind__in=kinds.names()).exists():
        BELLS[queue].ring_for_others(_PASS_ON_SECONDS)


def _is_more(queue: str) -> bool:
    return Job.objects.due().filter(queue=queue).exists()
