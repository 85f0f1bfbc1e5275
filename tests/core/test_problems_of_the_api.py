"""Whatever goes wrong under `/api/` is answered as a problem (RFC 9457)."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.core.bodies import MOST_BYTES
from apps.rbac.declared import public
from tests.factories import UserFactory
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
JSON = "application/json"


class Broken(APIView):
    policy = public

    def get(self, request: Request) -> Any:
        return 1 / 0


@public
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret of ours")


@public
def forbidden(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<h1>No</h1>", status=403)


handler400 = "apps.core.problems.bad_request"
handler404 = "apps.core.problems.not_found"
handler500 = "apps.core.problems.defect"
urlpatterns = [
    path("api/v1/broken", Broken.as_view()),
    path("api/v1/broken-too", broken),
    path("api/v1/forbidden", forbidden),
    path("", include("config.urls")),
]


def insist(answer: Any, status: int, code: str, place: str) -> None:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"/problems/{code}"
    assert body["instance"] == place
    assert body["request_id"] == answer["X-Request-ID"]
    assert body["title"] and body["detail"]


@pytest.mark.parametrize(
    ("verb", "place", "status", "code"),
    [
        ("get", "/api/", 404, "not_found"),
        ("get", "/api/v1/nothing", 404, "not_found"),
        ("get", "/api/v1/me/", 404, "not_found"),
        ("post", "/api/v2/me", 404, "not_found"),
        ("get", "/api/auth/app/v1/nothing", 404, "not_found"),
        ("get", "/api/auth/desktop/v1/config", 404, "not_found"),
        ("delete", "/api/auth/app/v1/config", 405, "method_not_allowed"),
        ("post", "/api/schema/", 405, "method_not_allowed"),
        (
            "get",
            "/api/v1/notes/01a21553-ce68-7f91-be39-4c7a4254fa7e",
            401,
            "unauthorized",
        ),
    ],
)
def test_to_strangers(verb: str, place: str, status: int, code: str) -> None:
    insist(Client().generic(verb.upper(), place), status, code, place)


@pytest.mark.parametrize(
    ("verb", "place", "body", "kind", "status", "code"),
    [
        (
            "get",
            "/api/v1/notes/01a21553-ce68-7f91-be39-4c7a4254fa7e",
            "",
            JSON,
            404,
            "not_found",
        ),
        ("put", "/api/v1/me", "{}", JSON, 405, "method_not_allowed"),
        ("patch", "/api/v1/me", "name=A", "text/plain", 415, "unsupported_media_type"),
        ("patch", "/api/v1/me", "<a/>", "text/xml", 415, "unsupported_media_type"),
        ("patch", "/api/v1/me", "{", JSON, 400, "bad_body"),
        ("patch", "/api/v1/me", '{"name": 5}', JSON, 400, "bad_fields"),
        ("patch", "/api/v1/me", '"' + "x" * MOST_BYTES + '"', JSON, 413, "too_large"),
        ("get", "/api/v1/notes?cursor=x", "", JSON, 400, "invalid"),
    ],
)
def test_to_people(
    verb: str, place: str, body: str, kind: str, status: int, code: str
) -> None:
    app = signed_in(UserFactory.create())
    answer = app.generic(verb.upper(), place, body, content_type=kind)
    insist(answer, status, code, place.partition("?")[0])


def test_to_a_browser_without_its_csrf_token() -> None:
    app = signed_in(UserFactory.create(), Client(enforce_csrf_checks=True))
    answer = app.patch("/api/v1/me", {"name": "A"}, content_type=JSON)
    insist(answer, 403, "csrf_failed", "/api/v1/me")


def test_where_it_happened_is_a_reference_whatever_was_asked() -> None:
    told = Client().get("/api/v1/notes/<|> ä").json()
    assert told["instance"] == "/api/v1/notes/%3C%7C%3E%20%C3%A4"


def test_a_405_says_what_is_allowed() -> None:
    answer = signed_in(UserFactory.create()).put("/api/v1/me")
    assert set(answer["Allow"].split(", ")) >= {"GET", "PATCH"}


@pytest.mark.parametrize("accept", ["text/html", "application/xml"])
def test_whatever_is_accepted(accept: str) -> None:
    """Nothing is 406 here: who accepts no JSON gets it all the same (RFC 9110 §12.4.1)."""
    answer = Client().get("/api/v1/me", headers={"Accept": accept})
    insist(answer, 401, "unauthorized", "/api/v1/me")


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("place", ["/api/v1/broken", "/api/v1/broken-too"])
def test_of_a_defect_nothing_is_told(place: str, settings: Settings) -> None:
    settings.DEBUG = False
    answer = Client(raise_request_exception=False).get(place)
    insist(answer, 500, "error", place)
    assert "secret" not in answer.content.decode()


@pytest.mark.urls(__name__)
def test_a_page_of_a_package_is_put_in_words() -> None:
    insist(Client().get("/api/v1/forbidden"), 403, "forbidden", "/api/v1/forbidden")


@pytest.mark.urls(__name__)
def test_the_traceback_is_shown_to_developers_alone(settings: Settings) -> None:
    settings.DEBUG = True
    answer = Client(raise_request_exception=False).get("/api/v1/broken-too")
    assert answer.status_code == 500
    assert answer["Content-Type"].startswith("text/")
