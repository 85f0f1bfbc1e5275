"""Who works on which job: one worker at a time, and none forgotten.

A worker takes what has waited longest, says every few seconds that it is still at it,
and gives it back with how it went. The number of the attempt is the fence: whoever was
thought dead and comes back finds that its number is old, and its word counts for
nothing. Every time is the database's, so no clock that is set moves anything.
"""

import json
import os
import socket
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from apps.core import kinds
from apps.core.errors import AppError
from apps.jobs.models import Job, JobFailure

# Whoever kills three workers would kill the fourth.
MOST_DEATHS = 3
# While a new release is rolled out, the old one meets kinds that it does not know yet.
UNKNOWN_FOR = timedelta(minutes=15)
_MOST_FRAMES = 12

_CLAIM = """
UPDATE jobs_job SET state = 'running', attempts = attempts + 1, started_at = now(),
    lease_until = now() + %s * interval '1 second', worker = %s, percent = NULL,
    progress = ''
WHERE id = (
    SELECT id FROM jobs_job
    WHERE state = 'waiting' AND queue = %s AND due_at <= now() AND kind = ANY(%s)
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, kind, arguments, attempts, failures, request_id,
    extract(epoch FROM now() - due_at)
"""
_RENEW = """
UPDATE jobs_job SET lease_until = now() + %s * interval '1 second'
WHERE id = (
    SELECT id FROM jobs_job WHERE id = %s AND attempts = %s AND state = 'running'
    FOR UPDATE SKIP LOCKED
)
"""
_FINISH = """
UPDATE jobs_job SET state = 'done', finished_at = clock_timestamp(), lease_until = NULL,
    percent = CASE WHEN percent IS NULL THEN NULL ELSE 100 END
WHERE id = %s AND attempts = %s AND state = 'running'
"""
_FAIL = """
UPDATE jobs_job SET failures = failures + 1, error = %s, lease_until = NULL,
    due_at = now() + %s * interval '1 second',
    state = CASE WHEN cancel_asked_at IS NOT NULL THEN 'cancelled'
        WHEN %s THEN 'dead' ELSE 'waiting' END,
    finished_at = CASE WHEN cancel_asked_at IS NOT NULL OR %s THEN now() END
WHERE id = %s AND attempts = %s AND state = 'running'
"""


class LeaseLost(Exception):
    """Another worker has the job now; what this one says of it counts for nothing."""


@dataclass(frozen=True)
class Lease:
    job_id: int
    kind: str
    arguments: Sequence[Any]
    attempt: int
    failures: int
    request_id: str
    waited: float  # seconds since it was due

    def row(self) -> Any:
        return Job.objects.filter(
            pk=self.job_id, attempts=self.attempt, state=Job.State.RUNNING
        )


def seconds() -> float:
    """How long a worker may be silent."""
    return float(settings.JOBS_LEASE_SECONDS)


def claim(queue: str) -> Lease | None:
    """What has waited longest in a queue, of the kinds that this code knows."""
    with connection.cursor() as cursor:
        # Of all: a release may have moved a kind since the job was asked for.
        cursor.execute(_CLAIM, [seconds(), _me(), queue, kinds.names()])
        row = cursor.fetchone()
    return None if row is None else _lease(*row)


def renew(lease: Lease) -> None:
    """Still at it. Raises LeaseLost."""
    until = Now() + timedelta(seconds=seconds())
    if not lease.row().update(lease_until=until):
        raise LeaseLost(f"job {lease.job_id}")


def renew_unless_held(lease: Lease) -> bool:
    """Like `renew`, but waits for nobody: False while a transaction holds the row, which
    then keeps it from the sweeper as well."""
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [seconds(), lease.job_id, lease.attempt])
        if cursor.rowcount:
            return True
    if not lease.row().exists():
        raise LeaseLost(f"job {lease.job_id}")
    return False


def finish(lease: Lease) -> None:
    """Raises LeaseLost: then whatever shares the transaction must not stand."""
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, [lease.job_id, lease.attempt])
        if not cursor.rowcount:
            raise LeaseLost(f"job {lease.job_id}")


def stop(lease: Lease) -> None:
    """It was cancelled, and has noticed. Raises LeaseLost."""
    over = lease.row().update(
        state=Job.State.CANCELLED, finished_at=Now(), lease_until=None
    )
    if not over:
        raise LeaseLost(f"job {lease.job_id}")


def fail(lease: Lease, error: BaseException, *, how: str) -> bool:
    """An attempt failed: back into the queue for later, or dead; whether it is dead.

    Raises LeaseLost.
    """
    kind = kinds.named(lease.kind)
    retry = kind.retry if kind else kinds.Retry()
    permanent = kinds.is_permanent(error)
    failures = lease.failures + 1
    dead = permanent or failures >= retry.tries
    name = error.code if isinstance(error, AppError) else type(error).__name__
    wait = retry.wait(failures).total_seconds()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                _FAIL, [name[:80], wait, dead, dead, lease.job_id, lease.attempt]
            )
            if not cursor.rowcount:
                raise LeaseLost(f"job {lease.job_id}")
        JobFailure.objects.create(
            job_id=lease.job_id,
            attempt=lease.attempt,
            how=how,
            is_permanent=permanent,
            error=name[:80],
            sentence=error.sentence[:300] if isinstance(error, AppError) else "",
            frames=_frames(error),
            worker=_me(),
        )
    return dead


def _lease(*row: Any) -> Lease:
    job_id, kind, arguments, attempt, failures, request_id, waited = row
    return Lease(
        job_id,
        kind,
        json.loads(arguments),
        attempt,
        failures,
        request_id,
        float(waited),
    )


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"[:120]


def _frames(error: BaseException) -> list[str]:
    """Where it happened. Not the words of the exception: see `JobFailure`."""
    stack = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
    root = f"{settings.BASE_DIR}/"
    return [
        f"{frame.filename.removeprefix(root)}:{frame.lineno} {frame.name}"
        for frame in stack
    ]
