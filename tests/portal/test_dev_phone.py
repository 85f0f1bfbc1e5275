"""The simulated phone texts through the real webhook of the running site."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.sms.models import InboundText, SimulatedLine
from tests.portal.conftest import ALICE, Worker

PAGE = "/dev/phone/?number=%2B12025550101"


def _play(client: Client, do: str, body: str = "") -> str:
    form = {"number": ALICE, "do": do, "body": body}
    answer = client.post("/dev/phone/play/", form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


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


def test_trouble_can_be_asked_for(alice: User) -> None:
    client = Client()
    assert "fails with error 30003" in _play(client, "fail")
    assert "takes 8 s longer" in _play(client, "slow")
    line = SimulatedLine.objects.get(number=ALICE)
    assert (line.carrier_error, line.pause_seconds) == ("30003", 8)


def test_nothing_to_repeat_says_so(alice: User) -> None:
    assert "Text something first" in _play(Client(), "twice")


def test_a_site_that_does_not_answer_is_said_in_words(
    alice: User, settings: Settings
) -> None:
    settings.LOOPBACK_URL = "http://127.0.0.1:9"
    assert "did not answer" in _play(Client(), "send", "hello")


def test_a_text_that_is_too_long_is_refused(alice: User) -> None:
    assert "at most 1,600" in _play(Client(), "send", "x" * 1601)


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
