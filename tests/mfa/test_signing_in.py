"""The second step in the browser's pages: what it opens, and what stays closed."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse

from apps.accounts.models import User
from apps.mfa.models import Challenge, SMSDevice, TOTPDevice
from apps.mfa.models.totp import this_step
from apps.rbac import assignments
from apps.rbac.models import Role
from apps.sms import numbers
from apps.sms.models import OutboundText
from tests.mfa.conftest import (
    give_password,
    no_pause,
    now,
    prove,
    sign_in,
    texted,
    wrong,
)
from tests.test_doors import ROWS

pytestmark = pytest.mark.django_db
PAGE = "/accounts/2fa/authenticate/"


def is_in(client: Client) -> bool:
    return client.get("/app/").status_code == 200


def test_a_password_alone_is_enough_for_whoever_has_no_factor(alice: User) -> None:
    client = Client()
    assert give_password(client, alice)["Location"] == "/app/"
    assert is_in(client)


def test_a_password_alone_opens_nothing_for_whoever_has_one(
    alice: User, app: TOTPDevice
) -> None:
    client = Client()
    assert give_password(client, alice)["Location"] == PAGE
    pages = [f"/{address}" for address in ROWS if address.startswith("app/")]
    pages = [page for page in pages if "<" not in page] + ["/admin/"]
    assert len(pages) >= 8
    for page in pages:
        for verb in (client.get, client.post):
            answer = verb(page)
            assert answer.status_code in (302, 405), page
            if answer.status_code == 302:
                assert answer["Location"].startswith("/accounts/login/"), page


def test_the_code_of_the_app_opens_it_and_the_session_is_a_new_one(
    alice: User, app: TOTPDevice
) -> None:
    client = Client()
    give_password(client, alice)
    pending = client.session.session_key
    assert prove(client, "totp", app.code())["Location"] == "/app/"
    assert is_in(client)
    assert client.session.session_key != pending
    client.cookies["sessionid"] = str(pending)
    assert not is_in(client)


def test_where_somebody_wanted_to_go_is_where_they_go(
    alice: User, app: TOTPDevice
) -> None:
    client = Client()
    give_password(client, alice, next="/app/phones/")
    assert prove(client, "totp", app.code())["Location"] == "/app/phones/"


def test_a_wrong_code_is_said_and_opens_nothing(alice: User, app: TOTPDevice) -> None:
    client = Client()
    give_password(client, alice)
    answer = prove(client, "totp", wrong(app.code()))
    assert answer.status_code == 400
    assert "That code is not right" in answer.content.decode()
    assert not is_in(client)
    again = prove(client, "totp", app.code())
    assert again.status_code == 429 and again["Retry-After"] == "1"


def test_after_five_wrong_codes_the_password_is_asked_again(
    alice: User, app: TOTPDevice
) -> None:
    client = Client()
    give_password(client, alice)
    for _ in range(5):
        no_pause(app)
        answer = prove(client, "totp", wrong(app.code()))
    assert answer["Location"] == "/accounts/login/"
    no_pause(app)
    assert prove(client, "totp", app.code())["Location"] == "/accounts/login/"
    assert not is_in(client)
    give_password(client, alice)
    assert prove(client, "totp", app.code())["Location"] == "/app/"


def test_a_code_without_a_password_opens_nothing(alice: User, app: TOTPDevice) -> None:
    client = Client()
    assert prove(client, "totp", app.code())["Location"] == "/accounts/login/"
    assert not is_in(client)


def test_a_pending_sign_in_does_not_wait_for_ever(alice: User, app: TOTPDevice) -> None:
    client = Client()
    give_password(client, alice)
    with time_machine.travel(now() + timedelta(minutes=16)):
        answer = prove(client, "totp", app.code())
        assert answer["Location"].startswith("/accounts/login/")
        assert not is_in(client)


def test_a_factor_somebody_has_not_set_up_is_not_asked(
    alice: User, app: TOTPDevice
) -> None:
    client = Client()
    give_password(client, alice)
    page = client.get(f"{PAGE}?use=sms").content.decode()
    assert 'name="use" value="totp"' in page
    answer = prove(client, "webauthn", "123456")
    assert answer.status_code == 400 and not is_in(client)


@pytest.mark.django_db(transaction=True)
def test_a_recovery_code_opens_it_and_the_owner_is_told(
    alice: User, app: TOTPDevice, paper: list[str]
) -> None:
    client = Client()
    give_password(client, alice)
    mail.outbox.clear()
    assert prove(client, "recovery", paper[0])["Location"] == "/app/"
    (letter,) = mail.outbox
    assert "Codes left: 9" in str(letter.body)


def test_a_text_is_asked_for_and_its_code_opens_it(
    alice: User, phone: SMSDevice
) -> None:
    client = Client()
    give_password(client, alice)
    page = client.get(PAGE).content.decode()
    assert "ends in 0101" in page, page
    assert not OutboundText.objects.exists()
    asked = client.post(PAGE, {"use": "sms", "text": "1"})
    assert asked["Location"] == f"{PAGE}?use=sms"
    assert (
        'autocomplete="one-time-code"' in client.get(asked["Location"]).content.decode()
    )
    assert prove(client, "sms", texted())["Location"] == "/app/"


def test_a_second_text_within_a_minute_is_refused_with_a_time(
    alice: User, phone: SMSDevice
) -> None:
    client = Client()
    give_password(client, alice)
    client.post(PAGE, {"use": "sms", "text": "1"})
    answer = client.post(PAGE, {"use": "sms", "text": "1"})
    assert answer.status_code == 429 and int(answer["Retry-After"]) <= 60
    assert prove(client, "sms", texted())["Location"] == "/app/"


def test_a_code_that_nobody_asked_for_is_refused(alice: User, phone: SMSDevice) -> None:
    client = Client()
    give_password(client, alice)
    answer = prove(client, "sms", "123456")
    assert answer.status_code == 400
    assert "Ask for a code first" in answer.content.decode()
    assert not is_in(client)
    # The sign-in goes on all the same.
    client.post(PAGE, {"use": "sms", "text": "1"})
    assert prove(client, "sms", texted())["Location"] == "/app/"


def test_the_code_of_ones_own_sign_in_is_worth_nothing_in_another(
    alice: User, phone: SMSDevice
) -> None:
    """Somebody who knows the password and phishes the code has another session."""
    owner, thief = Client(), Client()
    give_password(owner, alice)
    give_password(thief, alice)
    owner.post(PAGE, {"use": "sms", "text": "1"})
    phished = texted()
    prove(thief, "sms", phished)
    assert not is_in(thief)
    assert prove(owner, "sms", phished)["Location"] == "/app/"


def test_giving_the_number_up_does_not_do_away_with_the_second_step(
    alice: User, phone: SMSDevice
) -> None:
    numbers.release(user=alice, public_id=str(phone.phone.public_id))
    assert give_password(Client(), alice)["Location"] == PAGE


def test_whoever_is_signed_in_is_sent_on(alice: User, app: TOTPDevice) -> None:
    client = sign_in(alice, app)
    assert client.get(PAGE)["Location"] == "/app/"


@pytest.mark.parametrize(
    "page",
    [
        "totp/activate/",
        "totp/deactivate/",
        "recovery-codes/",
        "recovery-codes/generate/",
        "recovery-codes/download/",
        "trust/",
    ],
)
def test_the_pages_that_ours_replace_are_not_there(
    page: str, alice: User, app: TOTPDevice
) -> None:
    client = sign_in(alice, app)
    for who in (client, Client()):
        assert who.get(f"/accounts/2fa/{page}").status_code == 404
        assert who.post(f"/accounts/2fa/{page}").status_code == 404


def test_no_address_leads_to_them() -> None:
    for name in ("mfa_activate_totp", "mfa_view_recovery_codes", "mfa_trust"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


# --- Once more, for what is dangerous --------------------------------------------------


def test_a_dangerous_page_asks_for_the_factor_and_then_goes_on(
    alice: User, app: TOTPDevice
) -> None:
    client = sign_in(alice, app)
    with time_machine.travel(now() + timedelta(minutes=6)):
        asked = client.get("/app/settings/security/factors/recovery/")
        assert asked["Location"].startswith("/accounts/2fa/reauthenticate/?next=")
        assert client.get(asked["Location"]).status_code == 200
        form = {"use": "totp", "code": app.code(this_step())}
        form["next"] = "/app/settings/security/factors/recovery/"
        done = client.post("/accounts/2fa/reauthenticate/", form)
        assert done["Location"] == form["next"]
        assert client.get(form["next"]).status_code == 200


def test_a_password_is_no_second_proof_for_whoever_has_a_factor(
    alice: User, app: TOTPDevice
) -> None:
    client = sign_in(alice, app)
    with time_machine.travel(now() + timedelta(minutes=6)):
        client.post(
            "/accounts/reauthenticate/", {"password": "correct-horse-battery-staple"}
        )
        page = client.get("/app/settings/security/factors/recovery/")
        assert page.status_code == 302


def test_nobody_is_sent_elsewhere_after_confirming(
    alice: User, app: TOTPDevice
) -> None:
    client = sign_in(alice, app)
    with time_machine.travel(now() + timedelta(minutes=1)):
        form = {"use": "totp", "code": app.code(), "next": "https://evil.example/"}
        done = client.post("/accounts/2fa/reauthenticate/", form)
        assert done["Location"] == "/app/"


def test_confirming_is_bound_to_its_own_purpose(alice: User, phone: SMSDevice) -> None:
    client = Client()
    give_password(client, alice)
    client.post(PAGE, {"use": "sms", "text": "1"})
    prove(client, "sms", texted())
    used = set(Challenge.objects.values_list("purpose", flat=True))
    assert used == {"login"}
    answer = client.post(
        "/accounts/2fa/reauthenticate/", {"use": "sms", "code": texted()}
    )
    assert answer.status_code in (302, 400)
    assert not Challenge.objects.filter(purpose="stepup").exists()


# --- Whoever may enter the console -----------------------------------------------------


@pytest.fixture
def ada(alice: User) -> User:
    role = Role.objects.get(slug="administrator")
    assignments.grant(by=None, user=alice, role=role, reason="test")
    return alice


def test_an_administrator_without_a_factor_is_led_to_set_one_up(ada: User) -> None:
    client = Client()
    give_password(client, ada)
    for page in ("/app/", "/admin/", "/app/phones/", "/accounts/email/"):
        led = client.get(page)["Location"].partition("?")[0]
        assert led == "/app/settings/security/factors/", page
    shown = client.get("/app/settings/security/factors/").content.decode()
    assert "Your role needs a second factor" in shown


def test_setting_one_up_opens_the_rest(ada: User) -> None:
    client = Client()
    give_password(client, ada)
    client.post("/app/settings/security/factors/totp/begin/")
    device = TOTPDevice.objects.get(user=ada)
    page = client.post(
        "/app/settings/security/factors/totp/", {"code": device.code()}
    ).content.decode()
    assert len(re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", page)) == 10
    assert client.get("/app/").status_code == 200
    assert client.get("/admin/").status_code == 200


def test_signing_out_is_open_to_whoever_has_to_set_one_up(ada: User) -> None:
    client = Client()
    give_password(client, ada)
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/app/")["Location"].startswith("/accounts/login/")
