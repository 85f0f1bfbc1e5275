"""Passkeys by the API, as a program keeps them: each answer is good once, whatever comes
at the same moment; a removal is whole or nothing; what is somebody else's is nobody's.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from apps.accounts import sessions, tokens
from apps.accounts.models import LoginSession, User
from tests.api.passkey import Passkey
from tests.mfa.test_who_must import promote

pytestmark = pytest.mark.django_db(transaction=True)
APP = "/api/auth/app/v1"
KEYS = "account/authenticators/webauthn"


class App:
    """Signed in by a password and a second factor, a moment ago."""

    def __init__(self, user: User) -> None:
        self.row = sessions.begin(
            user=user, client="app", proved=["password", "totp"], twice=True
        )
        self.headers = {"Authorization": f"Bearer {tokens.issue(self.row).access}"}

    def ask(self, verb: str, body: Any = None, place: str = KEYS) -> Any:
        return Client().generic(
            verb,
            f"{APP}/{place}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=self.headers,
        )

    def add(self, key: Passkey | None = None, name: str = "laptop") -> Any:
        options = self.ask("GET", place=f"{KEYS}?passwordless").json()["data"]
        credential = (key or Passkey()).made(options["creation_options"])
        given = {"name": name, "passwordless": True, "credential": credential}
        return self.ask("POST", given)

    def keys(self) -> list[str]:
        told = self.ask("GET", place="account/authenticators").json()["data"]
        return [each["id"] for each in told if each["type"] == "webauthn"]


@pytest.fixture
def signed(alice: User) -> App:
    return App(alice)


def at_once(times: int, ask: Any) -> list[int]:
    gate = Barrier(times)

    def one(_: int) -> int:
        gate.wait()
        try:
            return int(ask().status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return sorted(pool.map(one, range(times)))


def test_one_answer_six_times_at_once_signs_in_once(alice: User, signed: App) -> None:
    key = Passkey()
    assert signed.add(key).status_code == 200
    before = LoginSession.objects.count()
    begun = Client().get(f"{APP}/auth/webauthn/login").json()
    answer = {"credential": key.shown(begun["data"]["request_options"])}
    headers = {"X-Session-Token": begun["meta"]["session_token"]}

    def ask() -> Any:
        place = f"{APP}/auth/webauthn/login"
        return Client().post(place, answer, "application/json", headers=headers)

    told = at_once(6, ask)
    assert told[0] == 200 and set(told[1:]) <= {400, 401, 410}
    assert LoginSession.objects.count() == before + 1


def test_one_question_six_times_at_once_adds_one(signed: App) -> None:
    options = signed.ask("GET", place=f"{KEYS}?passwordless").json()["data"]
    made = [Passkey().made(options["creation_options"]) for _ in range(6)]

    def ask() -> Any:
        return signed.ask("POST", {"name": "one", "credential": made.pop()})

    told = at_once(6, ask)
    assert told[0] == 200 and set(told[1:]) == {400}
    assert len(signed.keys()) == 1


def test_one_is_registered_once(signed: App) -> None:
    key = Passkey()
    assert signed.add(key).status_code == 200
    refused = signed.add(key)
    assert refused.status_code == 400
    assert "You have this passkey already." in refused.json()["detail"]
    assert len(signed.keys()) == 1


def test_a_removal_that_is_refused_removes_nothing(alice: User, signed: App) -> None:
    promote(alice)
    for _ in range(3):
        assert signed.add().status_code == 200
    keys = signed.keys()
    refused = signed.ask("DELETE", {"authenticators": keys})
    assert (refused.status_code, refused.json()["code"]) == (409, "last_factor")
    assert signed.keys() == keys
    assert signed.ask("DELETE", {"authenticators": keys[1:]}).status_code == 200
    assert signed.keys() == keys[:1]


def test_one_of_somebody_else_is_one_of_nobody(signed: App, bob: User) -> None:
    theirs = App(bob)
    assert theirs.add().status_code == 200
    assert signed.add().status_code == 200
    (own,), (of_bob,) = signed.keys(), theirs.keys()

    def told(verb: str, body: Any) -> Any:
        answer = signed.ask(verb, body)
        known = answer.json()
        known.pop("request_id")
        return answer.status_code, known

    made_up = of_bob[:-2] + ("AA" if not of_bob.endswith("AA") else "BB")
    for verb, asked in (
        ("PUT", lambda key: {"id": key, "name": "x"}),
        ("DELETE", lambda key: {"authenticators": [own, key]}),
    ):
        unknown = told(verb, asked(made_up))
        assert unknown[0] == 404 and told(verb, asked(of_bob)) == unknown
    assert (signed.keys(), theirs.keys()) == ([own], [of_bob])


@pytest.mark.parametrize("name", ["x" * 41, "a\nb", "a\u202eb", "\u200b"])
def test_a_name_is_a_line_that_can_be_read(signed: App, name: str) -> None:
    assert signed.add(name=name).status_code == 400
    assert signed.add(name="My 🔑, «лаптоп»").status_code == 200
    (key,) = signed.keys()
    assert signed.ask("PUT", {"id": key, "name": name}).status_code == 400
    assert Authenticator.objects.get().wrap().name == "My 🔑, «лаптоп»"
