"""Alice with factors of hers, and what her app, her phone and her paper say."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django_otp.models import Device as OtpDevice
from django_redis import get_redis_connection

from apps.accounts.models import User
from apps.mfa import enrolment
from apps.mfa.models import SMSDevice, TOTPDevice, WrongCodes
from apps.sms import confidential
from apps.sms.models import OutboundText, PhoneNumber
from tests.factories import PASSWORD, PhoneNumberFactory, UserFactory

ALICE, BOB = "+12025550101", "+12025550102"
SESSION = "session-of-alice"


def person(email: str, number: str = "") -> User:
    user = UserFactory.create(email=email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if number:
        PhoneNumberFactory.create(user=user, e164=number)
    return user


@pytest.fixture
def alice(db: None) -> User:
    return person("alice@example.com", ALICE)


@pytest.fixture
def bob(db: None) -> User:
    return person("bob@example.com", BOB)


@pytest.fixture
def app(alice: User) -> TOTPDevice:
    return app_of(alice)


@pytest.fixture
def phone(alice: User) -> SMSDevice:
    return phone_of(alice)


@pytest.fixture
def paper(alice: User, app: TOTPDevice) -> list[str]:
    """Alice's ten recovery codes, beside her app."""
    return enrolment.new_recovery_codes(user=alice)


def app_of(user: User) -> TOTPDevice:
    with transaction.atomic():
        return TOTPDevice.make(user)


def phone_of(user: User) -> SMSDevice:
    number = PhoneNumber.objects.get(user=user)
    return SMSDevice.objects.create(user=user, phone=number, name="Code by text")


def texted() -> str:
    """The code in the newest text, as the phone will show it."""
    words = confidential.words(OutboundText.objects.latest("id"))
    found = re.match(r"\d{6}", words)
    assert found, words
    return found[0]


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 10**6:06}"


def no_pause(device: OtpDevice) -> None:
    """As if the pause after a wrong code were over."""
    wrong = WrongCodes.objects.filter(user=device.user)
    wrong.update(waits_until=timezone.now() - timedelta(seconds=1))


def failures(user: User) -> int:
    return sum(each.count for each in WrongCodes.objects.filter(user=user))


def freeze(user: User, count: int = 99, *, is_known: bool = True) -> None:
    """As if there had been so many wrong codes, and the last one a while ago."""
    counted = {"count": count, "waits_until": timezone.now() - timedelta(seconds=1)}
    WrongCodes.objects.update_or_create(user=user, is_known=is_known, defaults=counted)


def give_password(client: Client, user: User, **more: str) -> Any:
    form = {"login": user.email, "password": PASSWORD, **more}
    return client.post("/accounts/login/", form)


def prove(client: Client, use: str, code: str, **more: str) -> Any:
    form = {"use": use, "code": code, **more}
    return client.post("/accounts/2fa/authenticate/", form)


def sign_in(user: User, device: TOTPDevice) -> Client:
    """Through the doors, with an app's code; the next sign-in needs the next code."""
    client = Client()
    give_password(client, user)
    assert prove(client, "totp", device.code()).status_code == 302
    device.refresh_from_db()
    return client


def now() -> Any:
    return timezone.now()


@pytest.fixture
def redis_forgets() -> Callable[[], None]:
    """As if the windows of all limits were over."""

    def forget() -> None:
        get_redis_connection().flushdb()

    return forget
