"""Between the password and the second factor minutes may pass. What the owner does
meanwhile to keep somebody out counts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts import suspension
from apps.accounts.models import LoginSession, User
from apps.mfa import enrolment, lost
from apps.mfa.models import LostFactors, SMSDevice, TOTPDevice
from apps.mfa.models.totp import this_step
from tests.factories import PASSWORD
from tests.mfa.conftest import give_password, no_pause, prove, texted
from tests.mfa.test_headless import Http
from tests.rbac.factories import person

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "another-walk-by-the-sea"
LOGIN, PAGE = "/accounts/login/", "/accounts/2fa/authenticate/"


def change_password(user: User) -> None:
    user.set_password(NEW)
    user.save(update_fields=["password"])


def suspend(user: User) -> None:
    suspension.suspend(by=person("administrator"), user=user, reason="Stolen")


CHANGES: dict[str, Callable[[User], None]] = {
    "password": change_password,
    "suspended": suspend,
}


@pytest.fixture(params=["app", "browser"])
def http(request: pytest.FixtureRequest) -> Http:
    return Http(request.param)


@pytest.mark.parametrize("change", CHANGES)
def test_the_right_code_does_not_complete_it_on_the_page(
    change: str, alice: User, app: TOTPDevice
) -> None:
    client = Client()
    give_password(client, alice)
    CHANGES[change](alice)
    answer = prove(client, "totp", app.code(), trust="1")
    assert answer["Location"] == LOGIN
    assert not any(name.startswith("browser_") for name in answer.cookies)
    assert_nobody_is_in(client)


@pytest.mark.parametrize("change", CHANGES)
def test_the_right_code_does_not_complete_it_over_http(
    http: Http, change: str, alice: User, app: TOTPDevice
) -> None:
    http.password(alice)
    CHANGES[change](alice)
    answer = http.prove(code=app.code())
    assert (answer.status_code, answer.json()["code"]) == (401, f"session_{change}")
    assert not http.is_in()
    # Nor does another try: the password is asked for again.
    again = http.prove(code=app.code(this_step() + 1))
    assert again.status_code in (401, 410)
    assert not LoginSession.objects.exists()


def assert_nobody_is_in(client: Client) -> None:
    assert client.get(PAGE)["Location"] == LOGIN
    assert client.get("/app/").status_code == 302
    assert not LoginSession.objects.exists()


def test_the_new_password_starts_again_and_is_enough(
    alice: User, app: TOTPDevice
) -> None:
    client = Client()
    give_password(client, alice)
    change_password(alice)
    prove(client, "totp", app.code())
    give_password(client, alice, password=NEW)
    assert prove(client, "totp", app.code(this_step() + 1))["Location"] == "/app/"


def test_an_old_password_does_not_begin_the_slow_way_back(
    alice: User, app: TOTPDevice
) -> None:
    client = Client()
    give_password(client, alice)
    change_password(alice)
    assert client.post("/accounts/2fa/lost/").status_code == 401
    assert not LostFactors.objects.exists()


def remove_app(user: User) -> None:
    enrolment.remove(user=user, name="totp")


def reset(user: User) -> None:
    lost.reset(by=person("administrator"), user=user, reason="Asked by phone")


@pytest.mark.parametrize("change", [remove_app, reset])
def test_a_code_of_a_factor_that_is_gone_completes_nothing(
    change: Callable[[User], None], alice: User, app: TOTPDevice
) -> None:
    client = Client()
    give_password(client, alice)
    code = app.code()
    change(alice)
    answer: Any = prove(client, "totp", code)
    assert answer.status_code == 409
    assert client.get("/app/").status_code == 302
    assert not LoginSession.objects.exists()


def test_the_same_over_http(http: Http, alice: User, app: TOTPDevice) -> None:
    http.password(alice)
    code = app.code()
    remove_app(alice)
    assert http.prove(code=code).status_code == 400
    assert not http.is_in()


def test_with_another_factor_left_that_one_is_asked_for(
    http: Http, alice: User, app: TOTPDevice, phone: SMSDevice
) -> None:
    http.password(alice)
    code = app.code()
    remove_app(alice)
    assert http.prove(factor="totp", code=code).status_code == 400
    assert http.prove(code=code).status_code == 400
    assert http.prove(factor="sms").status_code == 200
    assert http.prove(factor="sms", code=texted()).status_code == 200
    assert http.is_in()


def test_a_replaced_app_answers_only_as_the_new_one(
    alice: User, app: TOTPDevice
) -> None:
    client = Client()
    give_password(client, alice)
    prove(client, "totp", "000000" if app.code() != "000000" else "111111")
    enrolment.begin_totp(user=alice)
    new = TOTPDevice.objects.get(user=alice, confirmed=False)
    enrolment.confirm_totp(user=alice, code=new.code(), session="of the owner")
    no_pause(app)
    # Its challenge was of the old one, and is over with it.
    assert prove(client, "totp", app.code())["Location"] == LOGIN
    assert_nobody_is_in(client)
    give_password(client, alice)
    assert prove(client, "totp", new.code(this_step() + 1))["Location"] == "/app/"


def test_changing_the_password_at_the_same_page_does_not_help(
    alice: User, app: TOTPDevice
) -> None:
    """A password that is changed and changed back is another one."""
    client = Client()
    give_password(client, alice)
    change_password(alice)
    alice.set_password(PASSWORD)
    alice.save(update_fields=["password"])
    assert prove(client, "totp", app.code())["Location"] == LOGIN
    assert_nobody_is_in(client)
