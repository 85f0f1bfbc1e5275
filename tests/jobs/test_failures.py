"""What goes wrong is tried again or kept with its cause, and nothing vanishes."""

import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.core import kinds
from apps.core.errors import Conflict
from apps.core.kinds import Retry, is_permanent, names
from apps.jobs import dead_letters, jobs, keeper, leases, runner, runs
from apps.jobs.graphs import Pipeline, Step
from apps.jobs.keeper import TookTooLong
from apps.jobs.leases import LeaseLost
from apps.jobs.models import Job, JobFailure, PipelineRun
from apps.jobs.sweeper import sweep
from apps.rbac.models import AuditEvent
from tests.jobs.chores import tasks as chores
from tests.jobs.chores.models import Effect

pytestmark = pytest.mark.django_db(transaction=True)


def drain_all() -> None:
    """Also what waits for its next try."""
    while Job.objects.filter(state="waiting").update(due_at=timezone.now()):
        runner.drain("default")


def only() -> Job:
    return Job.objects.get()


@pytest.mark.parametrize(
    ("how", "tries", "permanent"),
    [
        ("invalid", 1, True),
        ("closed", 1, True),
        ("away", 3, False),
        ("too_often", 3, False),
        ("bug", 3, False),
    ],
)
def test_whether_it_is_tried_again_depends_on_what_went_wrong(
    how: str, tries: int, permanent: bool
) -> None:
    jobs.enqueue(chores.go_wrong, how)
    drain_all()
    job = only()
    assert (job.state, job.attempts, job.failures) == ("dead", tries, tries)
    assert Effect.objects.count() == tries
    troubles = list(job.troubles.all())
    assert len(troubles) == tries
    assert troubles[0].is_permanent is permanent
    assert is_permanent(chores.ERRORS[how]()) is permanent


def test_the_cause_is_kept_without_anybodys_words() -> None:
    jobs.enqueue(chores.go_wrong, "bug")
    jobs.enqueue(chores.go_wrong, "closed")
    drain_all()
    bug, closed = (Job.objects.get(arguments=[how]) for how in ("bug", "closed"))
    cause = bug.troubles.all()[0]
    assert (bug.error, cause.error) == ("ZeroDivisionError", "ZeroDivisionError")
    assert cause.frames[-1].startswith("tests/jobs/chores/tasks.py:")
    assert cause.frames[-1].endswith(" go_wrong")
    assert "+1202" not in str(JobFailure.objects.values())
    assert closed.troubles.all()[0].sentence == "The shop is gone."


def test_waits_grow_and_are_spread() -> None:
    retry = Retry(first=5, factor=4, longest=3_600)
    for failures, whole in (
        (1, 5),
        (2, 20),
        (3, 80),
        (4, 320),
        (6, 3_600),
        (50, 3_600),
    ):
        waits = {retry.wait(failures).total_seconds() for _ in range(50)}
        assert all(whole / 2 <= wait <= whole for wait in waits)
        assert len(waits) > 10


def test_after_a_failure_it_waits_before_the_next_try() -> None:
    jobs.enqueue(chores.note)  # without the name it needs
    runner.drain("default")
    job = only()
    assert (job.state, job.error, job.failures) == ("waiting", "TypeError", 1)
    assert timedelta(seconds=2) < job.due_at - timezone.now() <= timedelta(seconds=5)


def test_whoever_lost_the_job_changes_nothing_of_it() -> None:
    jobs.enqueue(chores.once, "milk")
    slow = leases.claim("default")
    assert slow is not None
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep()
    fast = leases.claim("default")
    assert fast is not None and fast.attempt == slow.attempt + 1
    # The first comes back to life in the middle of it all.
    runner.run(slow)
    assert not Effect.objects.exists()
    with pytest.raises(LeaseLost):
        leases.renew(slow)
    with pytest.raises(LeaseLost):
        leases.fail(slow, ValueError(), how="failed")
    runner.run(fast)
    assert Effect.objects.count() == 1 and only().state == "done"


def test_three_dead_workers_make_a_dead_letter() -> None:
    jobs.enqueue(chores.note, "milk")
    for death in (1, 2, 3):
        assert leases.claim("default") is not None
        sweep()
        assert only().state == "running"
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        sweep()
        assert only().deaths == death
    job = only()
    assert (job.state, job.error) == ("dead", "killed")
    assert [each.how for each in job.troubles.all()] == ["killed"] * 3
    assert leases.claim("default") is None


def test_sweepers_side_by_side_count_one_death_once() -> None:
    jobs.enqueue(chores.note, "milk")
    leases.claim("default")
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    start = threading.Barrier(6)

    def look() -> None:
        start.wait()
        sweep()
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert only().deaths == 1 and JobFailure.objects.count() == 1


def test_a_job_whose_code_is_gone_is_kept_for_when_it_comes_back() -> None:
    jobs.enqueue(chores.note, "milk")
    Job.objects.update(kind="chores.retired")
    # A release that knows it may be on its way.
    runner.drain("default")
    sweep()
    assert only().state == "waiting"
    Job.objects.update(due_at=timezone.now() - timedelta(hours=1))
    sweep()
    job = only()
    assert (job.state, job.error) == ("dead", "no_such_task")
    assert job.troubles.get().how == "unknown"
    assert "chores.note" in names()


def test_an_operator_sends_it_back(ada: User) -> None:
    jobs.enqueue(chores.go_wrong, "away")
    drain_all()
    dead_letters.requeue(by=ada, job=only(), reason="The shop is open again")
    assert (only().state, only().failures, only().deaths) == ("waiting", 0, 0)
    drain_all()
    # As many tries as the first time, and the history of both.
    assert (only().state, only().attempts) == ("dead", 6)
    assert only().troubles.count() == 6
    event = AuditEvent.objects.filter(action="jobs.job.change").latest("id")
    assert event.actor_id == ada.pk and event.obj_id == str(only().public_id)


def test_an_operator_drops_it_and_it_stays_on_record(ada: User) -> None:
    jobs.enqueue(chores.go_wrong, "closed")
    drain_all()
    dead_letters.drop(by=ada, job=only(), reason="Nobody needs it")
    assert only().state == "dropped"
    with pytest.raises(Conflict):
        dead_letters.drop(by=ada, job=only(), reason="Nobody needs it")
    dead_letters.requeue(by=ada, job=only(), reason="Somebody does")
    assert only().state == "waiting"


@pytest.mark.parametrize("state", ["waiting", "done"])
def test_what_is_not_dead_is_not_sent_back(ada: User, state: str) -> None:
    jobs.enqueue(chores.note, "milk")
    if state == "done":
        drain_all()
    with pytest.raises(Conflict):
        dead_letters.requeue(by=ada, job=only(), reason="Why not")
    assert only().state == state


def test_what_takes_too_long_is_interrupted() -> None:
    jobs.enqueue(chores.dawdle)
    runner.drain("default")
    job = only()
    assert (job.state, job.error) == ("dead", "TookTooLong")
    assert job.troubles.get().how == "timed_out"


def test_work_that_holds_its_own_row_is_interrupted_in_time(settings: Settings) -> None:
    settings.JOBS_LEASE_SECONDS = 1
    jobs.enqueue(chores.hold)
    began = time.monotonic()
    runner.drain("default")
    assert time.monotonic() - began < 5
    assert only().troubles.get().how == "timed_out"


def test_a_row_that_is_held_is_neither_renewed_nor_lost() -> None:
    jobs.enqueue(chores.note, "milk")
    lease = leases.claim("default")
    assert lease is not None
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    found: list[bool] = []

    def renew() -> None:
        found.append(leases.renew_unless_held(lease))
        sweep()
        connection.close()

    with transaction.atomic():
        lease.row().update(percent=1)
        thread = threading.Thread(target=renew)
        thread.start()
        thread.join()
    assert found == [False] and only().deaths == 0
    began = timezone.now()
    assert leases.renew_unless_held(lease)
    assert (only().lease_until or began) > began
    Job.objects.update(attempts=2)
    with pytest.raises(LeaseLost):
        leases.renew_unless_held(lease)


def test_an_interruption_that_comes_as_the_work_ends_stays_inside() -> None:
    """It is raised where the job is, never in what the worker does next."""
    jobs.enqueue(chores.note, "milk")
    lease = leases.claim("default")
    kind = kinds.named("chores.note")
    assert lease is not None and kind is not None
    for _ in range(50):
        with pytest.raises(TookTooLong), keeper.watching(
            lease, replace(kind, seconds=0)
        ):
            watched = next(iter(keeper._of_this_process().watched.values()))
            with keeper._of_this_process().lock:
                keeper._end_if_late(watched)
        assert not keeper._of_this_process().watched
    for _ in range(10_000):  # steps in which it would be raised
        pass


def test_one_that_is_cancelled_while_it_fails_is_not_tried_again() -> None:
    job_id = jobs.enqueue(chores.go_wrong, "away")
    lease = leases.claim("default")
    assert lease is not None and jobs.cancel(job_id)
    runner.run(lease)
    assert (only().state, only().attempts) == ("cancelled", 1)


def test_progress_is_seen_and_a_cancelled_job_stops(monkeypatch: Any) -> None:
    from apps.jobs import progress

    monkeypatch.setattr(progress, "_EVERY_SECONDS", 0.0)
    job_id = jobs.enqueue(chores.count, 4)
    lease = leases.claim("bulk")
    assert lease is not None
    with progress.of(lease):
        progress.say(1, 4, "Step 1")
        job = only()
        assert (job.percent, job.progress) == (25, "Step 1")
        progress.say(9, 4)
        assert only().percent == 100
        jobs.cancel(job_id)
        with pytest.raises(progress.Cancelled):
            progress.say(2, 4)
    runner.run(lease)
    assert only().state == "cancelled" and not Effect.objects.exists()


def test_progress_said_by_nobody_is_heard_by_nobody() -> None:
    chores.count(3)
    assert Effect.objects.count() == 1


def test_a_kind_that_was_moved_to_another_queue_is_found_where_it_was() -> None:
    jobs.enqueue(chores.note, "milk")
    # As an older release asked for it.
    Job.objects.update(queue="bulk")
    assert runner.drain("default") == 0
    assert runner.drain("bulk") == 1


def test_an_interruption_that_the_work_swallows_holds_no_worker() -> None:
    jobs.enqueue(chores.swallow)
    began = time.monotonic()
    assert runner.drain("default") == 1
    assert time.monotonic() - began < 10
    assert only().state == "done"


def test_a_connection_that_is_lost_is_a_failure_with_its_cause() -> None:
    jobs.enqueue(chores.hang_up)
    assert runner.drain("default") == 1
    job = only()
    assert (job.state, job.failures, job.deaths) == ("waiting", 1, 0)
    assert job.error == "OperationalError"


def test_a_step_that_is_sent_back_runs_again_at_once(ada: User) -> None:
    started = runs.start(
        Pipeline("p", (Step("a", chores.go_wrong, ("closed",)),)), date(2026, 11, 25)
    )
    runner.drain("default")
    step = started.steps.get()
    assert step.state == "failed"
    dead_letters.requeue(by=ada, job=only(), reason="The shop is open again")
    step.refresh_from_db()
    started.refresh_from_db()
    assert (step.state, started.state) == ("running", "running")
    with pytest.raises(Conflict):
        runs.rerun_from(by=ada, step=step, reason="Once more")


def test_a_step_whose_code_is_gone_fails_after_a_while() -> None:
    started = runs.start(
        Pipeline("p", (Step("a", chores.note, ("x",)), Step("b", chores.note, ("y",)))),
        date(2026, 11, 25),
    )
    started.graph["b"]["kind"] = "chores.retired"
    PipelineRun.objects.update(graph=started.graph)
    started.steps.filter(name="b").update(state="waiting", job=None)
    runner.drain("default")
    sweep()
    assert started.steps.get(name="b").state == "waiting"
    PipelineRun.objects.update(created_at=timezone.now() - timedelta(hours=1))
    sweep()
    started.refresh_from_db()
    assert (started.steps.get(name="b").state, started.state) == ("failed", "failed")


def test_whoever_asked_reads_that_an_operator_cancelled(alice: User, ada: User) -> None:
    job_id = jobs.enqueue(chores.note, "milk", by=alice)
    job = Job.objects.get(pk=job_id)
    dead_letters.cancel(by=ada, job=job, reason="Not needed")
    event = AuditEvent.objects.filter(action="jobs.job.cancel").latest("id")
    assert (event.actor_id, event.subject_id) == (ada.pk, alice.pk)
    with pytest.raises(Conflict):
        dead_letters.cancel(by=ada, job=job, reason="Not needed")


def test_how_long_atomic_work_took_is_told() -> None:
    jobs.enqueue(chores.once, "milk", 200)
    runner.drain("default")
    took = only().took
    assert took is not None and took >= timedelta(milliseconds=200)
