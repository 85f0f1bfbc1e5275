"""What will go away says so, in its answers and in the schema."""

from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from django.test import Client
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.deprecation import Deprecation
from apps.rbac.declared import public

OLD = Deprecation(
    deprecated_at=datetime(2027, 1, 1, tzinfo=UTC),
    sunset_at=datetime(2027, 7, 1, tzinfo=UTC),
    successor="/api/v2/new",
)


class Old(APIView):
    policy = public
    deprecation = OLD

    @extend_schema(operation_id="old", responses={204: None})
    def get(self, request: Request) -> Response:
        return Response(status=204)


class Half(APIView):
    policy = public
    deprecations: ClassVar = {"delete": Deprecation(OLD.deprecated_at)}

    @extend_schema(operation_id="half", responses={204: None})
    def get(self, request: Request) -> Response:
        return Response(status=204)

    @extend_schema(operation_id="other_half", responses={204: None})
    def delete(self, request: Request) -> Response:
        return Response(status=204)


handler404 = "apps.core.problems.not_found"
urlpatterns = [
    path("api/v1/old", Old.as_view()),
    path("api/v1/half", Half.as_view()),
    path("", include("config.urls")),
]


@pytest.mark.urls(__name__)
@pytest.mark.django_db
@pytest.mark.parametrize(("verb", "status"), [("get", 204), ("post", 405)])
def test_its_answers_say_since_when_until_when_and_what_comes_instead(
    verb: str, status: int
) -> None:
    answer = Client().generic(verb.upper(), "/api/v1/old")
    assert answer.status_code == status
    assert answer["Deprecation"] == "@1798761600"
    assert answer["Sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"
    assert answer["Link"] == '</api/v2/new>; rel="successor-version"'


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_it_may_be_one_method_alone() -> None:
    assert not Client().get("/api/v1/half").has_header("Deprecation")
    answer = Client().delete("/api/v1/half")
    assert answer.has_header("Deprecation") and not answer.has_header("Sunset")


@pytest.mark.urls(__name__)
def test_the_schema_says_it_too() -> None:
    generator: Any = SchemaGenerator
    found = generator(patterns=urlpatterns[:2]).get_schema()
    old = found["paths"]["/api/v1/old"]["get"]
    assert old["deprecated"] is True
    assert {"Deprecation", "Sunset", "Link"} <= old["responses"]["204"][
        "headers"
    ].keys()
    half = found["paths"]["/api/v1/half"]
    assert "deprecated" not in half["get"] and half["delete"]["deprecated"] is True


@pytest.mark.django_db
def test_nothing_else_does() -> None:
    assert not Client().get("/api/v1/me").has_header("Deprecation")
    paths = Client().get("/api/schema/?format=json").json()["paths"]
    ours = {place: each for place, each in paths.items() if "/v1/me" in place}
    assert ours and "'deprecated'" not in str(ours)


@pytest.mark.parametrize(
    ("deprecated_at", "sunset_at"),
    [
        (datetime(2027, 1, 1), None),
        (OLD.deprecated_at, datetime(2028, 1, 1)),
        (OLD.deprecated_at, datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_moments_without_a_zone_or_order_are_refused(
    deprecated_at: datetime, sunset_at: datetime | None
) -> None:
    with pytest.raises(ValueError, match="deprecated_at"):
        Deprecation(deprecated_at, sunset_at)
