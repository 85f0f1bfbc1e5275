"""Pages that look the same to everybody, whoever asks.

Without its cookies a request has no session and no sign-in, so such a page is there
while what keeps those is away.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class CookielessMiddleware:
    """Takes the cookies from requests for `COOKIELESS_PATHS`, before anybody reads them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.paths = frozenset(settings.COOKIELESS_PATHS)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in self.paths:
            request.META.pop("HTTP_COOKIE", None)
        return self.get_response(request)
