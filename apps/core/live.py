"""Pages with a part that is live: it asks again with the version (`v`) that it shows."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

VERSION = "v"


def is_asked_again(request: HttpRequest) -> bool:
    return VERSION in request.GET


def version(shown: object) -> str:
    """Another one whenever what is shown is another."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def answer(
    request: HttpRequest,
    version: str,
    shown: Callable[[], dict[str, Any]],
    *,
    page: str,
    part: str,
) -> HttpResponse:
    """The whole page, or only its live part when that has changed. `page` and `part`
    are templates, `shown` is what they show."""
    if request.GET.get(VERSION) == version:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    template = part if is_asked_again(request) else page
    return render(request, template, {**shown(), "version": version})


def refused(answer: HttpResponse) -> HttpResponse:
    """The page says what was wrong with what was asked, and what it shows instead."""
    answer.status_code = HTTPStatus.BAD_REQUEST
    return answer
