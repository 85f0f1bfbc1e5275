"""A text is proven, stored once, and only then acknowledged."""

import base64
import json
import threading
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from pytest_django import Settings
from twilio.request_validator import RequestValidator

from apps.accounts.models import User
from apps.sms import signing
from apps.sms.models import InboundText, OptOut, Tombstone, Turn
from tests.sms.conftest import ALICE, BOB, form, post, sid, text, work

SMS = "/webhooks/twilio/sms/"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    # Every answer goes out by Twilio's REST on loopback.
    pytest.mark.usefixtures("twilio"),
]


def test_a_text_is_stored_and_acknowledged_with_empty_twiml(alice: User) -> None:
    response = text("remind me to call Ana")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/xml"
    assert response.content.endswith(b"<Response/>")
    stored = InboundText.objects.get()
    assert (stored.user, stored.number, stored.body) == (
        alice,
        ALICE,
        "remind me to call Ana",
    )
    assert stored.request_id == response["X-Request-ID"]


def test_what_stores_a_text_is_planned_once(alice: User) -> None:
    post(SMS, form())
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        assert [row for row in cursor.fetchall() if "sms_receive" in row[0]]


@pytest.mark.parametrize("path", [SMS, "/webhooks/twilio/fallback/"])
def test_the_fallback_takes_the_same_text_once(alice: User, path: str) -> None:
    fields = form("hello")
    assert post(path, fields).status_code == 200
    assert post("/webhooks/twilio/fallback/", fields).status_code == 200
    assert InboundText.objects.count() == 1


def test_twilio_itself_accepts_our_signature() -> None:
    fields = form("Grüße & 100 % 🙂", Extra="")
    url = settings.PUBLIC_URL + SMS
    ours = signing.signature(url, fields.items(), "token")
    assert RequestValidator("token").validate(url, fields, ours)


def test_twenty_at_once_are_one_text_and_all_are_acknowledged(alice: User) -> None:
    fields, codes = form("once"), []
    barrier = threading.Barrier(20)

    def call() -> None:
        from django.db import connection

        barrier.wait()
        codes.append(post(SMS, fields).status_code)
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 20
    work()
    assert InboundText.objects.count() == Turn.objects.count() == 1


def test_the_same_text_months_later_is_not_answered_again(alice: User) -> None:
    fields = form("once")
    post(SMS, fields)
    work()
    Turn.objects.all().delete()
    InboundText.objects.all().delete()  # what a retention would do
    assert post(SMS, fields).status_code == 200
    assert not InboundText.objects.exists()
    assert Tombstone.objects.count() == 1


@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "wrong"},
        {"X-Twilio-Signature": "💥"},
        {"X-Twilio-Signature": base64.b64encode(b"x" * 20).decode()},
        {"X-Twilio-Signature": "a" * 10_000},
        {"X-Twilio-Signature": "\x00"},
    ],
)
def test_a_bad_signature_is_403_and_leaves_nothing(
    alice: User, proof: dict[str, str]
) -> None:
    response = Client().post(
        SMS,
        urlencode(form()),
        content_type="application/x-www-form-urlencoded",
        headers=proof,
    )
    assert response.status_code == 403
    assert response.content == b""
    assert not InboundText.objects.exists() and not Tombstone.objects.exists()


def test_one_changed_field_breaks_the_proof(alice: User) -> None:
    fields = form("send 10")
    proof = signing.signature(
        settings.PUBLIC_URL + SMS, fields.items(), signing.tokens()[0]
    )
    fields["Body"] = "send 1000"
    response = Client().post(
        SMS,
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": proof},
    )
    assert response.status_code == 403


def test_the_host_header_plays_no_part(alice: User) -> None:
    fields = form()
    forged = signing.signature(f"https://evil.example{SMS}", fields.items(), "guess")
    response = Client().post(
        SMS,
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": forged, "Host": "evil.example"},
    )
    assert response.status_code == 403


def test_two_tokens_are_good_while_one_is_rotated(
    alice: User, settings: Settings
) -> None:
    settings.TWILIO_AUTH_TOKEN = "new-token,old-token"
    assert post(SMS, form(), token="old-token").status_code == 200
    assert post(SMS, form(), token="new-token").status_code == 200
    assert post(SMS, form(), token="other").status_code == 403


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", json.dumps({"Body": "hi"}), 415),
        ("", "Body=hi", 415),
        ("multipart/form-data; boundary=x", "--x--", 415),
        ("application/x-www-form-urlencoded", "Body=" + "x" * 70_000, 413),
        ("application/x-www-form-urlencoded", "&".join(["a=b"] * 1_500), 400),
    ],
)
def test_what_is_not_a_form_of_twilios_is_refused(
    db: None, content_type: str, body: str, status: int
) -> None:
    response = Client().generic("POST", SMS, body, content_type=content_type)
    assert response.status_code == status
    assert not InboundText.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
@pytest.mark.parametrize("which", ["sms", "status", "fallback"])
def test_only_post_is_taken(db: None, method: str, which: str) -> None:
    response = getattr(Client(), method)(f"/webhooks/twilio/{which}/")
    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"
    assert response["Allow"] == "POST"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "x" * 1600,
        "🙂" * 100,
        "مرحبا، ذكرني غدا",
        "‮right-to-left override",
        "line\nbreak\r\nand\ttab",
        "\u0301 starts with an accent",
    ],
)
def test_any_body_is_stored_as_it_came_and_answered(alice: User, body: str) -> None:
    assert text(body).status_code == 200
    assert InboundText.objects.get().body == body
    work()
    assert Turn.objects.get().reply.body


def test_nul_is_taken_out_and_broken_bytes_become_marks(alice: User) -> None:
    text("call\x00 Ana")
    assert InboundText.objects.get().body == "call Ana"


def test_only_media_is_stored_and_answered(alice: User) -> None:
    media = {
        "NumMedia": "1",
        "MediaUrl0": "https://api.twilio.com/x",
        "MediaContentType0": "image/png",
    }
    assert text("", **media).status_code == 200
    stored = InboundText.objects.get()
    assert stored.media == [
        {"url": "https://api.twilio.com/x", "content_type": "image/png"}
    ]
    work()
    assert Turn.objects.get().reply.body


def test_a_lone_surrogate_and_nul_anywhere_are_no_defect(alice: User) -> None:
    assert text("a\x00b", ToCity="\x00", OptOutType="\x00").status_code == 200
    fields = {"MessageSid": "SM\x00", "MessageStatus": "sent", "ErrorCode": "\x00"}
    assert post("/webhooks/twilio/status/?m=x", fields).status_code == 204


@pytest.mark.parametrize("count", ["9" * 5000, "-1", "x", "9" * 50, "", "١"])
def test_an_odd_media_count_is_no_defect(alice: User, count: str) -> None:
    assert text("hi", NumMedia=count).status_code == 200
    assert InboundText.objects.count() == 1


def test_a_signed_form_without_sender_is_acknowledged_not_stored(db: None) -> None:
    fields = form()
    del fields["From"]
    assert post(SMS, fields).status_code == 200
    assert not InboundText.objects.exists()


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Stop ", "UNSUBSCRIBE", "cancel", "StopAll", "optout"]
)
def test_stop_counts_before_the_acknowledgement_and_is_never_answered(
    alice: User, word: str
) -> None:
    text(word)
    assert OptOut.objects.get().is_out
    work()
    assert Turn.objects.get().silence == Turn.Silence.KEYWORD
    text("hello?")
    work()
    assert Turn.objects.latest("id").silence == Turn.Silence.OPTED_OUT


@pytest.mark.parametrize("word", ["START", "unstop", "Yes"])
def test_start_resumes(alice: User, word: str) -> None:
    text("STOP")
    text(word)
    assert not OptOut.objects.get().is_out
    text("?")
    work()
    assert Turn.objects.latest("id").reply.body


def test_yes_is_an_answer_unless_opted_out(alice: User) -> None:
    text("yes")
    work()
    assert InboundText.objects.get().keyword == ""
    assert Turn.objects.get().reply.body


@pytest.mark.parametrize("word", ["HELP", "info"])
def test_bare_help_is_the_carriers(alice: User, word: str) -> None:
    text(word)
    work()
    assert Turn.objects.get().silence == Turn.Silence.KEYWORD


def test_stop_in_a_sentence_is_for_the_assistant(alice: User) -> None:
    text("stop the timer please")
    work()
    assert not OptOut.objects.exists()
    assert Turn.objects.get().reply.body


def test_twilios_own_verdict_on_a_keyword_wins(alice: User) -> None:
    text("ARRET", OptOutType="STOP")
    assert OptOut.objects.get().is_out


def test_stop_of_one_person_is_not_anothers(alice: User, bob: User) -> None:
    text("STOP")
    text("?", number=BOB)
    work()
    assert Turn.objects.get(user=bob).reply.body


def test_several_texts_are_taken_together_in_order(alice: User) -> None:
    for body in ("one", "two", "three"):
        text(body)
    work()
    turn = Turn.objects.get()
    assert [t.body for t in turn.texts.order_by("id")] == ["one", "two", "three"]


def test_a_short_code_is_stored_and_never_answered(db: None) -> None:
    text("Your parcel is here", number="72345", MessageSid=sid())
    work()
    assert Turn.objects.get().silence == Turn.Silence.NOT_A_PERSON
