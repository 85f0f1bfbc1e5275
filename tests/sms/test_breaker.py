"""An account that is not let in knocks now and then, not with every text."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.sms import breaker
from apps.sms.models import OutboundText
from tests.sms.conftest import BOB, text, work
from tests.sms.test_alerts import firing
from tests.sms.test_answered import later
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_text_finds_out_and_the_others_wait(
    alice: User, bob: User, twilio: TwilioServer
) -> None:
    twilio.behave(401)
    text("?")
    text("?", number=BOB)
    work()
    assert twilio.posts == 1 and twilio.sent == []
    assert "sms.account" in firing()
    waiting = OutboundText.objects.filter(state="queued")
    assert waiting.count() == 2
    assert all(each.next_at > timezone.now() for each in waiting)
    assert {each.attempts for each in waiting} == {0, 1}


def test_the_first_text_that_is_taken_ends_it(
    alice: User, bob: User, twilio: TwilioServer
) -> None:
    twilio.behave(401, "20003")
    text("?")
    text("?", number=BOB)
    work()
    for _ in range(2):
        later(1)
        work()
    assert len(twilio.sent) == 2 and twilio.posts == 4
    assert breaker.pause() == timedelta()


def test_the_pause_grows_and_stays_within_bounds(db: None) -> None:
    seen = []
    for _ in range(9):
        breaker.trip("401")
        seen.append(round(breaker.pause().total_seconds()))
    assert seen == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    breaker.mend()
    breaker.trip("401")
    assert round(breaker.pause().total_seconds()) == 5
    breaker.mend()


def test_trouble_with_one_number_stops_nobody_else(
    alice: User, bob: User, twilio: TwilioServer
) -> None:
    twilio.behave("21614", 429)
    text("?")
    text("?", number=BOB)
    work()
    assert breaker.pause() == timedelta()
