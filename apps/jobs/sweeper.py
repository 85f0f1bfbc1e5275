"""Finds what was left: jobs whose worker is gone, bells that were lost, work nobody
knows how to do."""

from typing import Any

from django.db import connection

from apps.core import kinds
from apps.core.logs import logger
from apps.core.tasks import task
from apps.jobs import mail, runs
from apps.jobs.jobs import BELLS
from apps.jobs.leases import MOST_DEATHS, UNKNOWN_FOR
from apps.jobs.models import Job

EVERY_SECONDS = 5

# In one statement: what another sweeper holds is skipped, and what a worker has renewed
# in the meantime is looked at again and left alone.
_ABANDONED = """
WITH gone AS (
    SELECT id, attempts, worker FROM jobs_job
    WHERE state = 'running' AND lease_until < now() FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE jobs_job job SET deaths = deaths + 1, lease_until = NULL, due_at = now(),
        error = 'killed',
        state = CASE WHEN cancel_asked_at IS NOT NULL THEN 'cancelled'
            WHEN deaths + 1 >= %s THEN 'dead' ELSE 'waiting' END,
        finished_at = CASE WHEN cancel_asked_at IS NOT NULL OR deaths + 1 >= %s
            THEN now() END
    FROM gone WHERE job.id = gone.id
    RETURNING job.id, job.kind, job.state, gone.attempts, gone.worker
)
INSERT INTO jobs_jobfailure
    (job_id, attempt, at, how, is_permanent, error, sentence, frames, worker)
SELECT id, attempts, now(), 'killed', false, 'killed', '', '[]', worker FROM taken
RETURNING job_id
"""
_UNKNOWN = """
WITH lost AS (
    UPDATE jobs_job SET state = 'dead', finished_at = now(), error = 'no_such_task'
    WHERE id IN (
        SELECT id FROM jobs_job WHERE state = 'waiting' AND due_at < now() - %s
            AND NOT kind = ANY(%s) FOR UPDATE SKIP LOCKED
    ) RETURNING id, attempts
)
INSERT INTO jobs_jobfailure
    (job_id, attempt, at, how, is_permanent, error, sentence, frames, worker)
SELECT id, attempts, now(), 'unknown', true, 'no_such_task', '', '[]', '' FROM lost
RETURNING job_id
"""


@task("jobs.sweep")
def sweep() -> None:
    """Safe to run twice and side by side."""
    for job_id in _ids(_ABANDONED, [MOST_DEATHS, MOST_DEATHS]):
        logger.warning("job_abandoned", job=job_id)
    for job_id in _ids(_UNKNOWN, [UNKNOWN_FOR, kinds.names()]):
        logger.error("job_unknown", job=job_id)
    due = Job.objects.due().order_by()
    for queue in due.values_list("queue", flat=True).distinct():
        # A newer release may have one more.
        if queue in BELLS:
            BELLS[queue].ring_now()
    # Behind the bells, which must not wait for a run that somebody holds.
    runs.advance_all()
    mail.give_up()


def _ids(statement: str, values: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]
