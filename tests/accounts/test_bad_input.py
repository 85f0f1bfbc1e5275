"""What no person would send is refused: in words, without work, without repeating it.

More of it: tests/core/test_bodies.py (what is no sound JSON) and test_tokens.py (forged
tokens).
"""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts import sessions, tokens
from apps.accounts.models import User
from apps.mfa.models import Challenge
from tests.accounts import hashing
from tests.mfa.conftest import app_of
from tests.rbac.factories import verified
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
ALICE, ECHO = "alice@example.com", "qqECHOqq"
PASSWORD, NEW = "correct-horse-battery-staple", "four-grey-herons-waiting"
ANSWERS = {"application/json", "application/problem+json"}

# Every endpoint that takes a body, with a body that its shape lets through.
ENDPOINTS: dict[str, tuple[str, dict[str, Any]]] = {
    "auth/login": ("POST", {"email": ALICE, "password": NEW}),
    "auth/signup": (
        "POST",
        {"email": "new@example.com", "password": NEW, "name": "N", "timezone": "UTC"},
    ),
    "auth/email/verify": ("POST", {"key": "ABCD-1234"}),
    "auth/password/request": ("POST", {"email": ALICE}),
    "auth/password/reset": ("POST", {"key": "1-abc", "password": NEW}),
    "auth/reauthenticate": ("POST", {"password": NEW}),
    "auth/2fa/authenticate": ("POST", {"factor": "totp", "code": "123456"}),
    "auth/2fa/reauthenticate": ("POST", {"factor": "totp", "code": "123456"}),
    "auth/webauthn/authenticate": ("POST", {"credential": {}}),
    "auth/webauthn/reauthenticate": ("POST", {"credential": {}}),
    "auth/webauthn/login": ("POST", {"credential": {}}),
    "account/email": ("POST", {"email": "new@example.com"}),
    "account/email ": ("PATCH", {"email": "new@example.com", "primary": True}),
    "account/email  ": ("DELETE", {"email": "new@example.com"}),
    "account/password/change": (
        "POST",
        {"current_password": PASSWORD, "new_password": NEW},
    ),
    "account/authenticators/webauthn": ("POST", {"name": "key", "credential": {}}),
    "account/authenticators/webauthn ": ("PUT", {"id": "x5", "name": "key"}),
    "account/authenticators/webauthn  ": ("DELETE", {"authenticators": ["x5"]}),
    "tokens/refresh": ("POST", {"refresh_token": "x.y.z"}),
}
FIELDS = [(place, name) for place, (_, body) in ENDPOINTS.items() for name in body]
WRONG: dict[str, Any] = {
    "list": [ECHO],
    "lists": [[ECHO]],
    "object": {ECHO: ECHO},
    "number": -7.25,
    "large": 10**30,
    "null": None,
    "yes": True,
    "no": False,
}


@pytest.fixture(autouse=True)
def _counting(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [hashing.NAME]


@pytest.fixture
def alice(db: None) -> User:
    user = verified(ALICE)
    user.password = make_password(PASSWORD)
    user.save()
    hashing.HASHED.clear()
    return user


def send(
    kind: str, place: str, body: Any, verb: str = "POST", user: User | None = None
) -> Any:
    headers, client = {}, Client()
    if user and kind == "browser":
        signed_in(user, client)
    elif user:
        row = sessions.begin(user=user, client="app", proved=["password"], twice=True)
        headers = {"authorization": f"Bearer {tokens.issue(row).access}"}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    path = f"/api/auth/{kind}/v1/{place.strip()}"
    return client.generic(verb, path, raw, "application/json", headers=headers)


def assert_refused(answer: Any) -> None:
    assert 400 <= answer.status_code < 500, answer.content
    assert answer["Content-Type"] in ANSWERS
    assert ECHO not in answer.content.decode()


@pytest.mark.parametrize("kind", ["app", "browser"])
@pytest.mark.parametrize(("place", "name"), FIELDS)
def test_a_value_of_another_type_is_refused(
    kind: str, place: str, name: str, alice: User
) -> None:
    if kind == "browser" and place == "tokens/refresh":
        return
    verb, body = ENDPOINTS[place]
    for wrong in WRONG.values():
        if type(wrong) is type(body[name]):
            continue
        for user in (None, alice):
            hashing.HASHED.clear()
            answer = send(kind, place, {**body, name: wrong}, verb, user)
            assert_refused(answer)
            assert not hashing.HASHED, (wrong, user)
    assert User.objects.count() == 1
    assert not mail.outbox


@pytest.mark.parametrize(("place", "name"), FIELDS)
def test_a_value_that_is_left_out_is_no_defect(
    place: str, name: str, alice: User
) -> None:
    verb, body = ENDPOINTS[place]
    fewer = {key: value for key, value in body.items() if key != name}
    for user in (None, alice):
        assert_refused_or_done(send("app", place, fewer, verb, user))


def assert_refused_or_done(answer: Any) -> None:
    """A field that may be left out changes nothing about the rest."""
    assert answer.status_code < 500, answer.content


@pytest.mark.parametrize("place", ENDPOINTS)
def test_a_field_that_nobody_knows_changes_nothing(place: str, alice: User) -> None:
    verb, body = ENDPOINTS[place]
    more = {"is_active": False, "is_staff": True, "user": 1, "id_": ECHO}
    answer = send("app", place, {**body, **more}, verb)
    assert answer.status_code < 500
    assert ECHO not in answer.content.decode()
    alice.refresh_from_db()
    assert alice.is_active and not alice.is_staff


@pytest.mark.parametrize("kind", ["app", "browser"])
def test_a_megabyte_of_password_is_no_work(kind: str, alice: User) -> None:
    for length in (1_000_000, 200_000):
        long = ECHO + "x" * length
        for place, body in (
            ("auth/login", {"email": ALICE, "password": long}),
            ("auth/signup", {"email": "new@example.com", "password": long}),
            ("auth/password/reset", {"key": "1-abc", "password": long}),
            ("auth/reauthenticate", {"password": long}),
        ):
            assert_refused(send(kind, place, body))
    change = {"current_password": long, "new_password": NEW}
    assert_refused(send(kind, "account/password/change", change, user=alice))
    assert not hashing.HASHED


PAGES = {
    "/accounts/login/": ("login", "password"),
    "/accounts/signup/": ("email", "password1", "name", "timezone"),
    "/accounts/password/reset/": ("email",),
}
GOOD = {"login": ALICE, "email": "new@example.com", "password": NEW, "password1": NEW}
ODD = {
    "nul": b"a%00b%40example.com",
    "half_a_character": b"a%ED%A0%80b%40example.com",
    "no_utf8": b"a%FF%FEb%40example.com",
    "overlong": b"%C0%80%40example.com",
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("page", "name"), [(page, name) for page in PAGES for name in PAGES[page]]
)
def test_odd_characters_in_a_form_are_no_defect(
    page: str, name: str, odd: str, alice: User
) -> None:
    sent = {each: quote(GOOD.get(each, "x")).encode() for each in PAGES[page]} | {
        name: ODD[odd]
    }
    raw = b"&".join(each.encode() + b"=" + value for each, value in sent.items())
    client = Client()
    answer = client.post(page, raw, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (200, 302, 400)
    assert client.get("/app/").status_code == 302


def test_a_megabyte_of_password_in_a_form_is_no_work(alice: User) -> None:
    long = ECHO + "x" * 1_000_000
    for page, form in (
        ("/accounts/login/", {"login": ALICE, "password": long}),
        ("/accounts/signup/", {"email": "new@example.com", "password1": long}),
    ):
        answer = Client().post(page, form)
        assert answer.status_code in (200, 400, 413)
        assert ECHO not in answer.content.decode()
    form = {"oldpassword": long, "password1": NEW, "password2": NEW}
    answer = signed_in(alice).post("/accounts/password/change/", form)
    assert answer.status_code == 200
    assert not hashing.HASHED


@pytest.mark.parametrize("code", ["１２３４５６", "१२३४५६", "²³¹⁴⁵⁶", "1\u200b23456"])
def test_digits_of_other_scripts_are_no_code_on_the_page(
    code: str, alice: User
) -> None:
    app_of(alice)
    client = Client()
    client.post("/accounts/login/", {"login": ALICE, "password": PASSWORD})
    answer = client.post("/accounts/2fa/authenticate/", {"use": "totp", "code": code})
    assert answer.status_code == 400
    assert not Challenge.objects.exclude(attempts=0).exists()


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/password/reset/key/%00-%00/",
        "/accounts/password/reset/key/zzzzzzzzzzzzzzzzzzzz-set-password/",
        "/accounts/password/reset/key/1-%F0%9F%98%80/",
        "/accounts/email/revert/%00/",
        "/accounts/email/revert/%ED%A0%80/",
        "/accounts/2fa/lost/00000000-0000-0000-0000-000000000000/%00/",
        "/accounts/2fa/authenticate/?use=%00",
        "/accounts/login/?next=%00//evil.example",
    ],
)
def test_a_link_that_nobody_wrote_is_no_defect(path: str, alice: User) -> None:
    for verb in (Client().get, Client().post):
        assert verb(path).status_code in (200, 302, 400, 404)


@pytest.mark.parametrize("name", ["name", "timezone"])
@pytest.mark.parametrize("wrong", ["list", "object", "null", "yes", "no"])
def test_me_takes_text_only(name: str, wrong: str, alice: User) -> None:
    answer = patch(alice, json.dumps({name: WRONG[wrong]}).encode())
    assert_refused(answer)
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "raw",
    [
        b'"\\u0000"',
        b'"\\ud800"',
        b'"\xff"',
        b'"' + b"x" * 9999 + b'"',
        b'"two\\nlines"',
        b'"\\u202etxet"',
    ],
)
@pytest.mark.parametrize("name", ["name", "timezone"])
def test_me_takes_no_odd_text(name: str, raw: bytes, alice: User) -> None:
    answer = patch(alice, b'{"%s":%s}' % (name.encode(), raw))
    assert_refused(answer)
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["email", "id", "is_staff", "nmae", ""])
def test_me_says_what_it_does_not_take(name: str, alice: User) -> None:
    """And changes nothing of what stands beside it."""
    given = {name: "somebody@example.com", "name": "Other"}
    answer = patch(alice, json.dumps(given).encode())
    assert_refused(answer)
    assert list(answer.json()["errors"]) == [name]
    assert User.objects.get().name != "Other"


def patch(user: User, raw: bytes) -> Any:
    row = sessions.begin(user=user, client="app", proved=["password"], twice=False)
    client = Client(headers={"authorization": f"Bearer {tokens.issue(row).access}"})
    return client.patch("/api/v1/me", raw, content_type="application/json")


def test_what_ended_a_second_ago_has_ended(alice: User) -> None:
    start = timezone.now().replace(microsecond=0)
    with time_machine.travel(start, tick=False) as clock:
        row = sessions.begin(user=alice, client="app", proved=["password"], twice=False)
        pair = tokens.issue(row)
        me = Client(headers={"authorization": f"Bearer {pair.access}"})
        clock.move_to(start + timedelta(minutes=5, seconds=-1))
        assert me.get("/api/v1/me").status_code == 200
        clock.move_to(start + timedelta(minutes=5, seconds=1))
        answer = me.get("/api/v1/me")
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
        assert answer["Content-Type"] == "application/problem+json"
        clock.move_to(start + timedelta(hours=24, seconds=1))
        late = send("app", "tokens/refresh", {"refresh_token": pair.refresh})
        assert late.status_code == 401
        assert pair.refresh not in late.content.decode()


CHANGING = [
    ("post", "/api/auth/browser/v1/auth/login"),
    ("delete", "/api/auth/browser/v1/auth/session"),
    ("post", "/api/auth/browser/v1/account/password/change"),
    ("patch", "/api/v1/me"),
    ("delete", "/api/v1/me/mfa/totp"),
    ("post", "/api/v1/me/panic"),
]


@pytest.mark.parametrize(("verb", "path"), CHANGING)
@pytest.mark.parametrize("token", ["", "x", "x" * 32])
def test_a_cookie_without_the_csrf_token_changes_nothing_and_says_so_in_json(
    verb: str, path: str, token: str, alice: User
) -> None:
    client = signed_in(alice, Client(enforce_csrf_checks=True))
    client.get("/app/settings/profile/")
    sent: dict[str, Any] = {"data": "{}", "content_type": "application/json"}
    headers = {"X-CSRFToken": token} if token else {}
    answer = getattr(client, verb)(path, **sent, headers=headers)
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "csrf_failed"
    assert client.get("/api/v1/me").status_code == 200
    good = {"X-CSRFToken": client.cookies["csrftoken"].value}
    assert getattr(client, verb)(path, **sent, headers=good).status_code != 403


def test_a_page_without_the_csrf_token_answers_with_a_page(alice: User) -> None:
    client = signed_in(alice, Client(enforce_csrf_checks=True))
    answer = client.post("/app/settings/profile/", {"name": "Eve"})
    assert answer.status_code == 403
    assert "Your form was open too long" in answer.content.decode()
