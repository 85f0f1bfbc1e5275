"""Errors on the way out: problem+json for machines, an error page for people.

RFC 9457. Everything under `/api/`, `/webhooks/` and `/health/` answers with a problem,
also for an unknown address and for a defect of ours.
"""

import sys
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.encoding import escape_uri_path
from django.utils.translation import get_language, gettext, gettext_noop
from django.views import defaults
from django.views.csrf import csrf_failure

from apps.core.errors import (
    AppError,
    CsrfFailed,
    Forbidden,
    Invalid,
    NotAllowed,
    NotFound,
    TooLarge,
    TooMany,
    Unauthorized,
    Unavailable,
)
from apps.core.logs import logger
from apps.core.request_ids import current_request_id

# What pages say of a status, for the catalogue.
_PHRASES = (
    gettext_noop("Bad Request"),
    gettext_noop("Unauthorized"),
    gettext_noop("Forbidden"),
    gettext_noop("Not Found"),
    gettext_noop("Method Not Allowed"),
    gettext_noop("Conflict"),
    gettext_noop("Request Entity Too Large"),
    gettext_noop("Unsupported Media Type"),
    gettext_noop("Unprocessable Entity"),
    gettext_noop("Too Many Requests"),
    gettext_noop("Internal Server Error"),
    gettext_noop("Bad Gateway"),
    gettext_noop("Service Unavailable"),
)
_BARE = (
    '<!doctype html><html lang="{1}"><meta name="viewport" content="width=device-width">'
    "<title>{0}</title><h1>{0}</h1></html>"
)
_BY_STATUS: dict[int, type[AppError]] = {
    kind.status.value: kind
    for kind in (Invalid, Unauthorized, Forbidden, NotAllowed, TooLarge)
}
MACHINE_PREFIXES = ("/api/", "/webhooks/", "/health/")


def problem(error: AppError, request: HttpRequest | None = None) -> JsonResponse:
    """One RFC 9457 body: type, title, status, code, detail, request_id, instance (the
    path that was asked), and what the kind of error adds."""
    place = {"instance": escape_uri_path(request.path)} if request else {}
    response = JsonResponse(
        {
            "type": f"/problems/{error.code}",
            "title": error.status.phrase,
            "status": error.status.value,
            "code": error.code,
            "detail": error.sentence,
            "request_id": current_request_id(),
            **place,
            **error.extra,
        },
        status=error.status.value,
        content_type="application/problem+json",
    )
    _say_when(response, error)
    if error.challenge:
        response["WWW-Authenticate"] = error.challenge
    return response


def answer(request: HttpRequest, error: AppError) -> HttpResponse:
    """The error in the form that whoever asked can read."""
    if request.path.startswith(MACHINE_PREFIXES):
        return problem(error, request)
    try:
        page = render(request, "error.html", {"error": error})
    except Exception:
        # Whatever the page is made of may be what is broken.
        logger.exception("error_page_broken")
        page = HttpResponse(_BARE.format(error.sentence, get_language()))
    page.status_code = error.status.value
    _say_when(page, error)
    return page


def _say_when(response: HttpResponse, error: AppError) -> None:
    if isinstance(error, (TooMany, Unavailable)):
        response["Retry-After"] = str(error.retry_after)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, NotFound(gettext("There is no page at this address.")))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler400`: a host that is not ours, among others."""
    if request.path.startswith(MACHINE_PREFIXES):
        return problem(Invalid(), request)
    page: HttpResponse = defaults.bad_request(request, exception)
    return page


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`CSRF_FAILURE_VIEW`. People read Django's page, which has our words."""
    if request.path.startswith(MACHINE_PREFIXES):
        return problem(CsrfFailed(), request)
    page: HttpResponse = csrf_failure(request, reason)
    return page


def worded(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A refusal of Django's as a problem like all others, still saying which methods
    are allowed."""
    if response.status_code == HTTPStatus.NOT_FOUND:
        return not_found(request, Http404())
    found = problem(_BY_STATUS.get(response.status_code, AppError)(), request)
    if "Allow" in response:
        found["Allow"] = response["Allow"]
    return found


def _is_wordless(request: HttpRequest, response: HttpResponse) -> bool:
    is_refusal = response.status_code >= HTTPStatus.BAD_REQUEST
    if not is_refusal or not request.path.startswith(MACHINE_PREFIXES):
        return False
    # Django's page with the traceback, while developing.
    is_traceback = settings.DEBUG and response.status_code >= 500
    return not is_traceback and "json" not in response.get("Content-Type", "")


def defect(request: HttpRequest) -> HttpResponse:
    """`handler500`: also for what goes away while middleware needs it."""
    error = sys.exc_info()[1]
    if isinstance(error, AppError):
        return answer(request, error)
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return answer(request, Unavailable())
    return answer(request, AppError())


class ProblemMiddleware:
    """Turns an `AppError`, or a database that is away, into its answer, and whatever a
    package refuses without words that a machine reads."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return (
            worded(request, response) if _is_wordless(request, response) else response
        )

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if isinstance(exception, AppError):
            return answer(request, exception)
        if isinstance(exception, (OperationalError, InterfaceError)):
            return answer(request, Unavailable())
        return None
