"""What an operator does about jobs: those that are dead, and those nobody needs."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max, Min, QuerySet

from apps.core.errors import Conflict
from apps.core.kinds import Kind, Queue
from apps.core.kinds import job as declare
from apps.jobs import jobs, progress, runs
from apps.jobs.jobs import BELLS
from apps.jobs.models import Job, StepRun
from apps.rbac import audit, ledger
from apps.rbac.catalog import Permission
from apps.rbac.models import AuditEvent

_REQUEUE = """
UPDATE jobs_job SET state = 'waiting', failures = 0, deaths = 0, due_at = now(),
    finished_at = NULL, cancel_asked_at = NULL
WHERE id = ANY(%s) AND state IN ('dead', 'dropped', 'cancelled')
RETURNING id, queue
"""
# What is over without having been done; as in _REQUEUE.
REQUEUED = (Job.State.DEAD, Job.State.DROPPED, Job.State.CANCELLED)
_BATCH = 500
# What a filter for many is made of: columns of a job.
FILTERS = ("state", "queue", "kind", "error")


@transaction.atomic
def requeue(*, by: Any, job: Job, reason: str) -> None:
    """Try it anew, as often as the first time. Raises Conflict for one that is not over
    or has been done."""
    if not _requeue([job.pk]):
        raise Conflict("That job is not dead.")
    _record(Permission.JOB_REQUEUE, by, job, reason)


@transaction.atomic
def drop(*, by: Any, job: Job, reason: str) -> None:
    """It will not be done; it stays on record. Raises Conflict unless it is dead."""
    if not _drop([job.pk]):
        raise Conflict("That job is not dead.")
    _record(Permission.JOB_DROP, by, job, reason)


@transaction.atomic
def cancel(*, by: Any, job: Job, reason: str) -> None:
    """What waits is not begun, what runs stops where it can. Raises Conflict for one
    that is over."""
    if not jobs.cancel(job.pk):
        raise Conflict("That job is over already.")
    _record("jobs.job.cancel", by, job, reason)


@transaction.atomic
def requeue_all(*, by: Any, found: Mapping[str, str], reason: str) -> int:
    """Have all that a filter finds now tried anew: how many. Raises Conflict for
    none."""
    return _ask_for(requeue_found, Permission.JOB_REQUEUE, REQUEUED, by, found, reason)


@transaction.atomic
def drop_all(*, by: Any, found: Mapping[str, str], reason: str) -> int:
    """Have all that are dead of what a filter finds now dropped: how many. Raises
    Conflict for none."""
    states = (Job.State.DEAD,)
    return _ask_for(drop_found, Permission.JOB_DROP, states, by, found, reason)


@declare("jobs.requeue_found", queue=Queue.BULK, seconds=3_600)
def requeue_found(found: dict[str, str], states: list[str], newest: int) -> None:
    _tell_people(Permission.JOB_REQUEUE, _among(found, states, newest))
    _in_batches(_requeue, "Requeued", _among(found, states, newest))


@declare("jobs.drop_found", queue=Queue.BULK, seconds=3_600)
def drop_found(found: dict[str, str], states: list[str], newest: int) -> None:
    _tell_people(Permission.JOB_DROP, _among(found, states, newest))
    _in_batches(_drop, "Dropped", _among(found, states, newest))


def _ask_for(
    kind: Kind[Any],
    permission: Permission,
    states: tuple[str, ...],
    by: Any,
    found: Mapping[str, str],
    reason: str,
) -> int:
    """One job for all of them, recorded once, at that job; it tells whose they are."""
    newest = Job.objects.order_by("-id").values_list("pk", flat=True).first() or 0
    count = _among(found, states, newest).count()
    if not count:
        raise Conflict("None of those jobs is dead.")
    asked = jobs.enqueue(kind, dict(found), list(states), newest, by=by)
    audit.done(
        permission,
        actor=by,
        obj=Job.objects.get(pk=asked),
        words=reason,
        after={**found, "count": count},
    )
    return count


def _among(
    found: Mapping[str, str], states: list[str] | tuple[str, ...], newest: int
) -> "QuerySet[Job]":
    if unknown := set(found) - set(FILTERS):
        raise ValueError(f"no filter: {unknown}")
    return Job.objects.filter(**found).filter(state__in=states, pk__lte=newest)


def _tell_people(action: str, rows: "QuerySet[Job]") -> None:
    """Each whose jobs they are, how many, and why: before anything is done to them, so
    that one that dies on the way says it once."""
    job_id = progress.job_id()
    if job_id is None:
        return
    does = Job.objects.get(pk=job_id)
    asked = AuditEvent.objects.filter(action=action, obj_id=str(does.public_id))
    event = asked.order_by("id").first()
    if event is None:
        return
    ((_, opened),) = ledger.opened([event])
    told = set(asked.exclude(pk=event.pk).values_list("subject_id", flat=True))
    theirs = rows.exclude(asked_by=None).values("asked_by").order_by("asked_by")
    for each in theirs.annotate(
        count=Count("pk"), first=Min("kind"), last=Max("kind")
    ).iterator():
        if each["asked_by"] in told:
            continue
        is_of_one = each["first"] == each["last"]
        audit.done(
            action,
            actor=does.asked_by,
            subject=each["asked_by"],
            obj=does,
            words=opened.reason,
            after={
                "kind": each["first"] if is_of_one else "",
                "count": each["count"],
            },
        )


def _in_batches(
    act: Callable[[list[int]], int], word: str, rows: "QuerySet[Job]"
) -> None:
    """By number and upwards: one that dies again meanwhile is not taken twice."""
    total, done, last = rows.count(), 0, 0
    numbers = rows.order_by("id").values_list("pk", flat=True)
    while batch := list(numbers.filter(pk__gt=last)[:_BATCH]):
        with transaction.atomic():
            done += act(batch)
        last = batch[-1]
        progress.say(done, total, word)


def _requeue(numbers: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_REQUEUE, [numbers])
        back = cursor.fetchall()
    # A step that runs again is no failed one.
    steps = StepRun.objects.filter(job_id__in=[pk for pk, _ in back])
    for job_id in steps.values_list("job_id", flat=True):
        runs.job_ended(job_id)
    for queue in {queue for _, queue in back}:
        transaction.on_commit(BELLS[queue].ring)
    return len(back)


def _drop(numbers: list[int]) -> int:
    dead = Job.objects.dead().filter(pk__in=numbers)
    return dead.update(state=Job.State.DROPPED)


def _record(action: str, by: Any, job: Job, reason: str) -> None:
    audit.done(
        action,
        actor=by,
        subject=job.asked_by_id,
        obj=job,
        words=reason,
        after={"kind": job.kind},
    )
