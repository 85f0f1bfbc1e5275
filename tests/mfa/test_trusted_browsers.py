"""Browsers that are not asked for a while: each by itself, revocable, never for more."""

from datetime import timedelta
from http.cookies import Morsel

import pytest
import time_machine
from django.core import mail
from django.test import Client

from apps.accounts import browsers
from apps.accounts.models import KnownBrowser, User
from apps.mfa import enrolment
from apps.mfa.models import TOTPDevice
from apps.rbac import assignments
from apps.rbac.models import Role
from tests.mfa.conftest import app_of, give_password, now, prove

pytestmark = pytest.mark.django_db
PAGE = "/accounts/2fa/authenticate/"
HOME = "/app/settings/security/factors/"


def cookie(client: Client, user: User) -> "Morsel[str]":
    return client.cookies[browsers.cookie_of(user)]


def marked() -> int:
    return KnownBrowser.objects.exclude(trusted_until=None).count()


def trusted(user: User, app: TOTPDevice) -> Client:
    """A browser whose owner has ticked the box, signed out again."""
    client = Client(headers={"user-agent": "Mozilla (Windows NT 10) Firefox/1"})
    give_password(client, user)
    assert prove(client, "totp", app.code(), trust="1").status_code == 302
    client.post("/accounts/logout/")
    return client


def is_asked(client: Client, user: User) -> bool:
    return str(give_password(client, user)["Location"]) == PAGE


def test_a_trusted_browser_is_not_asked_and_others_are(
    alice: User, app: TOTPDevice
) -> None:
    client = trusted(alice, app)
    assert is_asked(Client(), alice)
    assert not is_asked(client, alice)
    assert client.get("/app/").status_code == 200


def test_its_owner_is_written_to(alice: User, app: TOTPDevice) -> None:
    trusted(alice, app)
    [letter] = [each for each in mail.outbox if "trusted" in each.subject]
    assert letter.to == [alice.email]
    assert "Firefox on Windows is not asked" in letter.body


def test_without_the_box_nothing_is_trusted(alice: User, app: TOTPDevice) -> None:
    client = Client()
    give_password(client, alice)
    prove(client, "totp", app.code())
    assert KnownBrowser.objects.exists() and not marked()


def test_the_cookie_is_for_the_server_only_and_no_table_holds_it(
    alice: User, app: TOTPDevice
) -> None:
    kept = cookie(trusted(alice, app), alice)
    assert kept["httponly"] and kept["samesite"] == "Lax"
    row = KnownBrowser.objects.get()
    assert kept.value not in (row.digest, row.trusted_for)


def test_trust_ends_after_thirty_days(alice: User, app: TOTPDevice) -> None:
    client = trusted(alice, app)
    with time_machine.travel(now() + timedelta(days=30, minutes=1)):
        assert is_asked(client, alice)


def test_a_browser_that_is_forgotten_is_asked_again_and_the_others_are_not(
    alice: User, app: TOTPDevice
) -> None:
    first = trusted(alice, app)
    TOTPDevice.objects.update(last_t=-1)
    second = trusted(alice, app)
    give_password(second, alice)
    page = second.get(HOME).content.decode()
    assert page.count("<span>Firefox on Windows</span>") == 2
    oldest = KnownBrowser.objects.order_by("id")[0]
    second.post(f"{HOME}trusted/{oldest.public_id}/forget/")
    assert is_asked(first, alice)
    second.post("/accounts/logout/")
    assert not is_asked(second, alice)


def test_nobody_forgets_the_browser_of_another(
    alice: User, bob: User, app: TOTPDevice
) -> None:
    trusted(alice, app)
    client = Client()
    give_password(client, bob)
    row = KnownBrowser.objects.get(user=alice)
    assert client.post(f"{HOME}trusted/{row.public_id}/forget/").status_code == 404


def test_a_change_of_factors_ends_every_trust(alice: User, app: TOTPDevice) -> None:
    client = trusted(alice, app)
    enrolment.new_recovery_codes(user=alice)
    assert is_asked(client, alice)


def test_a_new_password_ends_every_trust(alice: User, app: TOTPDevice) -> None:
    client = trusted(alice, app)
    alice.set_password("correct-horse-battery-staple")
    alice.save()
    assert is_asked(client, alice)


def test_the_cookie_of_one_account_opens_no_other(
    alice: User, bob: User, app: TOTPDevice
) -> None:
    client = trusted(alice, app)
    app_of(bob)
    value = cookie(client, alice).value
    give_password(client, bob)
    prove(client, "totp", TOTPDevice.objects.get(user=bob).code(), trust="1")
    client.post("/accounts/logout/")
    client.cookies[browsers.cookie_of(bob)] = value
    assert is_asked(client, bob)


def test_a_value_that_was_planted_before_is_not_the_one_that_is_trusted(
    alice: User, app: TOTPDevice
) -> None:
    known = trusted(alice, app)
    name, planted = cookie(known, alice).key, "x" * 43
    victim = Client()
    victim.cookies[name] = planted
    TOTPDevice.objects.update(last_t=-1)
    give_password(victim, alice)
    prove(victim, "totp", app.code(), trust="1")
    assert victim.cookies[name].value != planted
    thief = Client()
    thief.cookies[name] = planted
    assert is_asked(thief, alice)


def test_trust_is_no_proof_for_what_is_dangerous(alice: User, app: TOTPDevice) -> None:
    client = trusted(alice, app)
    give_password(client, alice)
    answer = client.get(f"{HOME}recovery/")
    assert answer["Location"].startswith("/accounts/2fa/reauthenticate/")


def test_whoever_may_enter_the_console_is_always_asked(
    alice: User, app: TOTPDevice
) -> None:
    client = trusted(alice, app)
    role = Role.objects.get(slug="administrator")
    assignments.grant(by=None, user=alice, role=role, reason="test")
    assert is_asked(client, alice)
    assert "30 days" not in client.get(PAGE).content.decode()
    TOTPDevice.objects.update(last_t=-1)
    before = list(KnownBrowser.objects.values_list("trusted_until"))
    prove(client, "totp", app.code(), trust="1")
    assert list(KnownBrowser.objects.values_list("trusted_until")) == before


def test_an_app_cannot_bring_the_cookie_along(alice: User, app: TOTPDevice) -> None:
    client = trusted(alice, app)
    given = {"email": alice.email, "password": "correct-horse-battery-staple"}
    answer = client.post(
        "/api/auth/app/v1/auth/login", given, content_type="application/json"
    )
    assert answer.status_code == 401
    assert any(f.get("is_pending") for f in answer.json()["data"]["flows"])
