"""What will go away says so: `Deprecation` (RFC 9745), `Sunset` (RFC 8594).

    class Old(APIView):
        deprecation = Deprecation(
            deprecated_at=datetime(2027, 1, 1, tzinfo=UTC),
            sunset_at=datetime(2027, 7, 1, tzinfo=UTC),
            successor="/api/v2/new",
        )

or, for some of its methods, `deprecations = {"post": Deprecation(…)}`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from django.utils.timezone import is_naive


@dataclass(frozen=True)
class Deprecation:
    """`sunset_at`: from then on it may not be there. `successor`: the address to use in
    its place. Raises ValueError for moments without a zone or in the wrong order."""

    deprecated_at: datetime
    sunset_at: datetime | None = None
    successor: str = ""

    def __post_init__(self) -> None:
        if is_naive(self.deprecated_at):
            raise ValueError("deprecated_at has no zone")
        if self.sunset_at is None:
            return
        if is_naive(self.sunset_at) or self.sunset_at < self.deprecated_at:
            raise ValueError("sunset_at comes after deprecated_at, with its zone")

    @property
    def headers(self) -> dict[str, str]:
        found = {"Deprecation": f"@{int(self.deprecated_at.timestamp())}"}
        if self.sunset_at:
            found["Sunset"] = http_date(self.sunset_at.timestamp())
        if self.successor:
            found["Link"] = f'<{self.successor}>; rel="successor-version"'
        return found


def of(view: Any, method: str) -> Deprecation | None:
    """What the class of a view says of a method of it."""
    by_method = getattr(view, "deprecations", {})
    found = by_method.get(method.lower(), getattr(view, "deprecation", None))
    return found if isinstance(found, Deprecation) else None


class DeprecationMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        view = getattr(match.func, "cls", None) if match else None
        if declared := of(view, request.method or ""):
            for name, value in declared.headers.items():
                response[name] = value
        return response
