"""The clock of the house: one leads, each run is asked for once, missed ones are told."""

import os
import signal
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
)
from structlog.testing import capture_logs

from apps.core.redis import connection as redis
from apps.jobs import beat, timetable
from apps.jobs.beat import BeatScheduler
from apps.jobs.leader import Leader
from apps.jobs.models import Job, Leadership, MissedRuns
from config.celery import app as celery
from tests.jobs import workers
from tests.jobs.workers import CELERY, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def entry(*, task: str = "chores.note", **fields: Any) -> PeriodicTask:
    """Asked for the last time at noon on Monday."""
    args = fields.pop("args", '["milk"]')
    row = PeriodicTask.objects.create(name="e", task=task, args=args, **fields)
    PeriodicTask.objects.update(last_run_at=MONDAY, date_changed=MONDAY)
    row.refresh_from_db()
    return row


def every(count: int, period: str = "hours") -> IntervalSchedule:
    return IntervalSchedule.objects.create(every=count, period=period)


def look(now: datetime) -> list[str]:
    return beat.look(now).asked


def asked() -> list[str]:
    return list(Job.objects.order_by("id").values_list("key", flat=True))


def test_what_is_due_becomes_a_job_that_knows_its_time() -> None:
    row = entry(interval=every(1))
    assert look(MONDAY + HOUR - timedelta(seconds=1)) == []
    assert look(MONDAY + HOUR) == ["e"]
    assert look(MONDAY + HOUR) == []
    job = Job.objects.get()
    assert (job.kind, job.arguments, job.key) == (
        "chores.note",
        ["milk"],
        f"entry {row.pk}, 2026-11-23T13:00:00Z",
    )


def test_a_name_of_any_length_holds_nobody_up() -> None:
    row = entry(interval=every(1))
    PeriodicTask.objects.filter(pk=row.pk).update(name="e" * 200)
    assert look(MONDAY + HOUR) == ["e" * 200] and Job.objects.count() == 1


def test_a_bell_is_rung_and_leaves_no_job() -> None:
    entry(task="jobs.sweep", args="[]", interval=every(5, "seconds"))
    assert look(MONDAY + timedelta(seconds=5)) == ["e"]
    assert redis().llen("celery:messages") == 1 and not Job.objects.exists()


def test_what_was_missed_is_told_and_caught_up_once() -> None:
    row = entry(interval=every(1))
    with capture_logs() as lines:
        assert look(MONDAY + 5 * HOUR + timedelta(minutes=10)) == ["e"]
    assert asked() == [f"entry {row.pk}, 2026-11-23T17:00:00Z"]
    missed = MissedRuns.objects.get()
    assert (missed.entry, missed.count, missed.since) == ("e", 4, MONDAY + HOUR)
    assert "runs_missed" in [line["event"] for line in lines]
    assert look(MONDAY + 6 * HOUR) == ["e"]
    assert MissedRuns.objects.count() == 1


def test_what_an_operator_has_done_every_few_seconds_is_told_too() -> None:
    entry(interval=every(10, "seconds"))
    assert look(MONDAY + timedelta(seconds=10)) == ["e"]
    assert look(MONDAY + timedelta(seconds=20)) == ["e"]
    assert not MissedRuns.objects.exists()
    assert look(MONDAY + timedelta(seconds=65)) == ["e"]
    assert (MissedRuns.objects.get().count, Job.objects.count()) == (3, 3)


def test_of_what_the_code_does_every_few_seconds_it_is_not_told() -> None:
    name = next(iter(timetable.names()))
    row = entry(interval=every(10, "seconds"))
    PeriodicTask.objects.filter(pk=row.pk).update(name=name)
    assert look(MONDAY + HOUR) == [name]
    assert not MissedRuns.objects.exists()


def test_of_a_sweep_that_was_missed_nobody_is_told() -> None:
    entry(task="jobs.sweep", args="[]", interval=every(5, "seconds"))
    assert look(MONDAY + HOUR) == ["e"]
    assert not MissedRuns.objects.exists()


def test_a_crontab_keeps_to_its_zone_over_the_change_of_clocks() -> None:
    """Where the package's own scheduler reckons with the offset of one January day."""
    nine = CrontabSchedule.objects.create(
        minute="0", hour="9", timezone="Europe/Berlin"
    )
    row = entry(crontab=nine)
    for day, utc in (("2026-03-28", 8), ("2026-03-29", 7), ("2026-10-25", 8)):
        at = datetime.fromisoformat(f"{day}T{utc:02}:00:00+00:00")
        PeriodicTask.objects.filter(pk=row.pk).update(
            last_run_at=at - 2 * HOUR, date_changed=MONDAY - 300 * DAY
        )
        assert look(at - timedelta(seconds=1)) == []
        assert look(at) == ["e"]


def test_one_off_is_asked_for_once_and_then_off() -> None:
    at = ClockedSchedule.objects.create(clocked_time=MONDAY + DAY)
    row = entry(clocked=at, one_off=True)
    assert look(MONDAY + DAY - HOUR) == []
    assert look(MONDAY + 3 * DAY) == ["e"]
    row.refresh_from_db()
    assert not row.enabled
    assert look(MONDAY + 9 * DAY) == [] and not MissedRuns.objects.exists()


def test_start_and_end_of_an_entry_are_kept_to() -> None:
    entry(interval=every(1), start_time=MONDAY + 2 * HOUR, expires=MONDAY + 4 * HOUR)
    found = [look(MONDAY + hour * HOUR) for hour in range(1, 6)]
    assert found == [[], [], ["e"], [], []]


def test_an_entry_switched_on_again_counts_from_then() -> None:
    row = entry(interval=every(1), enabled=False)
    assert look(MONDAY + 9 * HOUR) == []
    PeriodicTask.objects.filter(pk=row.pk).update(
        enabled=True, date_changed=MONDAY + 9 * HOUR
    )
    assert look(MONDAY + 9 * HOUR + timedelta(minutes=1)) == []
    assert look(MONDAY + 10 * HOUR) == ["e"] and not MissedRuns.objects.exists()


def test_a_clock_set_back_neither_doubles_nor_silences() -> None:
    entry(interval=every(1))
    assert look(MONDAY + 30 * HOUR) == ["e"]
    # It was wrong by more than a day, and is right again.
    assert look(MONDAY + HOUR) == []
    assert look(MONDAY + 31 * HOUR) == ["e"]
    assert len(asked()) == len(set(asked()))


def test_many_who_look_at_once_ask_once() -> None:
    entry(interval=every(1))
    start, found = threading.Barrier(6), list[str]()

    def one() -> None:
        start.wait()
        found.extend(look(MONDAY + HOUR))
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["e"] and Job.objects.count() == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"args": "not json"},
        {"args": '{"a": 1}'},
        {"task": "nobody.knows"},
        {"kwargs": '{"name": "milk"}'},
    ],
    ids=str,
)
def test_an_entry_that_cannot_be_read_stops_no_other(bad: dict[str, str]) -> None:
    entry(interval=every(1), **bad)
    PeriodicTask.objects.create(
        name="other", task="chores.note", args='["x"]', interval=every(2, "minutes")
    )
    PeriodicTask.objects.filter(name="other").update(
        last_run_at=MONDAY, date_changed=MONDAY
    )
    with capture_logs() as lines:
        assert look(MONDAY + HOUR) == ["other"]
        assert look(MONDAY + HOUR) == []
    # Said once, though it is looked at every second.
    assert [x["entry"] for x in lines if x["event"] == "entry_not_read"] == ["e"]


def test_an_interval_beyond_the_calendar_stops_no_other() -> None:
    entry(interval=every(2_147_483_647, "days"))
    with capture_logs() as lines:
        assert look(MONDAY + HOUR) == []
    assert [x["event"] for x in lines] == ["entry_not_read"]


def test_the_code_enters_what_is_not_there_and_leaves_times_to_operators() -> None:
    said: dict[str, dict[str, Any]] = {
        "often": {"task": "jobs.sweep", "schedule": 5},
        "nightly": {"task": "chores.note", "schedule": "30 3 * * *"},
    }
    timetable.enter(said)
    night = PeriodicTask.objects.get(name="nightly")
    assert (night.crontab.hour, night.crontab.minute) == ("3", "30")
    PeriodicTask.objects.filter(name="often").update(interval=every(9, "minutes"))
    again = {"task": "chores.note", "schedule": 5, "args": ["milk"]}
    timetable.enter({"often": again})
    often = PeriodicTask.objects.get(name="often")
    assert (often.task, str(often.interval)) == ("chores.note", "every 9 minutes")
    assert timetable.arguments_of(often) == ["milk"]


def test_one_leads_until_it_leaves_or_says_nothing() -> None:
    first, second = Leader("x"), Leader("x")
    assert first.is_mine() and first.is_mine() and not second.is_mine()
    first.give_up()
    assert second.is_mine() and not first.is_mine()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE jobs_leadership SET until = now() - interval '1 ms'")
    # Whoever led finds out when it asks, and may then be second.
    assert first.is_mine() and not second.is_mine()
    # The clock was set back by a day.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE jobs_leadership SET until = now() + interval '1 day'")
    assert second.is_mine() and not first.is_mine()
    second.give_up()
    first.give_up()


def test_a_connection_that_is_lost_is_opened_anew() -> None:
    leader = Leader("x")
    assert leader.is_mine()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE '%INTO jobs_leadership AS%'"
            " AND datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert not leader.is_mine()
    assert leader.is_mine()
    leader.give_up()


BEAT = (*CELERY, "beat", "-l", "error", "--pidfile=")


def tick_every_second() -> None:
    PeriodicTask.objects.create(
        name="tick", task="chores.note", args='["tick"]', interval=every(1, "seconds")
    )


def ticks() -> list[str]:
    found = Job.objects.filter(kind="chores.note")
    return list(found.values_list("key", flat=True))


def leading() -> int:
    """The process that leads, 0 while none does."""
    row = Leadership.objects.filter(name="beat", until__gt=Now()).first()
    return int(row.holder.split(":")[-2]) if row else 0


def test_two_real_beats_and_the_first_is_killed() -> None:
    """Every second one run, none twice, and a gap of two seconds at the most."""
    tick_every_second()
    with workers.running(BEAT, BEAT) as processes:
        wait_until(lambda: len(ticks()) >= 2)
        first = leading()
        (killed,) = [each for each in processes if each.pid == first]
        workers.kill(killed)
        wait_until(lambda: leading() not in (0, first), seconds=3)
        before = len(ticks())
        wait_until(lambda: len(ticks()) > before, seconds=3)
    assert len(ticks()) == len(set(ticks())) >= 3


def test_a_beat_that_is_frozen_is_taken_over_and_is_second_when_it_thaws() -> None:
    tick_every_second()
    with workers.running(BEAT, BEAT):
        wait_until(lambda: len(ticks()) >= 2)
        frozen = leading()
        os.kill(frozen, signal.SIGSTOP)
        wait_until(lambda: leading() not in (0, frozen), seconds=3)
        second, before = leading(), len(ticks())
        wait_until(lambda: len(ticks()) > before, seconds=3)
        os.kill(frozen, signal.SIGCONT)
        before = len(ticks())
        wait_until(lambda: len(ticks()) > before + 2)
        assert leading() == second
    assert len(ticks()) == len(set(ticks()))


def test_what_could_not_be_entered_is_entered_later() -> None:
    """Beat comes up before the tables are there."""
    scheduler = BeatScheduler(app=celery)

    def rename(old: str, new: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {old} RENAME TO {new}")

    table = PeriodicTask._meta.db_table
    rename(table, "away")
    try:
        scheduler.tick()
    finally:
        rename("away", table)
    try:
        scheduler.tick()
        assert PeriodicTask.objects.filter(name="sms-sweep").exists()
    finally:
        scheduler.close()


def test_what_an_address_says_of_its_connection_comes_last() -> None:
    options = connection.settings_dict["OPTIONS"]
    options["keepalives_idle"] = 30
    try:
        leadership = Leader("y")
        assert leadership.is_mine()
        leadership.give_up()
    finally:
        del options["keepalives_idle"]
