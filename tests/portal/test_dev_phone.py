"""The simulated phone texts through the real webhook of the running site."""

import re

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.sms import simulator
from apps.sms.models import InboundText, SimulatedLine, SimulatedText
from tests.factories import PhoneNumberFactory
from tests.portal.conftest import ALICE, Worker

PAGE = "/dev/phone/?number=%2B12025550101"


def _play(client: Client, do: str, body: str = "") -> str:
    form = {"number": ALICE, "do": do, "body": body}
    answer = client.post("/dev/phone/play/", form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def _box(page: str) -> str:
    """What stands where a text is typed."""
    found = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", page, re.DOTALL)
    assert found is not None
    return found[1]


def test_a_text_arrives_at_the_webhook_and_is_logged(site: str, alice: User) -> None:
    page = _play(Client(), "send", "hello there")
    text = InboundText.objects.get()
    assert (text.body, text.user_id) == ("hello there", alice.pk)
    assert "hello there" in page
    assert ">200</strong>" in page and "accepted" in page
    assert text.sid[-8:] in page


@pytest.mark.parametrize("word", ["stop", "start", "help"])
def test_the_carrier_answers_its_own_words(site: str, alice: User, word: str) -> None:
    page = _play(Client(), word)
    assert InboundText.objects.get().keyword == word
    assert "opt" in page.split('id="screen"')[1]


def test_a_text_delivered_twice_is_one_text(site: str, alice: User) -> None:
    client = Client()
    _play(client, "send", "hello")
    page = _play(client, "twice")
    assert InboundText.objects.count() == 1
    assert "duplicate, acknowledged" in page


def test_a_bad_signature_is_refused_and_leaves_nothing(site: str, alice: User) -> None:
    page = _play(Client(), "forge", "let me in")
    assert not InboundText.objects.exists()
    assert ">403</strong>" in page and "bad signature, refused" in page


def test_a_carriers_error_is_shown_in_words(alice: User) -> None:
    SimulatedText.objects.create(
        sid="SM1",
        number=ALICE,
        our_number=settings.TWILIO_NUMBER,
        body="hello",
        status="undelivered",
        error_code="30003",
    )
    page = Client().get(PAGE).content.decode()
    assert "error 30003: the phone was off or out of reach" in page


def test_trouble_can_be_asked_for(alice: User) -> None:
    client = Client()
    assert "fails with error 30003" in _play(client, "fail")
    assert "takes 8 s longer" in _play(client, "slow")
    line = SimulatedLine.objects.get(number=ALICE)
    assert (line.carrier_error, line.pause_seconds) == ("30003", 8)


@pytest.mark.parametrize("trouble", ["slow", "fail"])
def test_trouble_takes_the_typed_text_along(
    site: str, alice: User, trouble: str
) -> None:
    page = _play(Client(), trouble, "hello there")
    assert InboundText.objects.get().body == "hello there"
    assert "The answer to this text" in page
    line = SimulatedLine.objects.get(number=ALICE)
    assert line.carrier_error or line.pause_seconds
    assert _box(page) == ""


@pytest.mark.parametrize("do", ["stop", "start", "help", "twice"])
def test_a_button_with_words_of_its_own_leaves_the_typed_ones(
    site: str, alice: User, do: str
) -> None:
    client = Client()
    _play(client, "send", "hello")
    assert _box(_play(client, do, "half a sent")) == "half a sent"
    assert not InboundText.objects.filter(body="half a sent").exists()
    assert _box(client.get(PAGE).content.decode()) == ""


def test_yes_after_stop_is_confirmed_like_start(site: str, alice: User) -> None:
    client = Client()
    _play(client, "stop")
    assert "opted in again" in _play(client, "send", "Yes")
    bodies = [text.body for text in simulator.inbox(ALICE)]
    _play(client, "send", "yes")
    assert [text.body for text in simulator.inbox(ALICE)] == bodies


def test_nothing_to_repeat_says_so(alice: User) -> None:
    assert "Text something first" in _play(Client(), "twice")


def test_a_site_that_does_not_answer_is_said_in_words(
    alice: User, settings: Settings
) -> None:
    settings.LOOPBACK_URL = "http://127.0.0.1:9"
    page = _play(Client(), "send", "hello")
    assert "did not answer" in page
    assert _box(page) == "hello"


def test_a_text_that_is_too_long_is_refused(alice: User) -> None:
    page = _play(Client(), "send", "x" * 1601)
    assert "at most 1,600" in page
    assert _box(page) == "x" * 1601


def test_a_crowd_unfolds_and_the_phone_in_hand_is_in_sight(alice: User) -> None:
    for i in range(12):
        PhoneNumberFactory.create(e164=f"+120255502{i:02}")
    page = Client().get(PAGE).content.decode()
    assert "<summary>8 more</summary>" in page
    assert '<details class="more">' in page
    last = Client().get("/dev/phone/?number=%2B12025550211").content.decode()
    assert '<details class="more" open>' in last


@pytest.mark.parametrize("number", ["hello", "911", "", "+1202555010" + "1" * 30])
def test_what_is_no_number_gives_the_first_phone(alice: User, number: str) -> None:
    page = Client().get("/dev/phone/", {"number": number}).content.decode()
    assert "The phone +1 202 555 0101" in page
    assert 'role="alert"' in page


def test_any_number_can_be_a_stranger(alice: User) -> None:
    page = Client().get("/dev/phone/?number=%2B12025550190").content.decode()
    assert "The phone +1 202 555 0190" in page
    assert "No texts on this phone" in page


def test_the_live_part_answers_nothing_while_nothing_changed(
    site: str, alice: User
) -> None:
    client = Client()
    page = _play(client, "send", "hello")
    version = page.split("&amp;v=")[1].split('"')[0]
    assert client.get(f"{PAGE}&v={version}").status_code == 204
    _play(client, "send", "more")
    part = client.get(f"{PAGE}&v={version}").content.decode()
    assert "more" in part and "<html" not in part


def test_the_reply_shows_its_state_its_segments_and_its_time(
    worker: Worker, alice: User
) -> None:
    client = Client()
    _play(client, "send", "?")
    worker.wait_until(lambda: "delivered" in client.get(PAGE).content.decode())
    screen = client.get(PAGE).content.decode().split('id="screen"')[1]
    assert "Try: remind me" in screen
    assert "segment" in screen and re.search(r"<span>[\d.]+ m?s</span>", screen)
