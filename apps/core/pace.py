"""How often somebody may ask the API, and the headers that say how much is left.

`RateLimit-Policy` and `RateLimit` are those of the IETF's draft
(draft-ietf-httpapi-ratelimit-headers): one item for each limit that was charged, `q` in
`w` seconds, `r` of it left, more in `t` seconds.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.throttling import BaseThrottle

from apps.core.limits import Charged, Pace, noting

# Ten a second all day long, and a page that loads everything at once: a program that
# has run wild asks more, a person with several open pages does not.
API = Pace("api", times=600, seconds=60)
_PREFIX = "/api/"


class PerPerson(BaseThrottle):
    """After it is known who asks. Raises `TooMany`, or `Unavailable` where nobody
    counts: whoever may ask is never waved through (limits.py)."""

    def allow_request(self, request: Any, view: Any) -> bool:
        if request.user.is_authenticated:
            API.charge(str(request.user.pk))
        return True


class RateLimitMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(_PREFIX):
            return self.get_response(request)
        with noting() as charged:
            response = self.get_response(request)
        if charged:
            response["RateLimit-Policy"], response["RateLimit"] = _said(charged)
        return response


def _said(charged: Sequence[Charged]) -> tuple[str, str]:
    """Of one that was charged twice the last; the scarcest comes first."""
    found = {each.name: each for each in charged}
    limits = sorted(found.values(), key=lambda each: each.left)
    policies = [f'"{each.name}";q={each.times};w={each.seconds}' for each in limits]
    states = [f'"{each.name}";r={each.left};t={each.more_in}' for each in limits]
    return ", ".join(policies), ", ".join(states)
