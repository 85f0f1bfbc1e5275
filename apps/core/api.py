"""How REST framework answers here: JSON, and problem+json for whatever goes wrong."""

import math
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.views import set_rollback

from apps.core import showing
from apps.core.errors import (
    AppError,
    Forbidden,
    Invalid,
    NotAllowed,
    NotFound,
    TooMany,
    Unauthorized,
    UnsupportedMedia,
)
from apps.core.problems import problem

_KINDS: tuple[tuple[type[Exception], type[AppError]], ...] = (
    (Http404, NotFound),
    (exceptions.NotFound, NotFound),
    (PermissionDenied, Forbidden),
    (exceptions.PermissionDenied, Forbidden),
    (exceptions.NotAuthenticated, Unauthorized),
    (exceptions.AuthenticationFailed, Unauthorized),
    (exceptions.MethodNotAllowed, NotAllowed),
    (exceptions.UnsupportedMediaType, UnsupportedMedia),
    (exceptions.ParseError, Invalid),
)


class OursAnyway(DefaultContentNegotiation):
    """Whoever accepts nothing that we have gets what we have (RFC 9110 §12.4.1), and a
    browser that looks at an address sees it."""

    def select_renderer(
        self, request: Any, renderers: Any, format_suffix: Any = None
    ) -> Any:
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except exceptions.NotAcceptable:
            return renderers[0], renderers[0].media_type


class BadFields(Invalid):
    """`errors`: for each field what is wrong with it, in words."""

    code = "bad_fields"
    sentence = "Some fields do not look right."

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__()
        self.extra = {"errors": errors}


def shown(kind: showing.Kind, obj: Any) -> Any:
    """The data of `kind(obj)`, for a kind that needs to know nothing of the request."""
    return showing.reader(kind)(obj)


def answered(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """REST framework's `EXCEPTION_HANDLER`. What it does not know stays a defect."""
    known = _known(error)
    if known is None:
        return None
    set_rollback()
    return problem(known, context["request"])


def _known(error: Exception) -> AppError | None:
    if isinstance(error, AppError):
        return error
    if isinstance(error, exceptions.ValidationError):
        return BadFields(_fields(error.detail))
    if isinstance(error, exceptions.Throttled):
        return TooMany(retry_after=math.ceil(getattr(error, "wait", None) or 1))
    for kind, ours in _KINDS:
        if isinstance(error, kind):
            return ours()
    return None


def _fields(detail: Any) -> dict[str, list[str]]:
    if isinstance(detail, dict):
        return {str(name): _words(part) for name, part in detail.items()}
    return {"": _words(detail)}


def _words(part: Any) -> list[str]:
    if isinstance(part, dict):
        return [word for each in part.values() for word in _words(each)]
    if isinstance(part, (list, tuple)):
        return [word for each in part for word in _words(each)]
    return [str(part)]
