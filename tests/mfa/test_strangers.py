"""Whoever knows the password, and nothing else, keeps its owner out of nothing."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from apps.accounts import browsers, guessing
from apps.accounts.models import KnownBrowser, User
from apps.mfa.models import SMSDevice, TOTPDevice, WrongCodes
from apps.sms.models import OutboundText
from tests.factories import PASSWORD
from tests.mfa.conftest import (
    freeze,
    give_password,
    no_pause,
    prove,
    sign_in,
    texted,
    wrong,
)

pytestmark = pytest.mark.django_db(transaction=True)
LOGIN = "/api/auth/app/v1/auth/login"
CODE = "/api/auth/app/v1/auth/2fa/authenticate"


def own_browser(user: User, app: TOTPDevice) -> Client:
    """One that they were signed in with, and are not now."""
    client = sign_in(user, app)
    client.post("/accounts/logout/")
    TOTPDevice.objects.update(last_t=-1)
    return client


def stranger(user: User) -> Client:
    client = Client()
    give_password(client, user)
    return client


def send_text(client: Client) -> int:
    sent = client.post("/accounts/2fa/authenticate/", {"use": "sms", "text": "1"})
    return int(sent.status_code)


def test_the_pause_after_their_wrong_codes_is_not_the_owners(
    alice: User, app: TOTPDevice
) -> None:
    own = own_browser(alice, app)
    bad = stranger(alice)
    for _ in range(3):
        assert prove(bad, "totp", wrong(app.code())).status_code == 400
        assert prove(bad, "totp", app.code()).status_code == 429
        no_pause(app)
    assert prove(bad, "totp", wrong(app.code())).status_code == 400
    give_password(own, alice)
    assert prove(own, "totp", app.code()).status_code == 302


def test_all_their_tries_of_an_hour_leave_the_owners(
    alice: User, app: TOTPDevice
) -> None:
    own = own_browser(alice, app)
    for _ in range(guessing.CODES.times):
        prove(stranger(alice), "totp", wrong(app.code()))
        no_pause(app)
    assert prove(stranger(alice), "totp", app.code()).status_code == 429
    give_password(own, alice)
    assert prove(own, "totp", app.code()).status_code == 302


def test_what_they_freeze_stays_frozen_for_them_alone(
    alice: User, app: TOTPDevice
) -> None:
    own = own_browser(alice, app)
    freeze(alice, is_known=False)
    prove(stranger(alice), "totp", wrong(app.code()))
    give_password(own, alice)
    assert prove(own, "totp", app.code()).status_code == 302
    # The owner's good code is no new start for others.
    assert WrongCodes.objects.get().is_frozen
    TOTPDevice.objects.update(last_t=-1)
    assert prove(stranger(alice), "totp", app.code()).status_code == 429


def test_they_use_up_no_texts_of_the_owner(
    alice: User, phone: SMSDevice, app: TOTPDevice
) -> None:
    own = own_browser(alice, app)
    for _ in range(guessing.TEXTS_PER_PERSON.times):
        guessing.TEXTS_PER_PERSON.charge(f"{alice.pk}:strange")
    assert send_text(stranger(alice)) == 429
    give_password(own, alice)
    assert send_text(own) == 302
    assert OutboundText.objects.filter(kind="code").count() == 1
    assert prove(own, "sms", texted()).status_code == 302


def test_a_cookie_of_somebody_else_makes_nobody_known(
    alice: User, bob: User, app: TOTPDevice
) -> None:
    own_browser(alice, app)
    bad = Client()
    give_password(bad, bob)
    bad.post("/accounts/logout/")
    value = bad.cookies[browsers.cookie_of(bob)].value
    bad.cookies[browsers.cookie_of(alice)] = value
    give_password(bad, alice)
    prove(bad, "totp", wrong(app.code()))
    assert [each.is_known for each in WrongCodes.objects.all()] == [False]


def test_an_app_that_keeps_its_cookies_is_known_as_well(alice: User) -> None:
    app = Client()
    given = {"email": alice.email, "password": PASSWORD}
    assert app.post(LOGIN, given, content_type="application/json").status_code == 200
    assert KnownBrowser.objects.filter(user=alice).count() == 1
    bad = {**given, "password": "a-wrong-password-of-theirs"}
    for _ in range(guessing.PASSWORDS_OF_STRANGERS.times):
        Client().post(LOGIN, bad, content_type="application/json")
    refused = Client().post(LOGIN, given, content_type="application/json")
    assert refused.status_code == 429
    assert app.post(LOGIN, given, content_type="application/json").status_code == 200


def test_an_app_that_keeps_none_pushes_no_browser_out(
    alice: User, app: TOTPDevice
) -> None:
    own_browser(alice, app)
    TOTPDevice.objects.all().delete()
    given = {"email": alice.email, "password": PASSWORD}
    EmailAddress.objects.filter(user=alice).update(verified=True)
    for _ in range(25):
        Client().post(LOGIN, given, content_type="application/json")
    assert KnownBrowser.objects.filter(user=alice, client="browser").count() == 1
    assert KnownBrowser.objects.filter(user=alice, client="app").count() == 20
