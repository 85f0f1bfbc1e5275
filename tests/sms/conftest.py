"""Phones to text from, and a worker's round to answer them."""

import secrets
from collections.abc import Iterator
from typing import cast
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.sms import signing
from apps.sms.knobs import pace
from apps.sms.models import Lane, RouterConfig
from apps.sms.worker import drain
from tests.factories import PhoneNumberFactory, UserFactory
from tests.rbac.factories import person as operator
from tests.sms.twilio_server import TwilioServer

ALICE = "+12025550101"
BOB = "+12025550102"
STRANGER = "+12025550199"


def sid() -> str:
    return f"SM{secrets.token_hex(16)}"


def form(body: str = "hello", *, number: str = ALICE, **extra: str) -> dict[str, str]:
    """What Twilio posts for a text."""
    message_sid = extra.pop("MessageSid", sid())
    return {
        "ToCountry": "US",
        "SmsMessageSid": message_sid,
        "NumMedia": "0",
        "FromCity": "WASHINGTON",
        "SmsSid": message_sid,
        "SmsStatus": "received",
        "FromCountry": "US",
        "To": django_settings.TWILIO_NUMBER,
        "NumSegments": "1",
        "MessageSid": message_sid,
        "AccountSid": django_settings.TWILIO_ACCOUNT_SID,
        "From": number,
        "ApiVersion": "2010-04-01",
        "Body": body,
        **extra,
    }


def post(
    path: str, fields: dict[str, str], *, token: str = "", **extra: str
) -> HttpResponse:
    """A signed webhook call. Twilio names the account in every one."""
    fields = {"AccountSid": django_settings.TWILIO_ACCOUNT_SID, **fields}
    proof = signing.signature(
        django_settings.PUBLIC_URL + path,
        fields.items(),
        token or signing.tokens()[0],
    )
    response = Client().post(
        path,
        urlencode(fields),
        content_type="application/x-www-form-urlencoded; charset=utf-8",
        headers={"X-Twilio-Signature": proof, **extra},
    )
    return cast(HttpResponse, response)


def text(body: str = "hello", *, number: str = ALICE, **extra: str) -> HttpResponse:
    """A text arrives."""
    return post("/webhooks/twilio/sms/", form(body, number=number, **extra))


def work() -> None:
    """Rounds of a worker until no lane is due, whatever its time."""
    for _ in range(20):
        Lane.objects.filter(due_at__isnull=False).update(lease_until=None)
        if drain() == 0:
            return


def person(email: str, name: str, number: str) -> User:
    """Somebody with a verified phone."""
    user = UserFactory.create(email=email, name=name)
    PhoneNumberFactory.create(user=user, e164=number)
    return user


@pytest.fixture
def alice(transactional_db: None) -> User:
    return person("alice@example.com", "Alice Archer", ALICE)


@pytest.fixture
def bob(transactional_db: None) -> User:
    return person("bob@example.com", "Bob Baker", BOB)


@pytest.fixture
def ada(transactional_db: None) -> User:
    return operator("administrator", email="ada@example.com", name="Ada Adler")


@pytest.fixture
def twilio(settings: Settings) -> Iterator[TwilioServer]:
    """The loopback Twilio, and our real gateway pointed at it."""
    token = signing.tokens()[0]
    with TwilioServer(django_settings.TWILIO_ACCOUNT_SID, token) as server:
        settings.SMS_GATEWAY = "twilio"
        settings.TWILIO_API_BASE = server.url
        settings.SMS_UNKNOWN_GRACE = 1
        yield server


@pytest.fixture
def eager(transactional_db: None) -> None:
    """Nobody is held back, however fast they text."""
    key = pace.ANSWERS_A_MINUTE.key
    RouterConfig.objects.filter(config_key=key).update(config_value=600)
