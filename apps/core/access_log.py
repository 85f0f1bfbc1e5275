"""One line a page: which route, how it ended, how long it took.

The route, not the path: a path may hold the key of a password reset.
"""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.core.logs import logger


class AccessLogMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        response = self.get_response(request)
        # "Nothing new" is what an open page hears every few seconds.
        say = logger.debug if response.status_code == 204 else logger.info
        match = request.resolver_match
        say(
            "request",
            method=request.method,
            route=match.route if match else "",
            status=response.status_code,
            milliseconds=round((time.monotonic() - started) * 1000),
        )
        return response
