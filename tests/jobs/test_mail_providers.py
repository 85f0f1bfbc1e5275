"""Mail through a provider, and what it tells of bounces and complaints."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from pytest_django import Settings

from apps.jobs import mail, suppressions
from apps.jobs.models import Job, Letter, Suppression
from config import checks
from config import mail as config
from config.env import Env
from tests import post
from tests.jobs import provider_server
from tests.jobs.provider_server import TAKEN, TO, Provider

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # Of SendGrid, which its maintainers cannot try any more; we do, below.
    pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning"),
]
SECRET = "hooks:four-grey-herons"
ADDRESSES = {
    "brevo": "brevo://key-1@",
    "mailgun": "mailgun://key-1@mg.example.com",
    "mailjet": "mailjet://key-1:secret-1@",
    "postmark": "postmark://key-1@",
    "resend": "resend://key-1@",
    "sendgrid": "sendgrid://key-1@",
}


@pytest.fixture(params=list(config.PROVIDERS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def use(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    **variables: str,
) -> None:
    """As if the site had been started with these."""
    monkeypatch.setenv("EMAIL_URL", address)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    before = len(Env.mistakes)
    for setting, value in config.settings(Env(), seconds=1).items():
        setattr(settings, setting, value)
    assert Env.mistakes[before:] == []


@pytest.fixture
def provider(
    name: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Provider]:
    with provider_server.running(name) as made:
        address = f"{ADDRESSES[name]}?api_url={made.url}"
        use(settings, monkeypatch, address, EMAIL_WEBHOOK_SECRET=SECRET)
        yield made


def write(to: str = TO) -> None:
    letter = EmailMultiAlternatives("Hello", "Your code is ABCD-1234", to=[to])
    letter.attach_alternative("<p>ABCD-1234</p>", "text/html")
    mail.post(letter, name="hello")


def only() -> Letter:
    return Letter.objects.get()


# --- handing over ----------------------------------------------------------------------


def test_each_takes_a_letter_and_its_name_for_it_is_kept(
    provider: Provider, name: str
) -> None:
    write()
    post.send()
    letter = only()
    assert (letter.state, letter.reason) == ("sent", "")
    assert letter.provider_id == TAKEN[name][1] or name == "sendgrid"
    assert letter.provider_id
    ((_, body),) = provider.asked
    assert "ABCD-1234" in body


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_what_is_not_about_the_letter_is_tried_again(
    provider: Provider, name: str, status: int
) -> None:
    provider.status, provider.answer = status, {"message": f"not for {TO}"}
    write()
    post.send()
    letter, job = only(), Job.objects.get()
    assert (letter.state, job.state) == ("queued", "waiting")
    assert str(status) in letter.reason and TO not in letter.reason
    assert job.error == f"http_{status}"


def test_what_is_about_the_letter_is_not(provider: Provider, name: str) -> None:
    provider.status, provider.answer = 400, {"message": "no"}
    write()
    post.send()
    assert (only().state, only().sealed) == ("refused", "")


def test_a_provider_that_is_away_loses_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(settings, monkeypatch, "postmark://k@?api_url=http://127.0.0.1:9/")
    write()
    post.send()
    assert only().state == "queued" and Job.objects.get().state == "waiting"


# --- the address -----------------------------------------------------------------------


def mistakes(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    before = len(Env.mistakes)
    try:
        config.settings(Env(), seconds=1)
        return " ".join(Env.mistakes[before:])
    finally:
        del Env.mistakes[before:]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mailgun://key-1@", "it takes mailgun://KEY@DOMAIN."),
        ("postmark://", "it takes postmark://KEY@."),
        ("mailjet://key-1@", "it takes mailjet://KEY:SECRET@."),
        ("pigeon://key-1@", "begins with smtp://"),
    ],
)
def test_an_address_that_lacks_something_says_what(
    monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    assert words in mistakes(monkeypatch, EMAIL_URL=address)


def test_proofs_that_cannot_be_used_are_mistakes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = mistakes(
        monkeypatch,
        EMAIL_URL="postmark://key-1@",
        EMAIL_WEBHOOK_SECRET="no-colon",
        EMAIL_WEBHOOK_SIGNING_KEY="key",
    )
    assert "takes name:password" in said and "postmark does not sign" in said


def test_secrets_may_hold_what_an_address_may_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EMAIL_URL", "mailjet://a%2Fb:c%40d@")
    told = config.settings(Env(), seconds=1)["ANYMAIL"]
    assert (told["MAILJET_API_KEY"], told["MAILJET_SECRET_KEY"]) == ("a/b", "c@d")


# --- webhooks --------------------------------------------------------------------------

MAILGUN = {"recipient": TO, "timestamp": 1.5, "message": {"headers": {}}}


def told(name: str, what: str, message_id: str) -> Any:
    """A hard bounce, a soft one or a complaint, as each provider writes it."""
    plain = message_id.strip("<>")
    mailgun = {**MAILGUN, "message": {"headers": {"message-id": plain}}}
    postmark = {"MessageID": message_id, "Email": TO, "ID": 5, "Type": "HardBounce"}
    brevo = {"email": TO, "message-id": message_id, "ts_epoch": 1604933654000}
    mailjet = {"email": TO, "MessageID": message_id, "time": 1430812195}
    resend = {"created_at": "2026-11-22T23:41:12.126Z"}
    re_data = {"email_id": message_id, "to": [TO], "headers": []}
    sendgrid = {"email": TO, "anymail_id": message_id, "timestamp": 1461095246}
    said = "The recipient's email provider sent a bounce message"
    events: dict[str, dict[str, Any]] = {
        "mailgun": {
            "hard": {**mailgun, "event": "failed", "severity": "permanent"}
            | {"reason": "bounce", "delivery-status": {"message": "no such user"}},
            "soft": {**mailgun, "event": "failed", "severity": "temporary"},
            "spam": {**mailgun, "event": "complained"},
        },
        "postmark": {
            "hard": {**postmark, "RecordType": "Bounce"},
            "soft": {**postmark, "RecordType": "Bounce", "Type": "SoftBounce"},
            "spam": {**postmark, "RecordType": "SpamComplaint"}
            | {"Type": "SpamComplaint"},
        },
        "brevo": {
            "hard": {**brevo, "event": "hard_bounce"},
            "soft": {**brevo, "event": "soft_bounce"},
            "spam": {**brevo, "event": "spam"},
        },
        "mailjet": {
            "hard": {**mailjet, "event": "bounce", "hard_bounce": True}
            | {"error": "user unknown"},
            "soft": {**mailjet, "event": "bounce", "hard_bounce": False}
            | {"error": "quota exceeded"},
            "spam": {**mailjet, "event": "spam", "source": "JMRPP"},
        },
        "resend": {
            "hard": {**resend, "type": "email.bounced"}
            | {"data": {**re_data, "bounce": {"type": "Permanent", "message": said}}},
            "soft": {**resend, "type": "email.bounced"}
            | {"data": {**re_data, "bounce": {"type": "Transient", "message": said}}},
            "spam": {**resend, "type": "email.complained", "data": re_data},
        },
        "sendgrid": {
            "hard": [{**sendgrid, "event": "bounce", "type": "bounce"}],
            "soft": [{**sendgrid, "event": "bounce", "type": "blocked"}],
            "spam": [{**sendgrid, "event": "spamreport"}],
        },
    }
    found = events[name][what]
    return (
        {"signature": mailgun_signed(), "event-data": found}
        if (name == "mailgun")
        else found
    )


def mailgun_signed(key: str = "key-1", *, hours: float = 0) -> dict[str, str]:
    at, token = f"{time.time() - hours * 3_600:.0f}", secrets.token_hex(25)
    proof = hmac.new(key.encode(), (at + token).encode(), hashlib.sha256).hexdigest()
    return {"timestamp": at, "token": token, "signature": proof}


def call(name: str, body: Any, secret: str = SECRET, **headers: str) -> Any:
    proof = base64.b64encode(secret.encode()).decode()
    return Client().post(
        f"/webhooks/mail/{name}/tracking/",
        body if isinstance(body, str) else json.dumps(body),
        content_type="application/json",
        headers={"authorization": f"Basic {proof}", **headers},
    )


def sent() -> Letter:
    write()
    post.send()
    return only()


def test_a_bounce_for_good_stops_the_next_letter(provider: Provider, name: str) -> None:
    letter = sent()
    for _ in range(3):
        answer = call(name, told(name, "hard", letter.provider_id))
        assert answer.status_code == 204, answer.content
    assert only().state == "bounced"
    assert Suppression.objects.get().why == "bounce"
    write(TO.title())
    post.send()
    second = Letter.objects.latest("pk")
    assert second.state == "refused" and second.reason.startswith("Not written to")
    assert len(provider.asked) == 1


def test_a_bounce_that_may_pass_stops_nothing(provider: Provider, name: str) -> None:
    letter = sent()
    assert call(name, told(name, "soft", letter.provider_id)).status_code == 204
    assert not Suppression.objects.exists()
    assert only().state in ("sent", "bounced")


def test_a_complaint_is_the_last_word(provider: Provider, name: str) -> None:
    letter = sent()
    for what in ("hard", "spam", "hard"):
        assert call(name, told(name, what, letter.provider_id)).status_code == 204
    assert only().state == "complained"
    found = suppressions.of(TO)
    assert found and found.why == "complaint"


def test_a_letter_that_is_not_known_here_still_counts(
    provider: Provider, name: str
) -> None:
    assert call(name, told(name, "spam", "<other@x>")).status_code == 204
    assert Suppression.objects.exists()


def test_without_the_proof_nothing_is_believed(provider: Provider, name: str) -> None:
    letter = sent()
    body = told(name, "hard", letter.provider_id)
    assert call(name, body, secret="hooks:wrong").status_code == 403
    bare = Client().post(
        f"/webhooks/mail/{name}/tracking/", "{}", content_type="application/json"
    )
    assert bare.status_code == 403
    assert only().state == "sent" and not Suppression.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", "[1]", "7", '{"a": 1}', "null"])
def test_what_is_no_event_is_refused_in_words(
    provider: Provider, name: str, body: str
) -> None:
    answer = call(name, body)
    assert answer.status_code in (204, 400, 403), answer.content
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("odd", ["a\0@b.example", "\ud800@b.example", "x" * 321])
def test_odd_texts_are_refused_in_words(
    provider: Provider, name: str, odd: str
) -> None:
    body = json.dumps(told(name, "hard", odd)).replace(TO, json.dumps(odd)[1:-1])
    assert call(name, body).status_code in (400, 403)
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"a":' * 100_000, '{"event-data": {"timestamp": 1e300}}']
)
def test_odd_bodies_are_refused(provider: Provider, name: str, body: str) -> None:
    assert call(name, body).status_code in (204, 400, 403)


def test_a_body_that_is_too_long_is_not_read(provider: Provider, name: str) -> None:
    assert call(name, " " * (1024 * 1024 + 1)).status_code == 413


def test_only_the_provider_in_use_has_an_address(provider: Provider, name: str) -> None:
    for other in {*config.PROVIDERS, "mandrill", "amazon_ses"} - {name}:
        assert call(other, {}).status_code == 404


@pytest.mark.parametrize("name", ["postmark", "brevo"])
def test_without_a_way_to_prove_there_is_no_address(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    use(settings, monkeypatch, ADDRESSES[name])
    assert call(name, told(name, "hard", "1")).status_code == 404


def test_the_check_says_when_nobody_would_hear_of_bounces(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(settings, monkeypatch, ADDRESSES["postmark"])
    (warning,) = checks.mail_webhook()
    assert "bounces are not heard of" in warning.msg
    use(settings, monkeypatch, ADDRESSES["postmark"], EMAIL_WEBHOOK_SECRET=SECRET)
    assert checks.mail_webhook() == []


def test_mailguns_signature_is_checked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(
        settings,
        monkeypatch,
        ADDRESSES["mailgun"],
        EMAIL_WEBHOOK_SIGNING_KEY="signing-key",
    )
    body = told("mailgun", "hard", "1")
    assert call("mailgun", body).status_code == 403
    body["signature"] = mailgun_signed("signing-key")
    assert call("mailgun", body).status_code == 204
    assert Suppression.objects.exists()


def test_what_mailgun_signed_counts_once_and_for_nine_hours(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(
        settings,
        monkeypatch,
        ADDRESSES["mailgun"],
        EMAIL_WEBHOOK_SIGNING_KEY="signing-key",
    )
    body = told("mailgun", "hard", "1")
    for hours in (9.5, 24 * 365, -1):
        body["signature"] = mailgun_signed("signing-key", hours=hours)
        assert call("mailgun", body).status_code == 403
    body["signature"] = mailgun_signed("signing-key", hours=8)
    # What could not be worked on was not heard.
    odd = {**body, "event-data": {**body["event-data"], "recipient": "a\0@b.example"}}
    assert call("mailgun", odd).status_code == 400
    assert call("mailgun", body).status_code == 204
    assert Suppression.objects.exists()
    Suppression.objects.all().delete()
    assert call("mailgun", body).status_code == 204
    assert not Suppression.objects.exists()
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    body["signature"] = mailgun_signed("signing-key")
    assert call("mailgun", body).status_code == 503


def test_sendgrids_signature_is_checked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    use(
        settings,
        monkeypatch,
        ADDRESSES["sendgrid"],
        EMAIL_WEBHOOK_SIGNING_KEY=base64.b64encode(public).decode(),
    )
    body = json.dumps(told("sendgrid", "hard", "1"))
    proof = key.sign(f"1600112502{body}".encode(), ec.ECDSA(hashes.SHA256()))
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(proof).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": "1600112502",
    }
    assert call("sendgrid", body.replace(TO, "x@y.z"), **headers).status_code == 403
    assert not Suppression.objects.exists()
    assert call("sendgrid", body, **headers).status_code == 204
    assert Suppression.objects.exists()
