"""Live means the process answers; ready says what is missing, in time."""

import json
import re
import socket
import threading
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.core import heartbeats
from apps.core.kinds import Queue
from apps.core.models import Heartbeat
from apps.jobs import jobs
from apps.jobs.models import Job
from apps.sms.models import Lane
from tests.jobs.chores import tasks as chores

pytestmark = pytest.mark.django_db(transaction=True)


def ready() -> tuple[int, dict[str, str]]:
    response = Client().get("/health/ready")
    return response.status_code, json.loads(response.content)["checks"]


def test_live_asks_nobody(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert Client().get("/health/live").json() == {"status": "ok"}


def test_ready_when_everything_is_up() -> None:
    heartbeats.beat("beat", *map(heartbeats.worker_of, Queue))
    status, checks = ready()
    assert status == 200
    assert set(checks) == {"database", "redis", "worker", "beat"}
    assert set(checks.values()) == {"ok"}


def test_a_worker_that_never_started_and_a_beat_that_stopped_are_named() -> None:
    heartbeats.beat(*map(heartbeats.worker_of, Queue.values))
    Heartbeat.objects.filter(name="worker:bulk").delete()
    old = timezone.now() - timedelta(seconds=100)
    Heartbeat.objects.filter(name="worker:mail").update(at=old)
    Heartbeat.objects.create(name="beat", at=old)
    status, checks = ready()
    assert status == 503
    assert checks["worker"] == (
        "no worker of bulk has started, the worker of mail was last seen 100 s ago"
    )
    assert checks["beat"].startswith("the beat was last seen 100 s ago")


def test_what_people_need_is_the_database_and_redis_alone(settings: Settings) -> None:
    """No worker and no beat has ever come: pages are there all the same."""
    answer = Client().get("/health/servable")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {"database": "ok", "redis": "ok"}
    assert ready()[0] == 503
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    answer = Client().get("/health/servable", headers={"X-Forwarded-For": "9.9.9.9"})
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "ok", "redis": "down"}


def test_who_comes_through_the_proxy_is_told_no_reason() -> None:
    heartbeats.beat("beat", *map(heartbeats.worker_of, Queue.values))
    Heartbeat.objects.filter(name="worker:bulk").delete()
    response = Client().get("/health/ready", headers={"X-Forwarded-For": "9.9.9.9"})
    assert response.status_code == 503
    assert response.json()["checks"] == {
        **{"database": "ok", "redis": "ok", "beat": "ok"},
        "worker": "down",
    }


def test_redis_away_is_told(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    status, checks = ready()
    assert status == 503
    assert checks["redis"] == "not reachable (ConnectionError)"
    assert checks["database"] == "ok"
    assert "9" not in checks["redis"]


def test_a_server_that_never_answers_costs_two_seconds_at_most(
    settings: Settings,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        started = time.monotonic()
        status, checks = ready()
        assert time.monotonic() - started < 3
    assert status == 503
    assert checks["redis"] != "ok"


def test_signs_of_life_are_counted_for_prometheus() -> None:
    heartbeats.beat("beat", "worker:mail")
    page = Client().get("/metrics").content.decode()
    for name in ("beat", "worker:mail"):
        said = rf'switchboard_heartbeat_age_seconds{{name="{name}"}} ([\d.e-]+)'
        # In seconds; how many pass between the two lines above is the machine's affair.
        (age,) = re.findall(said, page)
        assert 0 <= float(age) < heartbeats.DEAD_AFTER_SECONDS * 4


def test_how_long_texts_and_jobs_wait_is_told_to_prometheus() -> None:
    """Also where no worker ever takes one up, and so counts nothing."""

    def told(name: str) -> float:
        page = Client().get("/metrics").content.decode()
        (found,) = re.findall(
            rf"^switchboard_{re.escape(name)} ([\d.e-]+)$", page, re.MULTILINE
        )
        return float(found)

    job = 'job_oldest_seconds{queue="messages"}'
    names = ("sms_untaken_seconds", "sms_unanswered_seconds", job)
    assert [told(name) for name in names] == [0, 0, 0]
    ago = timezone.now() - timedelta(seconds=400)
    lane = Lane.objects.create(key="n:+12025550123", due_at=ago)
    jobs.enqueue(chores.note, "late", queue=Queue.MESSAGES)
    Job.objects.update(due_at=ago)
    for name in names:
        assert 400 <= told(name) < 500
    # One works in it, or hangs.
    lane.lease_until = timezone.now() + timedelta(seconds=99)
    lane.save()
    assert told("sms_untaken_seconds") == 0
    assert told("sms_unanswered_seconds") >= 400
    # A worker that is gone.
    lane.lease_until = ago
    lane.save()
    assert told("sms_untaken_seconds") >= 400


def test_a_worker_that_never_came_counts_as_silent() -> None:
    """Since the installation, as beat does; what only shows how far sums are, never."""
    heartbeats.beat("worker:mail", "analytics.drain")
    page = Client().get("/metrics").content.decode()
    told = re.findall(r'switchboard_heartbeat_age_seconds{name="([^"]+)"}', page)
    assert set(told) == {"beat", *map(heartbeats.worker_of, Queue)}


def test_health_is_for_reading() -> None:
    assert Client().post("/health/ready").status_code == 405
    assert Client().post("/health/servable").status_code == 405


def test_many_at_once_leave_no_threads_behind() -> None:
    before = threading.active_count()
    for _ in range(5):
        ready()
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert threading.active_count() <= before
