"""What an operator does about jobs: those that are dead, and those nobody needs."""

from typing import Any

from django.db import connection, transaction

from apps.core.errors import Conflict
from apps.jobs import jobs, runs
from apps.jobs.jobs import BELLS
from apps.jobs.models import Job
from apps.rbac import audit
from apps.rbac.catalog import Permission

_REQUEUE = """
UPDATE jobs_job SET state = 'waiting', failures = 0, deaths = 0, due_at = now(),
    finished_at = NULL, cancel_asked_at = NULL
WHERE id = %s AND state IN ('dead', 'dropped', 'cancelled')
"""


@transaction.atomic
def requeue(*, by: Any, job: Job, reason: str) -> None:
    """Try it anew, as often as the first time. Raises Conflict for one that is not over
    or has been done."""
    with connection.cursor() as cursor:
        cursor.execute(_REQUEUE, [job.pk])
        if not cursor.rowcount:
            raise Conflict("That job is not dead.")
    _record(Permission.JOB_REQUEUE, by, job, reason)
    # A step that runs again is no failed one.
    runs.job_ended(job.pk)
    transaction.on_commit(BELLS[job.queue].ring)


@transaction.atomic
def drop(*, by: Any, job: Job, reason: str) -> None:
    """It will not be done; it stays on record. Raises Conflict unless it is dead."""
    dead = Job.objects.dead().filter(pk=job.pk)
    if not dead.update(state=Job.State.DROPPED):
        raise Conflict("That job is not dead.")
    _record(Permission.JOB_DROP, by, job, reason)


@transaction.atomic
def cancel(*, by: Any, job: Job, reason: str) -> None:
    """What waits is not begun, what runs stops where it can. Raises Conflict for one
    that is over."""
    if not jobs.cancel(job.pk):
        raise Conflict("That job is over already.")
    _record("jobs.job.cancel", by, job, reason)


def _record(action: str, by: Any, job: Job, reason: str) -> None:
    audit.done(action, actor=by, subject=job.asked_by_id, obj=job, words=reason)
