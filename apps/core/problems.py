"""Errors on the way out: problem+json for machines, an error page for people.

RFC 9457. Everything under `/api/`, `/webhooks/` and `/health/` answers with a problem,
also for an unknown address and for a defect of ours.
"""

import sys
from collections.abc import Callable
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults
from django.views.csrf import csrf_failure

from apps.core.errors import (
    AppError,
    CsrfFailed,
    Invalid,
    NotFound,
    TooMany,
    Unauthorized,
    Unavailable,
)
from apps.core.logs import logger
from apps.core.request_ids import current_request_id

_BARE = (
    '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">'
    "<title>{0}</title><h1>{0}</h1></html>"
)
MACHINE_PREFIXES = ("/api/", "/webhooks/", "/health/")


def problem(error: AppError) -> JsonResponse:
    """One RFC 9457 body: type, title, status, code, detail, request_id, and what the
    kind of error adds."""
    response = JsonResponse(
        {
            "type": f"/problems/{error.code}",
            "title": error.status.phrase,
            "status": error.status.value,
            "code": error.code,
            "detail": error.sentence,
            "request_id": current_request_id(),
            **error.extra,
        },
        status=error.status.value,
        content_type="application/problem+json",
    )
    _say_when(response, error)
    if isinstance(error, Unauthorized):
        response["WWW-Authenticate"] = error.challenge
    return response


def answer(request: HttpRequest, error: AppError) -> HttpResponse:
    """The error in the form that whoever asked can read."""
    if request.path.startswith(MACHINE_PREFIXES):
        return problem(error)
    try:
        page = render(request, "error.html", {"error": error})
    except Exception:
        # Whatever the page is made of may be what is broken.
        logger.exception("error_page_broken")
        page = HttpResponse(_BARE.format(error.sentence))
    page.status_code = error.status.value
    _say_when(page, error)
    return page


def _say_when(response: HttpResponse, error: AppError) -> None:
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, NotFound("There is no page at this address."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler400`: a host that is not ours, among others."""
    if request.path.startswith(MACHINE_PREFIXES):
        return problem(Invalid())
    page: HttpResponse = defaults.bad_request(request, exception)
    return page


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`CSRF_FAILURE_VIEW`. People read Django's page, which has our words."""
    if request.path.startswith(MACHINE_PREFIXES):
        return problem(CsrfFailed())
    page: HttpResponse = csrf_failure(request, reason)
    return page


def defect(request: HttpRequest) -> HttpResponse:
    """`handler500`: also for what goes away while middleware needs it."""
    error = sys.exc_info()[1]
    if isinstance(error, AppError):
        return answer(request, error)
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return answer(request, Unavailable())
    return answer(request, AppError())


class ProblemMiddleware:
    """Turns an `AppError`, or a database that is away, into its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if response.status_code == HTTPStatus.NOT_FOUND and is_page:
            # Django's own page of the addresses that there are, while developing.
            if request.path.startswith(MACHINE_PREFIXES):
                return not_found(request, Http404())
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if isinstance(exception, AppError):
            return answer(request, exception)
        if isinstance(exception, (OperationalError, InterfaceError)):
            return answer(request, Unavailable())
        return None
