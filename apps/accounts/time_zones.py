"""Times on pages are in the person's own zone."""

from collections.abc import Callable
from functools import lru_cache
from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """IANA names a person can choose, by region, UTC first."""
    places = (name for name in available_timezones() if "/" in name)
    return ("UTC", *sorted(n for n in places if not n.startswith(("Etc/", "SystemV/"))))


class TimeZoneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            with timezone.override(request.user.zone):
                return self.get_response(request)
        return self.get_response(request)
