"""Whoever may enter the console has a second factor, from the next request on."""

import pytest
from django.test import Client

from apps.accounts.models import LoginSession, User
from apps.mfa.models import TOTPDevice
from apps.rbac import assignments
from apps.rbac.models import Role
from tests.factories import PASSWORD
from tests.mfa.conftest import app_of, give_password, prove
from tests.mfa.test_headless import Http

pytestmark = pytest.mark.django_db(transaction=True)
FACTORS = "/app/settings/security/factors/"
PLACES = ["account/email", "auth/session", "account/authenticators/webauthn"]


def promote(user: User) -> None:
    role = Role.objects.get(slug="administrator")
    assignments.grant(by=None, user=user, role=role, reason="test")


def missing(answer: object) -> bool:
    found = (answer.status_code, answer.json().get("code"))  # type: ignore[attr-defined]  # of any client
    return found == (403, "second_factor_missing")


def test_an_app_that_signs_in_without_one_gets_no_tokens(alice: User) -> None:
    promote(alice)
    http = Http("app")
    assert missing(http.password(alice))
    assert not http.access
    assert not LoginSession.objects.filter(ended_at=None).exists()


def test_an_app_whose_owner_is_made_one_is_closed_at_every_door(alice: User) -> None:
    http = Http("app")
    http.password(alice)
    assert http.is_in()
    promote(alice)
    for place in PLACES:
        assert missing(http.ask("GET", place)), place
    assert missing(http.ask("POST", "account/email", {"email": "new@example.com"}))
    change = {"current_password": PASSWORD, "new_password": "seven-quiet-owls-at-noon"}
    assert missing(http.ask("POST", "account/password/change", change))
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    bearer = {"authorization": f"Bearer {http.access}"}
    assert missing(Client().get("/api/v1/me", headers=bearer))


def test_a_browser_whose_owner_is_made_one_is_led_to_set_one_up(alice: User) -> None:
    client = Client()
    give_password(client, alice)
    assert client.get("/app/").status_code == 200
    promote(alice)
    for page in ("/app/", "/admin/", "/accounts/email/"):
        assert client.get(page)["Location"].partition("?")[0] == FACTORS, page
    assert missing(client.get("/api/v1/me"))
    assert client.get(FACTORS).status_code == 200
    client.post(f"{FACTORS}totp/begin/")
    code = TOTPDevice.objects.get(user=alice).code()
    assert client.post(f"{FACTORS}totp/", {"code": code}).status_code == 200
    assert client.get("/app/").status_code == 200


def test_one_who_has_a_factor_proves_it_in_a_browser_that_was_trusted(
    alice: User,
) -> None:
    app, client = app_of(alice), Client()
    give_password(client, alice)
    prove(client, "totp", app.code(), trust="1")
    client.post("/accounts/logout/")
    give_password(client, alice)
    assert client.get("/app/").status_code == 200
    promote(alice)
    led = client.get("/app/")["Location"]
    assert led.startswith("/accounts/2fa/reauthenticate/?next=")
    answer = client.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "step_up")
    TOTPDevice.objects.update(last_t=-1)
    again = {"use": "totp", "code": app.code()}
    assert client.post("/accounts/2fa/reauthenticate/", again).status_code == 302
    assert client.get("/app/").status_code == 200


def test_they_may_end_everything_before(alice: User) -> None:
    """The account hangs on the password alone, which somebody else may know."""
    promote(alice)
    client = Client()
    give_password(client, alice)
    assert client.get("/app/settings/panic/").status_code == 200
    assert client.post("/app/settings/panic/").status_code == 302
    alice.refresh_from_db()
    assert alice.frozen_at is not None
