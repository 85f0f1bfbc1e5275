"""Second factors over the API: an app sets them up and takes them away."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from apps.accounts import sessions, tokens
from apps.accounts.models import KnownBrowser, LoginSession, User
from apps.mfa import enrolment, factor, lost
from apps.mfa.models import SMSDevice, TOTPDevice, WrongCodes
from apps.rbac import assignments
from apps.rbac.models import Role
from apps.sms.models import OutboundText
from tests.mfa.conftest import (
    app_of,
    give_password,
    no_pause,
    now,
    phone_of,
    prove,
    sign_in,
    texted,
    wrong,
)
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
MFA = "/api/v1/me/mfa"
DEVICES = "/api/v1/me/devices"


class Phone(Client):
    """An app on somebody's phone, by its token."""

    def __init__(self, user: User, *, twice: bool = False) -> None:
        self.row = sessions.begin(
            user=user, client="app", proved=["password"], twice=twice
        )
        super().__init__(
            headers={"authorization": f"Bearer {tokens.issue(self.row).access}"}
        )

    def send(self, path: str, **sent: Any) -> Any:
        return self.post(f"{MFA}/{path}", sent, content_type="application/json")

    def is_in(self) -> bool:
        return bool(self.get("/api/v1/me").status_code == 200)


def shown(phone: Client) -> dict[str, Any]:
    found: dict[str, Any] = phone.get(MFA).json()
    return {**found, "factors": [each["id"] for each in found["factors"]]}


def test_an_authenticator_app_is_set_up_by_an_app(alice: User) -> None:
    phone = Phone(alice)
    begun = phone.send("totp")
    assert begun.status_code == 201 and "no-store" in begun["Cache-Control"]
    assert begun.json()["url"].startswith("otpauth://totp/Switchboard:")
    device = TOTPDevice.objects.get(user=alice)
    assert begun.json()["key"].replace(" ", "") == device.key
    assert shown(phone)["factors"] == []

    refused = phone.send("totp/confirm", code=wrong(device.code()))
    assert (refused.status_code, refused.json()["code"]) == (400, "incorrect_code")
    no_pause(device)
    done = phone.send("totp/confirm", code=device.code())
    assert done.status_code == 200 and "no-store" in done["Cache-Control"]
    codes = done.json()["recovery_codes"]
    assert len(codes) == 10 and all(len(each) == 19 for each in codes)
    assert shown(phone) == {
        "factors": ["totp", "recovery"],
        "recovery_codes_left": 10,
        "is_only_one_left": False,
        "is_required": False,
    }
    # No session was made for somebody who came with a token.
    assert not phone.cookies


def test_a_phone_is_set_up_by_an_app_and_makes_no_second_set_of_codes(
    alice: User,
) -> None:
    app_of(alice)
    phone = Phone(alice, twice=True)
    phone.send("recovery-codes")
    number = str(alice.phone_numbers.get().public_id)
    begun = phone.send("sms", phone=number)
    assert begun.status_code == 201 and begun.json()["expires_at"]
    done = phone.send("sms/confirm", code=texted())
    assert (done.status_code, done.json()) == (200, {"recovery_codes": []})
    assert shown(phone)["factors"] == ["totp", "sms", "recovery"]
    again = phone.send("sms", phone=number)
    assert (again.status_code, again.json()["code"]) == (429, "too_many")


def test_a_code_that_was_texted_for_one_sign_in_is_worth_nothing_in_another(
    alice: User, redis_forgets: Callable[[], None]
) -> None:
    phone, thief = Phone(alice), Phone(alice)
    phone.send("sms", phone=str(alice.phone_numbers.get().public_id))
    code = texted()
    redis_forgets()
    refused = thief.send("sms/confirm", code=code)
    assert (refused.status_code, refused.json()["code"]) == (400, "nothing_sent")
    assert OutboundText.objects.count() == 1
    assert not factor.are_set_up(alice)
    assert phone.send("sms/confirm", code=code).status_code == 200
    assert SMSDevice.objects.get(user=alice).confirmed


def test_the_phone_of_somebody_else_is_not_there(alice: User, bob: User) -> None:
    phone = Phone(alice)
    answer = phone.send("sms", phone=str(bob.phone_numbers.get().public_id))
    assert answer.status_code == 404
    strange: list[Any] = ["x", "", None, [], {}]
    for odd in strange:
        assert phone.send("sms", phone=odd).status_code == 400


@pytest.mark.parametrize("code", ["", "１２３４５６", "+12345", "x" * 10_000, None, []])
def test_what_is_no_code_is_refused_before_any_work(alice: User, code: Any) -> None:
    phone = Phone(alice)
    phone.send("totp")
    assert phone.send("totp/confirm", code=code).status_code == 400
    assert not WrongCodes.objects.exists()


def test_a_change_by_an_app_ends_all_sign_ins_but_its_own(alice: User) -> None:
    phone, other, browser = Phone(alice), Phone(alice), signed_in(alice, twice=False)
    phone.send("totp")
    code = TOTPDevice.objects.get().code()
    assert phone.send("totp/confirm", code=code).status_code == 200
    assert phone.is_in() and not other.is_in()
    assert browser.get("/app/").status_code == 302
    # What set it up has proved it, so it may go on to what needs two.
    phone.row.refresh_from_db()
    assert phone.row.is_strong and "totp" in phone.row.methods

    other = Phone(alice)
    assert phone.send("recovery-codes").status_code == 201
    assert phone.is_in() and not other.is_in()

    other = Phone(alice)
    assert phone.delete(f"{MFA}/totp").status_code == 204
    assert phone.is_in() and not other.is_in()
    assert shown(phone)["factors"] == []
    ended = LoginSession.objects.get(pk=other.row.pk)
    assert ended.ending == sessions.Ending.FACTORS


def test_only_what_was_proved_minutes_ago_may_change_factors(alice: User) -> None:
    app_of(alice)
    phone = Phone(alice)
    for verb, path in (
        ("post", "totp"),
        ("delete", "totp"),
        ("post", "totp/confirm"),
        ("post", "sms"),
        ("delete", "sms"),
        ("post", "sms/confirm"),
        ("post", "recovery-codes"),
    ):
        answer = getattr(phone, verb)(
            f"{MFA}/{path}", "{}", content_type="application/json"
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "step_up"), path
        assert 'acr_values="aal2"' in answer["WWW-Authenticate"]
        assert (answer.json()["acr"], answer.json()["max_age"]) == ("aal2", 300)
    assert shown(phone)["factors"] == ["totp"]
    code = TOTPDevice.objects.get().code()
    proof = phone.post(
        "/api/auth/app/v1/auth/2fa/reauthenticate",
        {"code": code},
        content_type="application/json",
    )
    assert proof.status_code == 200
    assert phone.delete(f"{MFA}/totp").status_code == 204


def test_an_app_of_an_administrator_without_a_factor_is_sent_to_the_website(
    alice: User,
) -> None:
    role = Role.objects.get(slug="administrator")
    assignments.grant(by=None, user=alice, role=role, reason="test")
    phone = Phone(User.objects.get(pk=alice.pk))
    for answer in (phone.get(MFA), phone.send("totp"), phone.get(DEVICES)):
        code = answer.json()["code"]
        assert (answer.status_code, code) == (403, "second_factor_missing")
    assert not TOTPDevice.objects.exists()


def test_a_browser_that_has_to_set_one_up_may_do_it_over_the_api(alice: User) -> None:
    role = Role.objects.get(slug="administrator")
    assignments.grant(by=None, user=alice, role=role, reason="test")
    browser = Client()
    give_password(browser, alice)
    assert browser.get("/api/v1/me").status_code == 403
    nothing: dict[str, Any] = {}
    assert browser.get(MFA).json()["is_required"]
    browser.post(f"{MFA}/totp", nothing, content_type="application/json")
    sent = {"code": TOTPDevice.objects.get().code()}
    answer = browser.post(f"{MFA}/totp/confirm", sent, content_type="application/json")
    assert answer.status_code == 200
    assert browser.get("/api/v1/me").status_code == 200
    last = browser.delete(f"{MFA}/totp")
    assert (last.status_code, last.json()["code"]) == (409, "last_factor")


def test_what_is_not_set_up_cannot_be_removed(alice: User) -> None:
    phone_of(alice)
    phone = Phone(alice, twice=True)
    for path, status in (("totp", 409), ("sms", 204), ("sms", 409)):
        assert phone.delete(f"{MFA}/{path}").status_code == status
    assert phone.send("recovery-codes").json()["code"] == "not_enrolled"


def test_browsers_are_listed_with_the_end_of_trust_and_forgotten(
    alice: User, bob: User, app: TOTPDevice
) -> None:
    browser = Client()
    give_password(browser, alice)
    prove(browser, "totp", app.code(), trust="on")
    (found,) = browser.get(DEVICES).json()["results"]
    row = KnownBrowser.objects.get()
    assert found["id"] == str(row.public_id) and found["name"] == "A browser"
    assert datetime.fromisoformat(found["trusted_until"]) == row.trusted_until
    assert set(found) == {"id", "name", "created_at", "last_seen_at", "trusted_until"}
    enrolment.new_recovery_codes(user=alice)
    TOTPDevice.objects.update(last_t=-1)
    browser = sign_in(alice, app)
    assert [
        each["trusted_until"] for each in browser.get(DEVICES).json()["results"]
    ] == [None] * 2

    strange = Phone(bob)
    assert strange.get(DEVICES).json()["results"] == []
    assert strange.delete(f"{DEVICES}/{row.public_id}").status_code == 404
    assert browser.delete(f"{DEVICES}/{row.public_id}").status_code == 204
    assert browser.delete(f"{DEVICES}/{row.public_id}").status_code == 404
    assert [each["id"] for each in browser.get(DEVICES).json()["results"]] != [
        found["id"]
    ]


def test_what_was_begun_an_hour_ago_is_over(alice: User) -> None:
    Phone(alice).send("totp")
    code = TOTPDevice.objects.get().code()
    with time_machine.travel(now() + timedelta(minutes=61)):
        answer = Phone(alice).send("totp/confirm", code=code)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_begun")


def test_an_app_stops_the_removal_of_factors_that_are_not_lost(
    alice: User, bob: User
) -> None:
    app_of(alice)
    phone, other = Phone(alice), Phone(bob)
    loss = lost.begin(user=alice)
    # Signed in an hour ago is enough: nobody is kept from saying no.
    LoginSession.objects.update(proved_at=now() - timedelta(hours=1))
    assert phone.get("/api/v1/me/security").json()["factors_go_at"]
    assert other.send("lost/veto").status_code == 404
    assert Client().generic("POST", f"{MFA}/lost/veto").status_code == 401
    assert lost.waiting(alice) == loss
    assert phone.send("lost/veto").status_code == 204
    loss.refresh_from_db()
    assert loss.ended_how == "veto" and not lost.waiting(alice)
    assert any("stay" in letter.subject for letter in mail.outbox)
    again = phone.send("lost/veto")
    assert (again.status_code, again.json()["code"]) == (404, "not_found")


def test_an_app_that_is_still_in_says_that_all_are_lost(
    alice: User, app: TOTPDevice
) -> None:
    phone = Phone(alice)
    answer = phone.send("lost")
    loss = lost.waiting(alice)
    assert answer.status_code == 201 and loss is not None
    told = datetime.fromisoformat(answer.json()["factors_go_at"])
    assert told == loss.ready_at
    assert phone.send("lost").json() == answer.json(), "once"


def test_whoever_has_no_factor_has_lost_none(bob: User) -> None:
    assert Phone(bob).send("lost").status_code == 409
    assert lost.waiting(bob) is None
