"""The bell: one ring for many texts, none that fails a request."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.core.redis import connection
from apps.sms import bell, worker
from apps.sms.models import Lane, Turn
from tests.sms.conftest import ALICE, BOB, text
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


def rings() -> int:
    """Messages that wait for a worker. Celery prefixes its list."""
    return int(connection().llen("celery:messages"))


def wait_for_rings(count: int) -> None:
    deadline = time.monotonic() + 10
    while rings() < count and time.monotonic() < deadline:
        time.sleep(0.01)
    assert rings() == count


def test_many_texts_ring_once_until_somebody_is_up() -> None:
    assert all(bell.ring_now() for _ in range(5))
    assert rings() == 1
    bell.answer()
    assert bell.ring_now()
    assert rings() == 2


def test_a_text_rings_by_itself(alice: User) -> None:
    text("?")
    wait_for_rings(1)


def test_without_redis_a_text_is_taken_all_the_same(
    alice: User, twilio: TwilioServer, settings: Settings
) -> None:
    alive = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert text("?").status_code == 200
    assert not bell.ring_now()
    bell.answer()
    assert worker.drain() == 1
    settings.REDIS_URL = alive
    assert len(twilio.bodies(ALICE)) == 1


def test_a_lane_that_failed_is_tried_again_later(
    alice: User, settings: Settings
) -> None:
    settings.SMS_GATEWAY = "nowhere"
    text("?")
    assert worker.drain() == 1
    lane = Lane.objects.get()
    assert lane.due_at and lane.lease_until is None
    assert Turn.objects.get().finished_at


def test_work_that_outlasts_a_round_rings_for_the_next(
    alice: User, twilio: TwilioServer, settings: Settings
) -> None:
    text("?")
    wait_for_rings(1)
    seconds, worker.DRAIN_SECONDS = worker.DRAIN_SECONDS, 0.0
    try:
        assert worker.drain() == 0
    finally:
        worker.DRAIN_SECONDS = seconds
    wait_for_rings(2)
    assert worker.drain() == 1


def test_one_timer_serves_all_lanes_that_wait(
    alice: User, twilio: TwilioServer
) -> None:
    twilio.busy_for.add(ALICE)
    text("?")
    wait_for_rings(1)
    worker.drain()
    before = asked()
    for _ in range(20):
        Lane.objects.update(due_at=timezone.now() + timedelta(seconds=3))
        worker.drain()
    assert asked() - before <= 2


def asked() -> int:
    """Drains that were asked for and not begun, now or at their time."""
    return rings() + int(connection().zcard("celery:unacked_index"))


def test_a_backlog_wakes_a_second_worker(
    alice: User, bob: User, twilio: TwilioServer
) -> None:
    """Its texts may have come long ago, and whoever comes up rings once."""
    text("?")
    text("?", number=BOB)
    wait_for_rings(1)
    assert worker.drain() == 2
    wait_for_rings(2)
