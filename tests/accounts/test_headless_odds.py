"""What the package's inputs trip over, and what they take away from a password."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts import personal_tokens, sessions, tokens
from apps.accounts.models import User
from tests.factories import PASSWORD
from tests.rbac.factories import verified
from tests.sign_in import prove_twice, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
APP = "/api/auth/app/v1"
SPACED = "  violet tundra hammock 93 "


def post(address: str, given: dict[str, Any], **headers: str) -> Any:
    return Client().post(f"{APP}/{address}", given, "application/json", headers=headers)


@pytest.fixture
def alice() -> User:
    user: User = verified("alice@example.com")
    user.set_password(SPACED)
    user.save()
    return user


def log_in(password: str) -> int:
    given = {"email": "alice@example.com", "password": password}
    return int(post("auth/login", given).status_code)


def test_spaces_are_part_of_a_password_for_apps_too(alice: User) -> None:
    assert log_in(SPACED) == 200
    assert log_in(SPACED.strip()) == 400


def test_spaces_stay_when_an_app_changes_it(alice: User) -> None:
    row = sessions.begin(user=alice, client="app", proved=["password"], twice=False)
    bearer = {"authorization": f"Bearer {tokens.issue(row).access}"}
    given = {"current_password": SPACED, "new_password": f"{SPACED} "}
    assert post("account/password/change", given, **bearer).status_code == 200
    assert log_in(f"{SPACED} ") == 200 and log_in(SPACED) == 400


@pytest.mark.parametrize(
    ("chosen", "typed"),
    [
        ("caf\u00e9-tundra-hammock", "cafe\u0301-tundra-hammock"),
        ("tundra-hammock-\uff19\uff13-violet", "tundra-hammock-93-violet"),
    ],
)
def test_keyboards_that_spell_alike_type_the_same_password(
    alice: User, chosen: str, typed: str
) -> None:
    alice.set_password(chosen)
    alice.save()
    assert log_in(typed) == 200


@pytest.mark.parametrize("key", ["--", "-1-x", "-x-y", "-", "", "1-", "zz-zz"])
def test_a_reset_key_that_is_none_is_refused(key: str, db: None) -> None:
    given = {"key": key, "password": "four-grey-herons-waiting"}
    assert post("auth/password/reset", given).status_code == 400
    asked = Client().get(
        f"{APP}/auth/password/reset", headers={"X-Password-Reset-Key": key}
    )
    assert asked.status_code == 400


def test_keys_in_headers_are_counted_and_looks_are_not(db: None) -> None:
    for _ in range(40):
        assert Client().head("/accounts/signup/").status_code == 200
        assert Client().options("/accounts/signup/").status_code == 200
    asked = [
        Client()
        .get(f"{APP}/auth/password/reset", headers={"X-Password-Reset-Key": "a-b"})
        .status_code
        for _ in range(40)
    ]
    assert asked[0] == 400 and asked[-1] == 429


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_case_of_the_scheme_says_nothing(alice: User, scheme: str) -> None:
    row = sessions.begin(user=alice, client="app", proved=["password"], twice=False)
    header = {"authorization": f"{scheme} {tokens.issue(row).access}"}
    assert Client().get("/api/v1/me", headers=header).status_code == 200


@pytest.mark.parametrize(
    "credential",
    [
        {"id": 5},
        {},
        {"id": "a", "rawId": "a", "response": {}},
        {
            "id": "a",
            "rawId": "a",
            "type": "public-key",
            "response": {"clientDataJSON": "e30", "attestationObject": "oA"},
        },
    ],
    ids=range(4),
)
def test_what_is_no_new_passkey_is_refused(
    alice: User, credential: dict[str, Any]
) -> None:
    row = sessions.begin(user=alice, client="app", proved=["password"], twice=False)
    bearer = {"authorization": f"Bearer {tokens.issue(row).access}"}
    address = f"{APP}/account/authenticators/webauthn"
    assert Client().get(address, headers=bearer).status_code == 200
    given = {"name": "x", "credential": credential}
    answer = post("account/authenticators/webauthn", given, **bearer)
    assert answer.status_code == 400


def test_what_is_no_new_passkey_is_refused_on_the_page(alice: User) -> None:
    client = signed_in(alice)
    prove_twice(client)
    client.get("/accounts/2fa/webauthn/add/")
    for credential in ('{"id": 5}', "[" * 5_000, "null", "1"):
        answer = client.post(
            "/accounts/2fa/webauthn/add/", {"name": "x", "credential": credential}
        )
        assert answer.status_code == 200, credential[:20]


@pytest.mark.parametrize("kind", ["app", "browser"])
def test_the_third_wrong_code_ends_what_was_begun(kind: str) -> None:
    client, place = Client(), f"/api/auth/{kind}/v1/auth"
    given = {"email": "dora@example.com", "password": PASSWORD}
    begun = client.post(f"{place}/signup", given, "application/json").json()
    sent = {"X-Session-Token": begun["meta"].get("session_token", "")}
    wrong = {"key": "WRONG1"}
    answers = [
        client.post(f"{place}/email/verify", wrong, "application/json", headers=sent)
        for _ in range(4)
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 401, 409]
    flows = answers[2].json()["data"]["flows"]
    assert {"id": "login"} in flows and not any("is_pending" in each for each in flows)


def test_whatever_is_refused_is_a_problem_with_what_the_package_says(
    alice: User,
) -> None:
    wrong = post("auth/login", {"email": alice.email, "password": "x"})
    nobody = Client().get(f"{APP}/auth/session")
    no_step = post("auth/email/verify", {"key": "ABC123"})
    over = post("auth/2fa/authenticate", {"code": "1"}, **{"X-Session-Token": "x"})
    begun = post("auth/signup", {"email": "dora@example.com", "password": SPACED})
    for answer, status, code in (
        (wrong, 400, "invalid"),
        (nobody, 401, "unauthorized"),
        (no_step, 409, "conflict"),
        (over, 410, "begun_is_over"),
        (begun, 401, "unauthorized"),
    ):
        told = answer.json()
        assert answer.status_code == told["status"] == status
        assert answer["Content-Type"] == "application/problem+json"
        assert (told["code"], told["type"]) == (code, f"/problems/{code}")
        assert told["title"] and told["detail"] and told["request_id"]
        assert told["instance"].startswith(APP)
    (mistake,) = wrong.json()["errors"]
    assert wrong.json()["detail"] == mistake["message"]
    assert "no such step" in no_step.json()["detail"]
    assert nobody["WWW-Authenticate"] == "Bearer"
    assert begun.json()["meta"]["session_token"]


def test_a_personal_token_is_told_that_it_does_not_sign_in(alice: User) -> None:
    _, said = personal_tokens.make(user=alice, name="x", scopes=["notes:read"])
    bearer = {"authorization": f"Bearer {said}"}
    answer = Client().get(f"{APP}/auth/session", headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_by_token")


def test_who_is_suspended_is_not_told_that_they_closed_it(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    given = {"email": alice.email, "password": SPACED}
    answer = post("auth/login", given)
    assert (answer.status_code, answer.json()["code"]) == (403, "account_suspended")
    User.objects.filter(pk=alice.pk).update(closed_at=timezone.now())
    assert post("auth/login", given).json()["code"] == "account_closed"


def test_a_token_that_is_over_hinders_no_new_beginning(alice: User) -> None:
    rows = [
        sessions.begin(user=alice, client="app", proved=["password"], twice=False)
        for _ in range(2)
    ]
    dead, living = map(tokens.issue, rows)
    sessions.end(rows[:1], sessions.Ending.SIGNED_OUT)
    asked = {"email": "alice@example.com", "password": SPACED}
    for sent in (dead.access, "xx", "x.y.z"):
        along = {"authorization": f"Bearer {sent}"}
        assert post("auth/login", asked, **along).status_code == 200
        assert Client().get(f"{APP}/config", headers=along).status_code == 200
        assert Client().get(f"{APP}/auth/session", headers=along).status_code >= 400
    along = {"authorization": f"Bearer {dead.access}"}
    refreshed = {"refresh_token": living.refresh}
    assert post("tokens/refresh", refreshed, **along).status_code == 200
    # One that is good is somebody's.
    along = {"authorization": f"Bearer {tokens.issue(rows[1]).access}"}
    assert post("auth/login", asked, **along).status_code == 409


@pytest.mark.parametrize("kind", ["app", "browser"])
def test_a_code_that_was_not_typed_is_no_try(kind: str) -> None:
    client, place = Client(), f"/api/auth/{kind}/v1/auth"
    given = {"email": "dora@example.com", "password": PASSWORD}
    begun = client.post(f"{place}/signup", given, "application/json").json()
    sent = {"X-Session-Token": begun["meta"].get("session_token", "")}
    for _ in range(4):
        for empty in ({}, {"key": ""}):
            refused = client.post(
                f"{place}/email/verify", empty, "application/json", headers=sent
            )
            assert refused.status_code == 400


def test_the_name_of_a_passkey_is_short(alice: User) -> None:
    row = sessions.begin(user=alice, client="app", proved=["password"], twice=False)
    bearer = {"authorization": f"Bearer {tokens.issue(row).access}"}
    place = "account/authenticators/webauthn"
    assert Client().get(f"{APP}/{place}", headers=bearer).status_code == 200
    given = {"name": "x" * 41, "credential": {"id": "a"}}
    refused = post(place, given, **bearer).json()
    assert "name" in {each.get("param") for each in refused["errors"]}


@pytest.mark.parametrize("kind", ["app", "browser"])
def test_a_first_password_keeps_the_sign_in_that_sets_it(kind: str) -> None:
    """Of somebody who signed up with an account elsewhere."""
    user = verified("frida@example.com")
    user.set_unusable_password()
    user.save()
    place = f"/api/auth/{kind}/v1"
    if kind == "app":
        row = sessions.begin(user=user, client="app", proved=["google"], twice=False)
        client, headers = Client(), {
            "authorization": f"Bearer {tokens.issue(row).access}"
        }
    else:
        client, headers = signed_in(user), {}
    changed = client.post(
        f"{place}/account/password/change",
        {"new_password": SPACED},
        "application/json",
        headers=headers,
    )
    assert changed.status_code == 200, changed.content
    if kind == "app":
        fresh = changed.json()["meta"]["access_token"]
        headers = {"authorization": f"Bearer {fresh}"}
    assert client.get(f"{place}/auth/session", headers=headers).status_code == 200
    assert client.get("/api/v1/me", headers=headers).status_code == 200
