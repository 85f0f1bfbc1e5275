"""Bad days, with real processes that are killed: nothing lost, nothing done twice."""

import random
import subprocess
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.redis import connection as redis
from apps.jobs import jobs
from apps.jobs.models import Job
from apps.jobs.sweeper import sweep
from tests.jobs import workers
from tests.jobs.chores import tasks as chores
from tests.jobs.chores.models import Effect
from tests.jobs.workers import PLAIN, celery, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def settled() -> bool:
    """All is over; what is left by the dead is looked for on the way."""
    sweep()
    return not Job.objects.filter(state__in=["waiting", "running"]).exists()


def revived(processes: list[subprocess.Popen[bytes]]) -> None:
    for position, process in enumerate(processes):
        if process.poll() is not None:
            processes[position] = workers.start(PLAIN)


def test_workers_killed_at_any_moment_do_everything_exactly_once() -> None:
    chance = random.Random(20261125)
    names = [f"chore {number}" for number in range(60)]
    for name in names:
        jobs.enqueue(chores.once, name, chance.choice([0, 20, 60]))
    with workers.running(PLAIN, PLAIN) as processes:
        for _ in range(6):
            time.sleep(chance.uniform(0.3, 0.9))
            victim = chance.randrange(2)
            workers.kill(processes[victim])
            processes[victim] = workers.start(PLAIN)
        wait_until(settled, seconds=60)
    assert Counter(Effect.objects.values_list("name", flat=True)) == Counter(names)
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_a_job_that_kills_its_worker_is_put_aside_and_the_others_are_done() -> None:
    poison = jobs.enqueue(chores.kill)
    for number in range(5):
        jobs.enqueue(chores.note, str(number))

    def over() -> bool:
        revived(processes)
        return settled()

    with workers.running(PLAIN, PLAIN) as processes:
        wait_until(over, seconds=60)
    job = Job.objects.get(pk=poison)
    assert (job.state, job.error, job.deaths) == ("dead", "killed", 3)
    assert Effect.objects.count() == 5


def test_what_hangs_where_nothing_reaches_it_is_killed_with_its_process() -> None:
    hanging = jobs.enqueue(chores.hang)
    with workers.running(PLAIN) as (process,):
        assert process.wait(timeout=20) == -9
    time_over = timezone.now() + timedelta(seconds=workers.LEASE + 8)
    while timezone.now() < time_over:
        sweep()
        if Job.objects.get(pk=hanging).deaths:
            break
    assert Job.objects.get(pk=hanging).state == "waiting"


def test_a_long_job_keeps_its_lease_and_is_done_once() -> None:
    """Longer than the lease, while a sweeper looks for the dead."""
    jobs.enqueue(chores.bulk, "long", 1000 * workers.LEASE + 1500)
    with workers.running(PLAIN):
        wait_until(settled)
    job = Job.objects.get()
    assert (job.state, job.attempts, job.deaths) == ("done", 1, 0)


def test_the_bell_wakes_two_workers_of_celery_and_both_work() -> None:
    two = [
        celery("messages", "default", "mail", "bulk", name=name)
        for name in ("one", "two")
    ]

    def both_have_worked() -> bool:
        if not Job.objects.filter(state="waiting").exists():
            for number in range(6):
                jobs.enqueue(chores.bulk, str(number), 100)
        return Effect.objects.values("pid").distinct().count() == 2

    with workers.running(*two):
        wait_until(both_have_worked, seconds=60)
        wait_until(settled, seconds=60)
    # Workers that are slow to come up live to see an alert, which is told by jobs.
    asked = Job.objects.filter(kind="chores.bulk")
    assert set(asked.values_list("state", flat=True)) == {"done"}
    assert Effect.objects.count() == asked.count()


def test_redis_emptied_in_the_middle_loses_nothing() -> None:
    with workers.running(celery("messages", "default", "mail", "bulk")):
        for number in range(20):
            jobs.enqueue(chores.note, str(number))
            redis().flushdb()
        wait_until(settled)
    names = Effect.objects.values_list("name", flat=True)
    assert sorted(names, key=int) == [str(number) for number in range(20)]


def test_ten_thousand_at_once_keep_no_message_waiting() -> None:
    """Two plain workers that look at messages first, as two of Celery do."""
    rows = [
        Job(kind="chores.bulk", arguments=[str(number)], queue="bulk")
        for number in range(10_000)
    ]
    Job.objects.bulk_create(rows, batch_size=2_000)
    with workers.running(PLAIN, PLAIN):
        wait_until(lambda: Effect.objects.count() > 100)
        jobs.enqueue(chores.quick, "urgent")
        wait_until(lambda: Effect.objects.filter(name="urgent").exists(), seconds=5)
        assert Job.objects.filter(queue="bulk", state="waiting").count() > 1_000
        wait_until(settled, seconds=120)
    assert Effect.objects.filter(name="urgent").count() == 1
    assert Effect.objects.exclude(name="urgent").values("name").distinct().count() == (
        10_000
    )
    assert Effect.objects.count() == 10_001
