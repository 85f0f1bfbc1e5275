"""The second step over HTTP, for an app with a token and for a page with a cookie."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from fido2.utils import websafe_encode
from pytest_django import Settings

from apps.accounts.models import LoginSession, User
from apps.mfa.models import Challenge, LostFactors, SMSDevice, TOTPDevice
from apps.rbac import assignments
from apps.rbac.models import Role
from tests.factories import PASSWORD
from tests.mfa.conftest import no_pause, now, texted, wrong

pytestmark = pytest.mark.django_db


class Http:
    """One of allauth's clients: "app" carries a token, "browser" a cookie."""

    def __init__(self, kind: str) -> None:
        self.kind, self.client = kind, Client()
        # Of the pending sign-in; an access token once it is complete.
        self.token = self.access = ""

    def ask(self, verb: str, place: str, body: Any = None) -> Any:
        headers = {"X-Session-Token": self.token} if self.token else {}
        if self.access:
            headers = {"Authorization": f"Bearer {self.access}"}
        answer = self.client.generic(
            verb,
            f"/api/auth/{self.kind}/v1/{place}",
            "" if body is None else body if isinstance(body, str) else json.dumps(body),
            content_type="application/json",
            headers=headers,
        )
        if "json" in answer["Content-Type"] and self.kind == "app":
            meta = answer.json().get("meta", {})
            self.token = meta.get("session_token", self.token)
            self.access = meta.get("access_token", self.access)
        return answer

    def password(self, user: User) -> Any:
        given = {"email": user.email, "password": PASSWORD}
        return self.ask("POST", "auth/login", given)

    def prove(self, **given: str) -> Any:
        return self.ask("POST", "auth/2fa/authenticate", given)

    def is_in(self) -> bool:
        return bool(self.ask("GET", "auth/session").status_code == 200)


@pytest.fixture(params=["app", "browser"])
def http(request: pytest.FixtureRequest) -> Http:
    return Http(request.param)


def test_the_password_leaves_the_second_step_pending(
    http: Http, alice: User, app: TOTPDevice
) -> None:
    answer = http.password(alice)
    assert answer.status_code == 401
    pending = [f for f in answer.json()["data"]["flows"] if f.get("is_pending")]
    assert pending == [
        {"id": "mfa_authenticate", "is_pending": True, "types": ["totp"]}
    ]
    assert not http.is_in()


@pytest.mark.parametrize(
    "place",
    [
        "account/authenticators",
        "account/email",
        "account/password/change",
        "auth/2fa/reauthenticate",
        "account/authenticators/webauthn",
    ],
)
def test_while_it_is_pending_nothing_else_is_open(
    http: Http, place: str, alice: User, app: TOTPDevice
) -> None:
    http.password(alice)
    for verb in ("GET", "POST", "DELETE"):
        answer = http.ask(verb, place, {"code": app.code()})
        # 409: no address waits to be verified.
        assert answer.status_code in (401, 405, 409), (verb, place)
    assert not http.is_in()


@pytest.mark.parametrize("named", [True, False])
def test_a_code_of_ours_completes_it(
    http: Http, named: bool, alice: User, app: TOTPDevice
) -> None:
    http.password(alice)
    meant = {"factor": "totp"} if named else {}
    answer = http.prove(code=app.code(), **meant)
    assert answer.status_code == 200
    methods = answer.json()["data"]["methods"]
    assert [each["method"] for each in methods] == ["password", "mfa"]
    assert methods[1]["type"] == "totp"
    assert http.is_in()


def test_a_pending_token_is_dead_once_it_is_used(alice: User, app: TOTPDevice) -> None:
    http = Http("app")
    http.password(alice)
    pending = http.token
    http.prove(code=app.code())
    http.token, http.access = pending, ""
    assert http.ask("GET", "auth/session").status_code in (401, 410)


def test_a_wrong_code_says_so_in_allauths_words(
    http: Http, alice: User, app: TOTPDevice
) -> None:
    http.password(alice)
    answer = http.prove(code=wrong(app.code()))
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["code"] == "incorrect_code"
    again = http.prove(code=app.code())
    assert again.status_code == 429 and again["Retry-After"] == "1"
    assert not http.is_in()


def test_after_five_wrong_codes_the_sign_in_is_over(
    http: Http, alice: User, app: TOTPDevice
) -> None:
    http.password(alice)
    for _ in range(5):
        no_pause(app)
        answer = http.prove(code=wrong(app.code()))
    assert answer.status_code == 401
    no_pause(app)
    assert http.prove(code=app.code()).status_code in (401, 410)
    assert not http.is_in()


@pytest.mark.parametrize("code", ["１２３４５６", "+12345", "123_456", "", "0", "\x00"])
def test_what_is_no_code_is_refused_without_work(
    http: Http, code: str, alice: User, app: TOTPDevice
) -> None:
    http.password(alice)
    assert http.prove(factor="totp", code=code).status_code == 400
    assert not Challenge.objects.exclude(attempts=0).exists()


@pytest.mark.parametrize(
    "body",
    ['{"code": [1]}', '{"code": {"a": 1}}', '{"code": 123456.5}', "[]", "7", "{", ""],
)
def test_a_strange_body_is_refused(
    http: Http, body: str, alice: User, app: TOTPDevice
) -> None:
    http.password(alice)
    answer = http.ask("POST", "auth/2fa/authenticate", body)
    assert answer.status_code == 400 and not http.is_in()


def test_what_can_be_proved_is_told_to_the_pending_only(
    http: Http, alice: User, app: TOTPDevice, phone: SMSDevice
) -> None:
    assert http.ask("GET", "auth/2fa/authenticate").status_code == 401
    http.password(alice)
    answer = http.ask("GET", "auth/2fa/authenticate").json()
    assert [each["id"] for each in answer["data"]["factors"]] == ["totp", "sms"]


def test_a_text_is_asked_for_by_leaving_out_the_code(
    http: Http, alice: User, phone: SMSDevice
) -> None:
    http.password(alice)
    assert http.prove(factor="sms", code="123456").status_code == 400
    assert http.prove(factor="sms").status_code == 200
    assert http.prove(factor="sms", code=texted()).status_code == 200
    assert http.is_in()


def test_a_recovery_code_is_known_by_its_shape(
    http: Http, alice: User, paper: list[str]
) -> None:
    http.password(alice)
    assert http.prove(code=paper[0]).status_code == 200
    assert http.is_in()


def test_a_factor_somebody_has_not_set_up_is_refused(
    http: Http, alice: User, app: TOTPDevice
) -> None:
    http.password(alice)
    for name in ("sms", "webauthn", "smoke"):
        assert http.prove(factor=name, code="123456").status_code == 400


def test_a_code_without_a_password_opens_nothing(
    http: Http, alice: User, app: TOTPDevice
) -> None:
    assert http.prove(code=app.code()).status_code == 401
    assert not http.is_in()


def test_whoever_is_signed_in_proves_it_again(
    http: Http, alice: User, app: TOTPDevice, paper: list[str]
) -> None:
    http.password(alice)
    http.prove(code=app.code())
    answer = http.ask("POST", "auth/2fa/reauthenticate", {"code": paper[1]})
    assert answer.status_code == 200
    newest = answer.json()["data"]["methods"][-1]
    assert (newest["method"], newest["type"]) == ("mfa", "recovery")
    assert newest["reauthenticated"] is True


def test_passkeys_are_managed_with_a_fresh_factor_and_no_password(
    http: Http, alice: User, app: TOTPDevice
) -> None:
    place = "account/authenticators/webauthn"
    http.password(alice)
    http.prove(code=app.code())
    long_ago = now() - timedelta(minutes=6)
    LoginSession.objects.update(proved_at=long_ago, proved_twice_at=long_ago)
    http.ask("POST", "auth/reauthenticate", {"password": PASSWORD})
    refused = http.ask("GET", place)
    # A password would open it for nobody, so it is not offered.
    assert (refused.status_code, refused.json()["code"]) == (401, "step_up")
    assert 'acr_values="aal2"' in refused["WWW-Authenticate"]
    for verb in ("POST", "PUT", "DELETE"):
        assert http.ask(verb, place, {}).status_code in (400, 401), verb
    with time_machine.travel(now() + timedelta(minutes=1)):
        proof = http.ask("POST", "auth/2fa/reauthenticate", {"code": app.code()})
        assert proof.status_code == 200
        assert http.ask("GET", place).status_code == 200


def test_an_administrator_without_a_factor_can_do_nothing_but_set_one_up(
    alice: User,
) -> None:
    role = Role.objects.get(slug="administrator")
    assignments.grant(by=None, user=alice, role=role, reason="test")
    http = Http("browser")
    assert http.password(alice).status_code == 200
    for place in ("account/email", "account/password/change"):
        answer = http.ask("GET", place)
        assert answer.status_code == 403
        assert answer.json()["code"] == "second_factor_missing"
    again = http.ask("POST", "auth/reauthenticate", {"password": PASSWORD})
    assert again.status_code == 200
    assert http.ask("GET", "account/authenticators/webauthn").status_code == 200
    assert http.is_in()
    assert http.ask("DELETE", "auth/session").status_code == 401
    assert not http.is_in()


@pytest.mark.parametrize(
    "place",
    ["account/authenticators/totp", "account/authenticators/recovery-codes"],
)
def test_the_endpoints_that_ours_replace_are_not_there(
    http: Http, place: str, alice: User, app: TOTPDevice
) -> None:
    http.password(alice)
    http.prove(code=app.code())
    for verb in ("GET", "POST", "DELETE"):
        assert http.ask(verb, place, {}).status_code == 404
    assert http.ask("POST", "auth/2fa/trust", {"trust": True}).status_code == 404


def test_the_configuration_names_passkeys_only(http: Http, settings: Settings) -> None:
    config = http.ask("GET", "config").json()["data"]["mfa"]
    assert config["supported_types"] == ["webauthn"]


BAD_ANSWERS = [
    {"id": 1},
    {"id": 1, "response": []},
    {"id": "x", "rawId": "x", "response": {}},
    {"id": "x", "rawId": "%", "type": "public-key", "response": {"signature": 1}},
    [],
    "x",
    None,
    5,
]


@pytest.mark.parametrize("answer", BAD_ANSWERS)
@pytest.mark.parametrize("begun", [True, False])
def test_what_is_no_passkeys_answer_is_refused(
    http: Http, begun: bool, answer: object
) -> None:
    if begun:
        http.ask("GET", "auth/webauthn/login")
    refused = http.ask("POST", "auth/webauthn/login", {"credential": answer})
    assert refused.status_code == 400 and not http.is_in()


def test_a_passkey_that_nobody_has_is_told_in_words_of_passkeys(http: Http) -> None:
    http.ask("GET", "auth/webauthn/login")
    said = {"type": "webauthn.get", "challenge": "eA", "origin": "http://testserver"}
    parts = {
        "clientDataJSON": json.dumps(said).encode(),
        "authenticatorData": bytes(37),
        "signature": b"x",
        "userHandle": b"5",
    }
    response = {name: websafe_encode(part) for name, part in parts.items()}
    answer = {"id": "eHh4", "rawId": "eHh4", "type": "public-key", "response": response}
    refused = http.ask("POST", "auth/webauthn/login", {"credential": answer}).json()
    assert refused["errors"][0]["code"] == "incorrect_code"
    assert refused["detail"].startswith("The answer of this passkey does not fit.")


@pytest.mark.parametrize("answer", [*map(json.dumps, BAD_ANSWERS), "[" * 3000, "{"])
def test_the_page_refuses_it_too(db: None, answer: str) -> None:
    client = Client()
    client.get("/accounts/login/")
    place = "/accounts/2fa/webauthn/login/"
    assert client.post(place, {"credential": answer})["Location"] == "/accounts/login/"
    assert client.get("/app/").status_code == 302


def test_all_factors_are_lost_while_the_second_step_is_pending(
    http: Http, alice: User, app: TOTPDevice
) -> None:
    lost = "auth/2fa/lost"
    assert http.ask("POST", lost).status_code == 401, "the password comes first"
    http.password(alice)
    assert http.ask("GET", lost).json()["data"] == {"factors_go_at": None}
    answer = http.ask("POST", lost)
    loss = LostFactors.objects.get(user=alice)
    assert answer.status_code == 200
    told = datetime.fromisoformat(answer.json()["data"]["factors_go_at"])
    assert abs(told - loss.ready_at) < timedelta(milliseconds=1)
    assert http.ask("POST", lost).json() == answer.json(), "once"
    assert http.ask("GET", lost).json() == answer.json()
    assert not http.is_in()


def test_who_changed_their_password_meanwhile_is_told_so_there_too(
    http: Http, alice: User, app: TOTPDevice
) -> None:
    http.password(alice)
    alice.set_password(f"{PASSWORD}, another")
    alice.save()
    answer = http.ask("POST", "auth/2fa/lost")
    assert (answer.status_code, answer.json()["code"]) == (401, "session_password")
    assert not LostFactors.objects.exists()
