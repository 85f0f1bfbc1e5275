"""Whoever texts faster than they can read is answered together, a moment later."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.accounts.models import User
from apps.sms import lanes, router, web
from apps.sms.knobs import pace
from apps.sms.models import InboundText, Lane, OutboundText, RouterConfig, Turn
from apps.sms.worker import drain
from tests.sms.conftest import BOB, STRANGER, text, work

pytestmark = pytest.mark.django_db(transaction=True)
MOST = 5


@pytest.fixture(autouse=True)
def slow(transactional_db: None) -> None:
    key = pace.ANSWERS_A_MINUTE.key
    RouterConfig.objects.filter(config_key=key).update(config_value=MOST)
    assert router.value(pace.ANSWERS_A_MINUTE) == MOST


def chatter(start: datetime, times: int, **of: str) -> None:
    """A text each two seconds, worked on as it comes."""
    for number in range(times):
        with time_machine.travel(start + timedelta(seconds=2 * number), tick=False):
            text(f"remind me to do thing {number} at 11pm", **of)
            work()


def test_what_comes_faster_is_one_turn_and_nothing_is_lost(alice: User) -> None:
    start = timezone.now()
    chatter(start, MOST + 4)
    assert Turn.objects.count() == MOST
    assert InboundText.objects.filter(turn=None).count() == 4
    # The database goes by a clock of its own.
    Lane.objects.update(due_at=start)
    with time_machine.travel(start + timedelta(seconds=61)):
        work()
    assert Turn.objects.count() == OutboundText.objects.count() == MOST + 1
    assert Turn.objects.latest("id").texts.count() == 4


def test_the_lane_is_due_when_there_is_room_again(alice: User) -> None:
    start = timezone.now()
    chatter(start, MOST + 1)
    lane = Lane.objects.get()
    wait = lane.due_at - start if lane.due_at else timedelta()
    assert timedelta(seconds=59) < wait < timedelta(seconds=62)
    # Nothing turns in circles meanwhile.
    assert drain() == 0


def test_a_reminder_does_not_wait_with_them(alice: User) -> None:
    chatter(timezone.now(), MOST + 1)
    lane = Lane.objects.get()
    soon = timezone.now() + timedelta(seconds=3)
    OutboundText.objects.create(
        lane=lane,
        user=alice,
        kind="reminder",
        number="+12025550101",
        our_number="+1",
        body="milk",
        segments=1,
        next_at=soon,
        request_id="r",
    )
    lease = lanes.claim()
    if lease is None:
        Lane.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        lease = lanes.claim()
    assert lease is not None
    lanes.release(lease)
    lane.refresh_from_db()
    assert lane.due_at == soon


def test_one_persons_haste_slows_nobody_else(alice: User, bob: User) -> None:
    start = timezone.now()
    chatter(start, MOST + 3)
    with time_machine.travel(start + timedelta(seconds=20)):
        text("hello", number=BOB)
        work()
    assert OutboundText.objects.filter(user=bob).count() == 1


def test_a_calm_person_never_waits(alice: User) -> None:
    start = timezone.now()
    for number in range(MOST * 2):
        with time_machine.travel(start + timedelta(seconds=13 * number)):
            text("hello")
            work()
    assert Turn.objects.count() == MOST * 2


def test_strangers_are_held_back_by_how_seldom_they_are_answered(db: None) -> None:
    chatter(timezone.now(), MOST + 2, number=STRANGER)
    assert Turn.objects.count() == MOST + 2
    assert OutboundText.objects.count() == 1


def test_on_the_website_nobody_waits(alice: User) -> None:
    chatter(timezone.now(), MOST)
    for number in range(MOST + 2):
        web.say(alice, f"remind me to do other {number} at 11pm")
        work()
        assert not InboundText.objects.filter(turn=None).exists()
    # And what was written there takes no room from the phone.
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        text("reminders")
        work()
        assert not InboundText.objects.filter(turn=None).exists()
