"""One id from the first request to the last log line it caused.

The id is kept with the text it brought, so the worker that answers minutes later logs
under the same one.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from structlog import contextvars

from apps.core import traces
from apps.core.traces import Span

# What nginx' $request_id and a UUID look like; anything else could forge log lines.
_SHAPE = re.compile(r"[0-9a-f-]{16,64}")


def new_request_id() -> str:
    return os.urandom(16).hex()


def current_request_id() -> str:
    """The id in force, or an empty string outside any request."""
    return str(contextvars.get_contextvars().get("request_id", ""))


@contextmanager
def bound(request_id: str, what: str) -> Iterator[Span]:
    """Log lines inside carry this request id, and it is the trace of `what` is done."""
    request_id = request_id or new_request_id()
    with (
        contextvars.bound_contextvars(request_id=request_id),
        traces.of_request(what, request_id) as span,
    ):
        yield span


def incoming(request: HttpRequest) -> str:
    """The caller's id where a proxy of ours stands in front, else a new one."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    if settings.TRUSTED_PROXY_COUNT and _SHAPE.fullmatch(given):
        return str(given)
    return new_request_id()


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        contextvars.clear_contextvars()
        request_id = incoming(request)
        with bound(request_id, "request") as span:
            response = self.get_response(request)
            _describe(span, request, response)
        response["X-Request-ID"] = request_id
        return response


def _describe(span: Span, request: HttpRequest, response: HttpResponse) -> None:
    """By its route: a path may hold a key."""
    match = request.resolver_match
    route = match.route if match else ""
    span.update_name(f"{request.method} {route}".rstrip())
    span.set_attributes(
        {
            "http.request.method": request.method,
            "http.route": route,
            "http.response.status_code": response.status_code,
        }
    )
