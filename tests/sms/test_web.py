"""What is written on the website goes the way of a text, without a carrier or a cost."""

import pytest
from django.db import connection

from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.sms import auditor, web
from apps.sms.models import Charge, Delta, InboundText, OutboundText, Turn
from tests.sms.conftest import text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "remind me tomorrow at 9 to " + "call everybody " * 15


def test_it_is_answered_there_and_no_carrier_hears_of_it(
    alice: User, twilio: TwilioServer
) -> None:
    web.say(alice, "remind me to call Ana tomorrow at 9")
    work()
    turn = Turn.objects.get()
    assert (turn.is_web, turn.user) == (True, alice)
    reply = OutboundText.objects.get()
    assert reply.body.startswith("Reminder set: call Ana")
    assert (reply.state, reply.delivery, reply.turn) == ("sent", "delivered", turn)
    assert not twilio.sent
    assert not Charge.objects.exists()
    assert not Delta.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sms_usage_logs")
        assert cursor.fetchone() == (0,)


def test_order_holds_between_the_website_and_the_phone(
    alice: User, bob: User, twilio: TwilioServer
) -> None:
    text("remind me to call Ana tomorrow at 9")
    web.say(alice, "remind me to call Bob tomorrow at 10")
    web.say(bob, "reminders")
    text("reminders")
    work()
    said = list(OutboundText.objects.filter(user=alice).order_by("turn_id"))
    assert [each.our_number == "web" for each in said] == [False, True, False]
    assert "1) call Ana" in said[2].body and "2) call Bob" in said[2].body
    day = auditor.count(InboundText.objects.earliest("id").received_at.date())
    assert (day.texts, day.lost, day.doubled, day.unordered) == (4, 0, 0, 0)


def test_no_answer_waits_behind_more(alice: User, twilio: TwilioServer) -> None:
    for number in range(30):
        web.say(alice, f"remind me to see person {number} tomorrow at 9")
    web.say(alice, "reminders")
    work()
    answer = OutboundText.objects.filter(user=alice).latest("id").body
    assert "30) see person" in answer and "MORE" not in answer


@pytest.mark.parametrize("words", ["", "  \n", "\0", "x" * (web.LONGEST + 1)])
def test_what_says_nothing_or_too_much_is_refused(alice: User, words: str) -> None:
    with pytest.raises(Invalid):
        web.say(alice, words)
    assert not InboundText.objects.exists()


@pytest.mark.parametrize("words", ["STOP", "LINK ABC-123", "HELP"])
def test_words_for_a_carrier_are_only_words_here(
    alice: User, twilio: TwilioServer, words: str
) -> None:
    web.say(alice, words)
    work()
    assert OutboundText.objects.get().turn is not None
    text("reminders")
    work()
    assert OutboundText.objects.count() == 2


def test_a_closed_or_frozen_account_is_done_nothing_for(
    alice: User, twilio: TwilioServer
) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    web.say(alice, "remind me to call Ana tomorrow at 9")
    work()
    assert Turn.objects.get().silence == "inactive"
    assert not OutboundText.objects.exists()
