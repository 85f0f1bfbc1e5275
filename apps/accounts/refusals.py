"""What allauth's JSON API refuses, as a problem like all others."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast

from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse

from apps.core import problems
from apps.core.errors import (
    AppError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unauthorized,
)

View = TypeVar("View", bound=Callable[..., Any])
# The package says of neither which it is.
_NOT_NOW = "Somebody is signed in already, or no such step is under way here. Ask auth/session."


class BegunIsOver(AppError):
    code = "begun_is_over"
    status = HTTPStatus.GONE
    sentence = "What was begun is over. Begin anew."


def as_problems(view: View) -> View:
    """What the package refuses, as a problem like all others: what it says itself stands
    beside (RFC 9457 §3.2)."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer: HttpResponse = view(request, *args, **kwargs)
        except ImmediateHttpResponse as stopped:
            answer = stopped.response
        except UpdateError as overtaken:
            # Another request has come to the end of what this one took part in.
            raise BegunIsOver from overtaken
        kind = answer.get("Content-Type", "").partition(";")[0]
        if answer.status_code < 400 or kind != "application/json":
            return answer
        own = json.loads(answer.content)
        found = problems.problem(_refusal(answer.status_code, own), request)
        answer.content = json.dumps({**json.loads(found.content), **own}).encode()
        answer["Content-Type"] = found["Content-Type"]
        if "WWW-Authenticate" in found:
            answer["WWW-Authenticate"] = found["WWW-Authenticate"]
        return answer

    return cast(View, told)


def _refusal(status: int, own: Mapping[str, Any]) -> AppError:
    kinds = (Invalid, Unauthorized, Forbidden, NotFound, Conflict, BegunIsOver)
    by_status: dict[int, type[AppError]] = {kind.status: kind for kind in kinds}
    first: Mapping[str, str] = next(iter(own.get("errors") or ()), {})
    sentence = first.get("message", "")
    if status == HTTPStatus.CONFLICT and not sentence:
        sentence = _NOT_NOW
    return by_status.get(status, Invalid)(sentence)
