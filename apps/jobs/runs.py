"""Runs of pipelines: what may begin begins, until every step is over.

`advance` looks at a run under its lock and is safe to call at any time by anybody: when
a job of it ends, from the sweep, after an operator's word. So a run goes on wherever it
was left.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from apps.core import kinds
from apps.core.errors import Conflict, NotFound
from apps.core.kinds import job
from apps.jobs import graphs, jobs
from apps.jobs.graphs import End, Pipeline, Verdict
from apps.jobs.leases import UNKNOWN_FOR
from apps.jobs.models import Job, PipelineRun, StepRun
from apps.rbac import audit

MOST_CAUGHT_UP = 7  # days
_ENDS = {
    Job.State.DONE: StepRun.State.DONE,
    Job.State.DEAD: StepRun.State.FAILED,
    Job.State.DROPPED: StepRun.State.FAILED,
    Job.State.CANCELLED: StepRun.State.FAILED,
    Job.State.REPLACED: StepRun.State.FAILED,
}


@job("jobs.start_pipeline")
def start_pipeline(name: str) -> None:
    """What the timetable asks for. Raises NotFound."""
    pipeline = graphs.every().get(name)
    if pipeline is None:
        raise NotFound(f"There is no pipeline {name}.")
    for day in _open_days(pipeline, timezone.now().date()):
        start(pipeline, day)


def start(pipeline: Pipeline, day: date) -> PipelineRun:
    """Once for each day; the run there is, if there is one."""
    with transaction.atomic():
        run, is_new = PipelineRun.objects.get_or_create(
            pipeline=pipeline.name, day=day, defaults={"graph": pipeline.graph()}
        )
        if is_new:
            StepRun.objects.bulk_create(
                StepRun(run=run, name=step.name) for step in pipeline.steps
            )
            _advance(run.pk)
    return run


def job_ended(job_id: int) -> None:
    """Of a job that may be a step's."""
    for run_id in StepRun.objects.filter(job_id=job_id).values_list(
        "run_id", flat=True
    ):
        advance(run_id)


def advance_all() -> None:
    """Whatever was left in the middle."""
    running = PipelineRun.objects.filter(state=PipelineRun.State.RUNNING)
    for run_id in running.values_list("pk", flat=True):
        advance(run_id)


def advance(run_id: int) -> None:
    with transaction.atomic():
        _advance(run_id)


@transaction.atomic
def pass_step(*, by: Any, step: StepRun, reason: str) -> None:
    """Go on as if it had succeeded. Raises Conflict while it runs, and for one that
    has succeeded."""
    locked = _locked(step)
    if locked.state in (
        StepRun.State.RUNNING,
        StepRun.State.DONE,
        StepRun.State.PASSED,
    ):
        raise Conflict("That step runs, or has succeeded.")
    behind = graphs.downstream(locked.run.graph, locked.name) - {locked.name}
    _reset(locked.run, behind, by)
    StepRun.objects.filter(pk=locked.pk).update(state=StepRun.State.PASSED)
    _record(by, locked, "jobs.pipelinerun.pass", reason)
    _reopen(locked.run)


@transaction.atomic
def rerun_from(*, by: Any, step: StepRun, reason: str) -> None:
    """The step and all that wait for it, anew. Raises Conflict while any of them
    runs."""
    locked = _locked(step)
    names = graphs.downstream(locked.run.graph, locked.name)
    if locked.run.steps.filter(name__in=names, state=StepRun.State.RUNNING).exists():
        raise Conflict("Wait until what runs of it has ended, or cancel its job.")
    _reset(locked.run, names, by)
    _record(by, locked, "jobs.pipelinerun.rerun", reason)
    _reopen(locked.run)


def _advance(run_id: int) -> None:
    run = PipelineRun.objects.select_for_update().get(pk=run_id)
    steps = {step.name: step for step in run.steps.select_related("job")}
    for step in list(steps.values()):
        if _settle(step):
            # What followed from its failure is open again.
            for name in graphs.downstream(run.graph, step.name) - {step.name}:
                _open_again(steps[name], by=None)
    for name in graphs.order(run.graph):
        step = steps[name]
        if step.state == StepRun.State.WAITING:
            ends = {s.name: End(s.state) for s in steps.values() if s.is_over}
            said = graphs.verdict(run.graph[name], ends)
            if said is Verdict.READY:
                _begin(run, step)
            elif said is Verdict.SKIP:
                step.state = StepRun.State.SKIPPED
                step.save(update_fields=["state"])
    if all(step.is_over for step in steps.values()):
        _finish(run, [End(step.state) for step in steps.values()])
    elif run.state != PipelineRun.State.RUNNING:
        PipelineRun.objects.filter(pk=run.pk).update(
            state=PipelineRun.State.RUNNING, finished_at=None
        )


def _settle(step: StepRun) -> bool:
    """What became of its job; whether it had failed and no longer has, because an
    operator sent the job back."""
    if step.job is None or step.state in (StepRun.State.WAITING, StepRun.State.PASSED):
        return False
    was, now = step.state, _ENDS.get(Job.State(step.job.state), StepRun.State.RUNNING)
    if was != now:
        step.state = now
        step.save(update_fields=["state"])
    return was == StepRun.State.FAILED != now


def _open_again(step: StepRun, *, by: Any) -> None:
    """But what runs: that is under way already."""
    if step.state != StepRun.State.RUNNING:
        if step.job is not None:
            _replace(step.job, by)
        step.state, step.job = StepRun.State.WAITING, None
        step.save(update_fields=["state", "job"])


def _replace(job: Job, by: Any) -> None:
    """Nobody has to decide about it any more, nor may it be done beside the other."""
    over = (Job.State.DEAD, Job.State.DROPPED, Job.State.CANCELLED)
    found = Job.objects.filter(pk=job.pk, state__in=over)
    if found.update(state=Job.State.REPLACED):
        audit.done("jobs.job.replace", actor=by, obj=job)


def _begin(run: PipelineRun, step: StepRun) -> None:
    declared = run.graph[step.name]
    kind = kinds.named(declared["kind"])
    if kind is None:
        # A release that knows it may be on its way; not for ever.
        if run.created_at < timezone.now() - UNKNOWN_FOR:
            step.state = StepRun.State.FAILED
            step.save(update_fields=["state"])
        return
    step.round += 1
    step.job_id = jobs.enqueue(
        kind, *declared["arguments"], key=f"{run.pk} {step.name} {step.round}"
    )
    step.state = StepRun.State.RUNNING
    step.save(update_fields=["round", "job", "state"])


def _finish(run: PipelineRun, ends: list[End]) -> None:
    failed = graphs.has_failed(ends)
    state = PipelineRun.State.FAILED if failed else PipelineRun.State.DONE
    if run.state != state:
        PipelineRun.objects.filter(pk=run.pk).update(state=state, finished_at=Now())


def _locked(step: StepRun) -> StepRun:
    PipelineRun.objects.select_for_update().get(pk=step.run_id)
    return StepRun.objects.select_related("run").get(pk=step.pk)


def _reset(run: PipelineRun, names: set[str], by: Any) -> None:
    for step in run.steps.select_related("job").filter(name__in=names):
        _open_again(step, by=by)


def _reopen(run: PipelineRun) -> None:
    PipelineRun.objects.filter(pk=run.pk).update(
        state=PipelineRun.State.RUNNING, finished_at=None
    )
    _advance(run.pk)


def _record(by: Any, step: StepRun, action: str, reason: str) -> None:
    audit.done(action, actor=by, obj=step, words=reason)


def _open_days(pipeline: Pipeline, today: date) -> list[date]:
    """Today, and the days since the last run that nobody ran it."""
    last = PipelineRun.objects.filter(pipeline=pipeline.name).order_by("-day").first()
    if last is None or not pipeline.catches_up:
        return [today]
    missed = min((today - last.day).days, MOST_CAUGHT_UP)
    return [today - timedelta(days=back) for back in reversed(range(missed))] or [today]
