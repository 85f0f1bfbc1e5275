"""A job is asked for with the transaction it belongs to, and done."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from structlog.testing import capture_logs

from apps.accounts.models import User
from apps.core.kinds import Queue
from apps.core.redis import connection as redis
from apps.core.request_ids import bound
from apps.jobs import jobs, runner
from apps.jobs.models import Job
from apps.jobs.sweeper import sweep
from tests.jobs.chores import tasks as chores
from tests.jobs.chores.models import Effect
from tests.jobs.workers import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
ID = "0123456789abcdef0123456789abcdef"


def drain() -> int:
    return sum(runner.drain(queue) for queue in Queue.values)


def effects() -> list[str]:
    return list(Effect.objects.order_by("id").values_list("name", flat=True))


def rings(queue: str) -> int:
    """Bells that wait for a worker. Celery prefixes its lists."""
    return int(redis().llen(f"celery:{queue}"))


def asked_for_later() -> list[str]:
    """The queues whose bells ring when the transaction stands."""
    asked = [entry[1] for entry in connection.run_on_commit]
    return [queue for queue, bell in jobs.BELLS.items() if bell.ring in asked]


def test_it_is_done_once_and_its_history_says_how(alice: User) -> None:
    with bound(ID, "test"):
        job_id = jobs.enqueue(chores.note, "milk", by=alice)
    assert drain() == 1
    assert effects() == ["milk"]
    job = Job.objects.get(pk=job_id)
    assert (job.state, job.attempts, job.asked_by, job.request_id) == (
        "done",
        1,
        alice,
        ID,
    )
    assert job.took is not None and job.took >= timedelta()
    assert drain() == 0


def test_it_stands_and_falls_with_the_transaction() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        jobs.enqueue(chores.note, "never")
        raise RuntimeError
    assert not Job.objects.exists()
    with transaction.atomic():
        jobs.enqueue(chores.note, "milk")
        assert asked_for_later() == ["default"]
    assert Job.objects.count() == 1


def test_the_bell_of_its_queue_rings() -> None:
    jobs.enqueue(chores.quick, "now")
    wait_until(lambda: rings("messages") == 1)


def test_a_lost_bell_costs_a_sweep_and_no_more() -> None:
    jobs.enqueue(chores.note, "milk")
    jobs.enqueue(chores.bulk, "bread")
    # Whatever the bells did so far is forgotten.
    wait_until(lambda: rings("default") == rings("bulk") == 1)
    redis().flushdb()
    sweep()
    assert (rings("default"), rings("bulk"), rings("messages")) == (1, 1, 0)


def test_without_redis_it_is_kept_all_the_same(settings: Any) -> None:
    alive, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:9/0"
    jobs.enqueue(chores.note, "milk")
    assert drain() == 1 and effects() == ["milk"]
    settings.REDIS_URL = alive


def test_a_key_is_done_once_however_often_it_is_asked_for() -> None:
    first = jobs.enqueue(chores.note, "milk", key="shopping")
    assert jobs.enqueue(chores.note, "bread", key="shopping") == first
    drain()
    assert jobs.enqueue(chores.note, "milk", key="shopping") == first
    drain()
    assert effects() == ["milk"]
    # A key belongs to its kind.
    assert jobs.enqueue(chores.once, "eggs", key="shopping") != first


def test_many_who_ask_with_one_key_at_once_ask_for_one_job() -> None:
    found: list[int] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        with transaction.atomic():
            found.append(jobs.enqueue(chores.note, "milk", key="race"))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1
    assert Job.objects.count() == 1


def test_a_delay_lives_in_the_database() -> None:
    later = jobs.enqueue(chores.quick, "later", after=timedelta(days=14))
    jobs.enqueue(chores.quick, "at", at=timezone.now() + timedelta(hours=1))
    assert drain() == 0
    with transaction.atomic():
        jobs.enqueue(chores.quick, "tomorrow", after=timedelta(days=1))
        assert asked_for_later() == []
    wait = Job.objects.get(pk=later).due_at - timezone.now()
    assert timedelta(days=13, hours=23) < wait <= timedelta(days=14)
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    sweep()
    assert rings("messages") == 1
    assert drain() == 3


def test_what_has_waited_longest_comes_first() -> None:
    for name in ("a", "b", "c"):
        jobs.enqueue(chores.note, name)
    jobs.enqueue(chores.note, "first", at=timezone.now() - timedelta(hours=1))
    drain()
    assert effects() == ["first", "a", "b", "c"]


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (object(), TypeError),
        (float("nan"), ValueError),
        ("a\0b", ValueError),
        ({"\0": 1}, ValueError),
        ("\\\0", ValueError),
        ("\ud800", ValueError),
    ],
    ids=range(6),
)
def test_arguments_that_are_no_json_are_refused_before_anything_is_asked(
    bad: Any, error: type[Exception], django_assert_num_queries: Any
) -> None:
    with transaction.atomic():
        with django_assert_num_queries(0), pytest.raises(error):
            jobs.enqueue(chores.note, bad)
        jobs.enqueue(chores.note, r"a\u0000 is no NUL \\")
    assert Job.objects.get().arguments == [r"a\u0000 is no NUL \\"]


def test_a_job_is_due_after_a_time_or_at_one() -> None:
    with pytest.raises(ValueError, match="not both"):
        jobs.enqueue(chores.note, "x", at=timezone.now(), after=timedelta(minutes=1))


def test_it_runs_under_the_request_id_that_caused_it() -> None:
    with bound(ID, "test"):
        jobs.enqueue(chores.under_which_id)
    with capture_logs() as lines:
        drain()
    assert effects() == [ID]
    (line,) = [each for each in lines if each["event"] == "job_ended"]
    assert (line["kind"], line["outcome"]) == ("chores.under_which_id", "done")
    assert "arguments" not in json.dumps(line)


def test_one_that_waits_is_cancelled_at_once() -> None:
    job_id = jobs.enqueue(chores.note, "milk")
    assert jobs.cancel(job_id)
    assert drain() == 0 and not jobs.cancel(job_id)
    assert Job.objects.get().state == "cancelled"


def test_two_workers_never_take_the_same_job() -> None:
    """The limit of one claim, from many threads at once."""
    for number in range(40):
        jobs.enqueue(chores.note, str(number))
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        runner.drain("default")
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(effects(), key=int) == [str(number) for number in range(40)]
    assert set(Job.objects.values_list("attempts", flat=True)) == {1}


def test_asking_costs_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        jobs.enqueue(chores.note, "milk")


def test_claiming_follows_the_index_of_what_waits() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jobs_job (public_id, kind, arguments, queue, key, state,"
            " request_id, attempts, failures, deaths, worker, progress, error,"
            " finished_at) SELECT gen_random_uuid(), 'chores.note', '[]', 'default', '',"
            " 'done', '', 1, 0, 0, '', '', '', now() FROM generate_series(1, 5000)"
        )
        cursor.execute("ANALYZE jobs_job")
        cursor.execute(
            "EXPLAIN SELECT id FROM jobs_job WHERE state = 'waiting'"
            " AND queue = 'default' AND due_at <= now() AND kind = ANY('{chores.note}')"
            " ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "job_waiting" in plan and "Seq Scan" not in plan
