"""The simulator plays phones and a carrier through the real webhooks."""

import io
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from apps.core.errors import Forbidden, OutsideFailure
from apps.sms import gateway, simulator
from apps.sms.models import (
    InboundText,
    Keyword,
    OutboundText,
    SimulatedText,
    Turn,
)
from tests.sms.conftest import ALICE, STRANGER, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def site(live_server: LiveServer, settings: Settings) -> Iterator[str]:
    settings.LOOPBACK_URL = live_server.url
    yield live_server.url


def carry() -> None:
    """What the worker does with the carrier's news."""
    for text in SimulatedText.objects.filter(status="queued"):
        simulator.deliver(text.pk)


def test_a_text_goes_through_the_signed_webhook_and_comes_back(alice: User) -> None:
    exchange = simulator.text(number=ALICE, body="remind me to nap tomorrow at 9")
    assert exchange.status == 200
    work()
    (reply,) = simulator.inbox(ALICE)
    assert "nap" in reply.body and reply.milliseconds is not None
    carry()
    assert OutboundText.objects.get().delivery == "delivered"
    assert simulator.inbox(ALICE)[0].status == "delivered"
    assert simulator.inbox(ALICE, after=reply.id) == []


def test_a_bad_signature_is_refused(alice: User) -> None:
    refused = simulator.text(number=ALICE, body="hi", good_signature=False)
    assert refused.status == 403
    assert not InboundText.objects.exists()


def test_a_duplicate_is_one_text(alice: User) -> None:
    first = simulator.text(number=ALICE, body="hi")
    again = simulator.text(number=ALICE, body="hi", sid=first.sid)
    assert (again.status, again.sid) == (200, first.sid)
    assert InboundText.objects.count() == 1


def test_the_carrier_error_asked_for_happens_once(alice: User) -> None:
    simulator.fail_next(ALICE, "30003")
    for _ in range(2):
        simulator.text(number=ALICE, body="?")
        work()
        carry()
    first, second = OutboundText.objects.order_by("id")
    assert (first.delivery, first.error_code) == ("undelivered", "30003")
    assert second.delivery == "delivered"


def test_the_carrier_answers_stop_and_we_do_not(alice: User) -> None:
    simulator.text(number=ALICE, body="STOP")
    work()
    (answer,) = simulator.inbox(ALICE)
    assert answer.body == simulator.CARRIER_ANSWERS[Keyword.STOP]
    assert not OutboundText.objects.exists()


def test_the_simulated_carrier_refuses_who_opted_out(alice: User) -> None:
    simulator.text(number=ALICE, body="STOP")
    draft = gateway.Draft(ALICE, "+12025550100", "hello", "")
    with pytest.raises(gateway.Refused, match="21610"):
        gateway.current().send(draft)


def test_beside_a_real_gateway_the_simulator_is_off(
    alice: User, settings: Settings
) -> None:
    assert simulator.is_on()
    settings.SMS_GATEWAY = "twilio"
    assert not simulator.is_on()
    with pytest.raises(Forbidden):
        simulator.text(number=ALICE, body="as anybody")
    assert Client().get("/dev/phone/").status_code == 404


def test_the_assistant_is_slow_when_asked_to_be(alice: User) -> None:
    simulator.pause_next(ALICE, 1)
    simulator.text(number=ALICE, body="?")
    work()
    turn = Turn.objects.get()
    assert turn.finished_at
    assert (turn.finished_at - turn.started_at).total_seconds() >= 1


def test_media_can_be_sent(alice: User) -> None:
    simulator.text(number=ALICE, body="", num_media=2)
    assert len(InboundText.objects.get().media) == 2


def test_nobody_listening_is_told(settings: Settings) -> None:
    settings.LOOPBACK_URL = "http://127.0.0.1:9"
    with pytest.raises(OutsideFailure):
        simulator.text(number=ALICE, body="hi")
    with pytest.raises(CommandError, match="Is the site running"):
        call_command("text", ALICE, "hi")


def test_the_command_prints_no_reply_when_there_is_none(alice: User) -> None:
    out = io.StringIO()
    call_command("text", ALICE, "hello", wait=0.1, stdout=out)
    assert out.getvalue() == "(no reply)\n"


def test_the_command_prints_the_reply(alice: User) -> None:
    out = io.StringIO()
    simulator.text(number=STRANGER, body="hello")
    call_command("text", ALICE, "STOP", stdout=out)
    assert out.getvalue().strip() == simulator.CARRIER_ANSWERS[Keyword.STOP]


@pytest.mark.parametrize("sender", ["nobody!", "+1", "123-"])
def test_the_command_refuses_what_is_no_number(sender: str) -> None:
    with pytest.raises(CommandError, match="not a phone number|number in digits"):
        call_command("text", sender, "hi")


def test_the_command_wants_words() -> None:
    with pytest.raises(CommandError, match="Say what to text"):
        call_command("text", ALICE)
