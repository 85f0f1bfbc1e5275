"""Pages of other origins may call the API if they are on the list."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from config.env import Env
from tests.factories import PASSWORD, UserFactory
from tests.mfa.conftest import person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
OURS, STRANGE = "https://app.example.com", "https://evil.example"
ME = "/api/v1/me"


@pytest.fixture(autouse=True)
def _listed(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [OURS]
    settings.CSRF_TRUSTED_ORIGINS = [*settings.CSRF_TRUSTED_ORIGINS, OURS]


def ask(verb: str, origin: str, place: str = ME, **headers: str) -> Any:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().generic(verb, place, headers={"Origin": origin, **sent})


def said(answer: Any) -> list[str]:
    return [name for name in answer.headers if name.startswith("Access-Control")]


def test_a_browser_may_ask_ahead() -> None:
    answer = ask("OPTIONS", OURS, Access_Control_Request_Method="PATCH")
    assert answer.status_code == 204 and not answer.content
    assert answer["Access-Control-Allow-Origin"] == OURS
    assert answer["Access-Control-Allow-Credentials"] == "true"
    assert "PATCH" in answer["Access-Control-Allow-Methods"]
    asked = answer["Access-Control-Allow-Headers"]
    for name in ("Authorization", "Content-Type", "Idempotency-Key", "If-Match"):
        assert name in asked
    assert "X-CSRFToken" in asked and "X-Session-Token" in asked
    assert "Origin" in answer["Vary"]


@pytest.mark.parametrize("place", [ME, "/api/v1/nothing", "/api/auth/app/v1/config"])
def test_answers_may_be_read_there_refusals_too(place: str) -> None:
    answer = ask("GET", OURS, place)
    assert answer["Access-Control-Allow-Origin"] == OURS
    told = answer["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "RateLimit", "Retry-After", "X-Request-ID"} <= set(told)
    assert {"Idempotent-Replayed", "Deprecation", "Sunset"} <= set(told)


@pytest.mark.parametrize(
    "origin",
    [
        STRANGE,
        "null",
        "",
        "*",
        f"{OURS}.evil.example",
        f"{OURS}:8443",
        "http://app.example.com",
        "https://APP.example.com",
    ],
)
def test_others_are_told_nothing(origin: str) -> None:
    for verb in ("GET", "OPTIONS"):
        answer = ask(verb, origin, Access_Control_Request_Method="PATCH")
        assert answer.status_code == 401 and said(answer) == []
        assert "Origin" in answer["Vary"]


def test_pages_are_for_nobody_else() -> None:
    assert said(ask("GET", OURS, "/accounts/login/")) == []


def test_with_a_cookie_and_its_token_a_listed_page_may_change_something() -> None:
    app = signed_in(UserFactory.create(), Client(enforce_csrf_checks=True))
    app.get("/accounts/password/change/")
    given = app.cookies["csrftoken"].value
    for origin, status in ((OURS, 200), (STRANGE, 403)):
        headers = {
            "Origin": origin,
            "Referer": f"{origin}/",
            "X-CSRFToken": given,
        }
        answer = app.patch(
            ME, {"name": "A"}, content_type="application/json", headers=headers
        )
        assert answer.status_code == status


def test_a_listed_page_signs_in_and_changes_something_with_what_it_is_told() -> None:
    """It cannot read the cookie of ours that has the token."""
    person("alice@example.com")
    app = Client(enforce_csrf_checks=True, headers={"Origin": OURS})
    auth, json = "/api/auth/browser/v1", "application/json"
    first = app.get(f"{auth}/config")
    assert "X-CSRFToken" in first["Access-Control-Expose-Headers"]
    given = {"email": "alice@example.com", "password": PASSWORD}
    sent = {"X-CSRFToken": first["X-CSRFToken"]}
    entered = app.post(f"{auth}/auth/login", given, json, headers=sent)
    assert entered.status_code == 200
    # Another one since: the first is of nobody.
    assert app.patch(ME, {"name": "A"}, json, headers=sent).status_code == 403
    sent = {"X-CSRFToken": entered["X-CSRFToken"]}
    assert app.patch(ME, {"name": "A"}, json, headers=sent).status_code == 200
    assert "X-CSRFToken" not in Client().get("/api/auth/app/v1/config").headers


@pytest.mark.parametrize(
    "given",
    ["*", "https://app.example.com/", "app.example.com", "https://*.example.com"],
)
def test_what_is_no_origin_is_a_mistake_and_on_no_list(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Env, "mistakes", [])
    monkeypatch.setenv("LISTED", f"{OURS}, {given}")
    assert Env().origins("LISTED") == [OURS]
    (mistake,) = Env.mistakes
    assert mistake.startswith("LISTED is ") and "https://app.example.com" in mistake


def test_origins_are_read_with_and_without_a_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LISTED", "http://localhost:5173,https://[::1]:8000")
    assert Env().origins("LISTED") == ["http://localhost:5173", "https://[::1]:8000"]
    monkeypatch.delenv("LISTED")
    assert Env().origins("LISTED") == []
