"""Everything is gone: three days in which the owner can say no."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from apps.accounts.models import LoginSession, User
from apps.core.errors import Conflict, Forbidden
from apps.mfa import enrolment, factor, lost
from apps.mfa.models import FactorState, LostFactors, TOTPDevice
from apps.rbac import assignments
from apps.rbac.models import AuditEvent, Role
from apps.sms.models import OutboundText
from tests.factories import PASSWORD
from tests.mfa.conftest import ALICE, app_of, give_password, now, person, prove, sign_in
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
PAGE, LOST = "/accounts/2fa/authenticate/", "/accounts/2fa/lost/"
HOME = "/app/settings/security/factors/"


def begin(user: User) -> Client:
    """Somebody with the password says that everything is lost."""
    client = Client()
    give_password(client, user)
    assert client.post(LOST).status_code == 200
    return client


def after(hours: float) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(hours=hours))


def link() -> str:
    found = re.search(r"https://switchboard\.example(\S+/lost/\S+)", _body())
    assert found
    return found[1]


def _body() -> str:
    return str(mail.outbox[0].body)


def test_only_somebody_with_the_password_begins_it(
    alice: User, app: TOTPDevice
) -> None:
    assert Client().post(LOST).status_code == 302
    assert not LostFactors.objects.exists()


def test_in_a_trusted_browser_too(alice: User, app: TOTPDevice) -> None:
    """Which for many is the only one they have."""
    client = Client()
    give_password(client, alice)
    prove(client, "totp", app.code(), trust="1")
    client.post("/accounts/logout/")
    give_password(client, alice)
    again = client.get("/accounts/2fa/reauthenticate/").content.decode()
    assert "/accounts/2fa/lost/here/" in again
    assert client.post("/accounts/2fa/lost/here/").status_code == 200
    client.post("/accounts/logout/")
    with after(72.1):
        give_password(client, alice)
        assert client.get("/app/")["Location"] == HOME
    assert not TOTPDevice.objects.exists()


def test_every_channel_says_so(alice: User, app: TOTPDevice) -> None:
    EmailAddress.objects.create(user=alice, email="two@example.com", verified=True)
    begin(alice)
    assert sorted(letter.to[0] for letter in mail.outbox) == [
        "alice@example.com",
        "two@example.com",
    ]
    text = OutboundText.objects.get()
    assert (text.kind, text.number, text.segments) == ("notice", ALICE, 1)
    assert "second factor is lost" in text.body


def test_before_the_time_is_over_nothing_opens(alice: User, app: TOTPDevice) -> None:
    client = begin(alice)
    assert client.get("/app/").status_code == 302
    with after(71.9):
        assert give_password(Client(), alice)["Location"] == PAGE


def test_afterwards_the_password_leads_to_new_factors_and_nothing_else(
    alice: User, app: TOTPDevice, paper: list[str]
) -> None:
    begin(alice)
    with after(72.1):
        client = Client()
        give_password(client, alice)
        assert not factor.of(alice)
        for page in ("/app/", "/app/phones/", "/accounts/email/"):
            assert client.get(page)["Location"] == HOME, page
        client.post(f"{HOME}totp/begin/")
        code = TOTPDevice.objects.get().code()
        assert client.post(f"{HOME}totp/", {"code": code}).status_code == 200
        assert client.get("/app/").status_code == 200
    assert any("were removed" in letter.subject for letter in mail.outbox)


def test_whoever_leaves_the_new_factors_for_later_is_led_there_again(
    alice: User, app: TOTPDevice
) -> None:
    begin(alice)
    with after(72.1):
        give_password(Client(), alice)
        client = Client()
        give_password(client, alice)
        assert client.get("/app/")["Location"] == HOME


def test_the_link_in_the_letter_stops_it_after_a_question(
    alice: User, app: TOTPDevice
) -> None:
    begin(alice)
    path = link()
    assert "Stop it" in Client().get(path).content.decode()
    assert lost.waiting(alice)
    assert "Stopped" in Client().post(path).content.decode()
    assert Client().post(path).status_code == 404
    with after(72.1):
        assert give_password(Client(), alice)["Location"] == PAGE


def test_a_made_up_link_stops_nothing(alice: User, app: TOTPDevice) -> None:
    begin(alice)
    path = link().rsplit("/", 2)[0] + "/made-up/"
    assert Client().post(path).status_code == 404
    assert lost.waiting(alice)


def test_any_live_session_stops_it(alice: User, app: TOTPDevice) -> None:
    owner = sign_in(alice, app)
    begin(alice)
    assert "your factors are lost" in " ".join(owner.get(HOME).content.decode().split())
    assert owner.post(f"{HOME}lost/veto/")["Location"] == HOME
    assert not lost.waiting(alice)


def test_nobody_stops_that_of_another(alice: User, bob: User, app: TOTPDevice) -> None:
    begin(alice)
    client = Client()
    give_password(client, bob)
    assert client.post(f"{HOME}lost/veto/").status_code == 404
    assert lost.waiting(alice)


def test_a_factor_that_is_proved_was_not_lost(alice: User, app: TOTPDevice) -> None:
    begin(alice)
    sign_in(alice, app)
    assert LostFactors.objects.get().ended_how == "proved"


def test_asking_again_does_not_make_it_sooner_or_louder(
    alice: User, app: TOTPDevice
) -> None:
    begin(alice)
    with after(24):
        begin(alice)
    assert LostFactors.objects.count() == 1
    assert len(mail.outbox) == 1


def test_beginning_it_over_and_over_is_refused(alice: User, app: TOTPDevice) -> None:
    for _ in range(2):
        begin(alice)
        LostFactors.objects.filter(user=alice).end("veto")
    client = Client()
    give_password(client, alice)
    assert client.post(LOST).status_code == 429


def test_a_week_later_it_is_forgotten(alice: User, app: TOTPDevice) -> None:
    begin(alice)
    with after(72 + 7 * 24 + 1):
        assert give_password(Client(), alice)["Location"] == PAGE


def test_a_recovery_code_is_quicker(
    alice: User, app: TOTPDevice, paper: list[str]
) -> None:
    client = begin(alice)
    assert prove(client, "recovery", paper[0])["Location"] == "/app/"
    assert not lost.waiting(alice)


# --- An operator -----------------------------------------------------------------------


@pytest.fixture
def ada(db: None) -> User:
    ada = person("ada@example.com")
    role = Role.objects.get(slug="administrator")
    assignments.grant(by=None, user=ada, role=role, reason="test")
    return User.objects.get(pk=ada.pk)


def test_an_operator_resets_and_new_factors_are_set_up(
    alice: User, ada: User, app: TOTPDevice
) -> None:
    owner = sign_in(alice, app)
    Authenticator.objects.create(
        user=alice, type=Authenticator.Type.WEBAUTHN, data={"name": "x"}
    )
    lost.reset(by=ada, user=alice, reason="on the telephone, knew the numbers")
    assert not factor.of(alice)
    # Whoever was in with what is gone is out.
    assert owner.get("/app/").status_code == 302
    client = Client()
    give_password(client, alice)
    assert client.get("/app/")["Location"] == HOME
    event = AuditEvent.objects.filter(action="mfa.factor.reset").latest("id")
    assert (event.actor_id, event.subject_id) == (ada.pk, alice.pk)
    letter = mail.outbox[-1]
    assert "were removed" in letter.subject
    # Where the operator sits is nobody's business.
    assert "When: " in letter.body and "From: " not in letter.body


def test_nobody_resets_their_own_or_somebody_above_them(
    alice: User, ada: User, app: TOTPDevice
) -> None:
    app_of(ada)
    for by, whose in ((ada, ada), (alice, ada)):
        with pytest.raises(Forbidden):
            lost.reset(by=by, user=whose, reason="please")
    assert factor.are_set_up(ada)


def test_there_has_to_be_something_to_reset(alice: User, ada: User) -> None:
    with pytest.raises(Conflict):
        lost.reset(by=ada, user=alice, reason="please")


def test_the_console_asks_for_a_reason_and_shows_no_secret(
    alice: User, ada: User
) -> None:
    enrolment.begin_totp(user=alice)
    device = TOTPDevice.objects.get(user=alice)
    enrolment.confirm_totp(user=alice, code=device.code(), session="x")
    client = signed_in(ada)
    state = FactorState.objects.get(user=alice)
    page = "/admin/factors/factorstate/"
    listed = client.get(page).content.decode()
    assert "app, recovery codes" in listed and device.sealed not in listed
    assert client.get(f"{page}{state.pk}/change/").status_code == 200
    form = {"action": "reset", "_selected_action": [state.pk]}
    assert "Be sure" in client.post(page, form).content.decode()
    assert factor.are_set_up(alice)
    client.post(page, {**form, "confirm": "1", "reason": "asked by telephone"})
    assert not factor.are_set_up(alice)
    for model in ("totpdevice", "smsdevice", "recoverycode", "challenge"):
        assert client.get(f"/admin/factors/{model}/").status_code == 404
    assert client.get("/admin/mfa/authenticator/").status_code == 404


def test_an_app_gets_no_tokens_until_new_factors_are_set_up(
    alice: User, ada: User, app: TOTPDevice
) -> None:
    lost.reset(by=ada, user=alice, reason="on the telephone, knew the numbers")
    body = {"email": alice.email, "password": PASSWORD}
    place = "/api/auth/app/v1/auth/login"
    answer = Client().post(place, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_missing")
    assert not LoginSession.objects.filter(user=alice, ended_at=None).exists()
    enrolment.begin_totp(user=alice)
    device = TOTPDevice.objects.get(user=alice)
    enrolment.confirm_totp(user=alice, code=device.code(), session="x")
    # From here on the factor itself is asked for.
    answer = Client().post(place, body, content_type="application/json")
    assert answer.status_code == 401
