"""What waited is answered with a word about it; what waited too long is not acted upon."""

from datetime import timedelta

import pytest
import time_machine

from apps.assistant import answering
from apps.assistant.models import Reminder
from apps.sms.composer import count
from tests.assistant.conftest import Phone
from tests.assistant.factories import InboundTextFactory, TurnFactory

LATE = "This is late: I could not answer when your text came (Mon 23 Nov, 9:00 AM)."


def said(
    phone: Phone, *bodies: str, waited: timedelta, clock: time_machine.Traveller
) -> str:
    """Texts of now, worked on after a while."""
    turn = TurnFactory.create(user=phone.user)
    texts = [InboundTextFactory.create(turn=turn, body=body) for body in bodies]
    clock.shift(waited)
    return answering.answer(turn, texts).body


def test_soon_is_not_late(alice: Phone, clock: time_machine.Traveller) -> None:
    body = said(alice, "hello", waited=timedelta(minutes=9), clock=clock)
    assert "late" not in body


def test_an_answer_after_hours_says_that_it_is_late(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    body = said(
        alice, "remind me to call Ana at 6pm", waited=timedelta(hours=3), clock=clock
    )
    first, second = body.split("\n", 1)
    assert first == LATE and "call Ana" in second
    assert Reminder.objects.get().user == alice.user and count(body).segments <= 2


@pytest.mark.parametrize("number", [1, 2])
def test_after_a_day_nothing_is_done_and_that_is_said(
    alice: Phone, clock: time_machine.Traveller, number: int
) -> None:
    bodies = ["remind me to call Ana in 3 days"] * number
    body = said(alice, *bodies, waited=timedelta(hours=25), clock=clock)
    assert "did nothing" in body and "Mon 23 Nov, 9:00 AM" in body
    assert ("texts since" in body) == (number == 2)
    assert not Reminder.objects.exists()
    assert count(body).encoding == "GSM-7" and count(body).segments == 1


def test_what_came_later_is_done_beside_it(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    turn = TurnFactory.create(user=alice.user)
    old = InboundTextFactory.create(turn=turn, body="remind me to call Ana in 3 days")
    clock.shift(timedelta(hours=25))
    new = InboundTextFactory.create(turn=turn, body="remind me to call Bo at 6pm")
    body = answering.answer(turn, [old, new]).body
    assert "did nothing" in body and "call Bo" in body
    assert [reminder.text for reminder in Reminder.objects.all()] == ["call Bo"]
