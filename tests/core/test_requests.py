"""Request ids, client addresses, problems."""

import json

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from pytest_django import Settings

from apps.core.addresses import client_address
from apps.core.errors import NotFound, TooMany, Unavailable
from apps.core.problems import problem
from apps.core.request_ids import incoming

GOOD = "0123456789abcdef0123456789abcdef"


def test_every_answer_carries_a_request_id() -> None:
    first = Client().get("/health/live")["X-Request-ID"]
    second = Client().get("/health/live")["X-Request-ID"]
    assert len(first) == 32 and first != second


@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [
        (0, GOOD, False),
        (1, GOOD, True),
        (1, "short", False),
        (1, GOOD + "\n{}", False),
        (1, "x" * 32, False),
        (1, "a" * 65, False),
    ],
)
def test_a_callers_id_counts_only_from_our_proxy_and_in_shape(
    settings: Settings, proxies: int, given: str, kept: bool
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/health/live", headers={"X-Request-ID": given})
    assert (incoming(request) == given) is kept


def asked(forwarded: str) -> HttpRequest:
    return RequestFactory().get(
        "/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="10.0.0.9"
    )


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "10.0.0.9"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, " , ,", "10.0.0.9"),
        (3, "6.6.6.6, 1.2.3.4", "10.0.0.9"),
        # As some proxies write it: with a port, in brackets, in quotes, mapped.
        (1, "6.6.6.6, 1.2.3.4:50123", "1.2.3.4"),
        (1, "[2001:db8::7]:50123", "2001:db8::7"),
        (1, "[2001:db8::7]", "2001:db8::7"),
        (1, '"[2001:DB8:0::7]"', "2001:db8::7"),
        (1, "::ffff:1.2.3.4", "1.2.3.4"),
        (1, "[::ffff:1.2.3.4]:443", "1.2.3.4"),
        (1, "fe80::1%eth0", "fe80::1"),
        # What is no address is nobody's: they all are the proxy's callers.
        (1, "1.2.3.4, unknown", "10.0.0.9"),
        (1, "1.2.3.4, _hidden", "10.0.0.9"),
        (1, "1.2.3.4, 1.2.3.400", "10.0.0.9"),
        (1, "1.2.3.4, 0x01020304", "10.0.0.9"),
        (1, "1.2.3.4, 16909060", "10.0.0.9"),
        (1, "1.2.3.4, 1.2.3.4/8", "10.0.0.9"),
        (1, "1.2.3.4, \x31\uff12.2.3.4", "10.0.0.9"),
        (1, "1.2.3.4, [2001:db8::7", "10.0.0.9"),
        (1, "1.2.3.4, ';drop table--", "10.0.0.9"),
        (1, "1.2.3.4, " + "9" * 8000, "10.0.0.9"),
    ],
)
def test_a_forwarded_address_counts_only_as_far_as_our_proxies(
    settings: Settings, proxies: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    assert client_address(asked(forwarded)) == address


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        # A socket of the machine has none.
        ("", ""),
        ("evil", ""),
    ],
)
def test_the_address_of_who_calls_is_one_or_none(peer: str, address: str) -> None:
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=peer)) == address


def test_a_problem_has_the_fields_of_rfc_9457() -> None:
    response = problem(TooMany(retry_after=7))
    body = json.loads(response.content)
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"] == "7"
    assert body["status"] == response.status_code == 429
    assert body["type"] == "/problems/too_many"
    assert {"title", "detail", "code", "request_id"} <= body.keys()


def test_a_program_is_told_when_to_try_again_what_is_away() -> None:
    assert problem(Unavailable())["Retry-After"] == "60"


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "junk", "*/*"])
@pytest.mark.parametrize("path", ["/api/v1/me", "/api/schema/"])
def test_whatever_somebody_accepts_the_api_answers(
    db: None, path: str, accept: str
) -> None:
    answer = Client().get(path, headers={"accept": accept})
    assert answer.status_code == (401 if path == "/api/v1/me" else 200)


def test_a_page_for_errors_that_is_broken_still_says_what_it_is(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.templatetags.static.StaticNode.url", lambda *_: 1 / 0)
    answer = Client(raise_request_exception=False).get("/nothing")
    assert answer.status_code == 404
    assert b"<h1>There is no page at this address.</h1>" in answer.content


def test_a_host_that_is_not_ours_is_a_problem_for_machines_and_a_page_for_people(
    db: None, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["switchboard.example"]
    stranger = Client(SERVER_NAME="evil.example")
    asked = stranger.get("/api/v1/me")
    assert (asked.status_code, asked.json()["code"]) == (400, "invalid")
    assert asked["Content-Type"] == "application/problem+json"
    page = stranger.get("/accounts/login/")
    assert page.status_code == 400 and page["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/webhooks/nothing/", "/health/nothing", "/api/x"])
def test_an_unknown_machine_address_is_a_problem(db: None, path: str) -> None:
    response = Client().get(path)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["code"] == NotFound.code


@pytest.mark.parametrize("is_debugged", [True, False])
@pytest.mark.parametrize("path", ["/api/v1/reminders/zzz", "/api/nothing", "/api/"])
def test_an_address_of_the_api_that_is_none_is_a_problem(
    settings: Settings, path: str, is_debugged: bool
) -> None:
    settings.DEBUG = is_debugged
    said = Client().get(path)
    assert said["Content-Type"] == "application/problem+json"
    assert (said.status_code, said.json()["code"]) == (404, "not_found")
