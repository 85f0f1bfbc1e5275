"""What machines send is looked over before anything works on it.

A body of JSON is read once here, by rules stricter than Python's: an object, not too
big, not too deep, no name twice, no text that is not text. Views may then parse it
without care.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils.translation import gettext

from apps.core.errors import AppError, Invalid, TooLarge, UnsupportedMedia
from apps.core.problems import answer

# A form of a person has a few kilobytes.
MOST_BYTES = 256 * 1024
# Ours are three deep; Python's own parser stops at about a thousand with a traceback.
DEEPEST = 16
_PREFIX = "/api/"
_LONGEST_NUMBER = 32
_LENGTH = re.compile("[0-9]{1,12}", re.ASCII)
_HALF = re.compile("[\ud800-\udfff]")


class _Bad(ValueError):
    """What is wrong, in words that repeat nothing of the body."""


class BodyMiddleware:
    """For addresses under `/api/`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Whatever the method: there are readers that do not ask for it.
        if request.path_info.startswith(_PREFIX):
            try:
                _look_over(request)
            except AppError as error:
                return answer(request, error)
        return self.get_response(request)


def insist_at_most(request: HttpRequest, most: int) -> None:
    """Before anything is read. Raises `TooLarge`, also for a length that is none."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not _LENGTH.fullmatch(length) or int(length) > most:
        raise TooLarge


def read(raw: bytes) -> dict[str, Any]:
    """The object in a body. Raises `Invalid`."""
    try:
        found = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_number,
            parse_constant=_constant,
        )
        if not isinstance(found, dict):
            raise _Bad("The body is no JSON object.")
        _look_through(found)
    except _Bad as error:
        raise Invalid(str(error), code="bad_body") from None
    except (ValueError, RecursionError):
        raise Invalid(gettext("The body is no JSON."), code="bad_body") from None
    return found


def _look_over(request: HttpRequest) -> None:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise Invalid(
            gettext("The length of the body is no number."), code="bad_body"
        ) from None
    if length > MOST_BYTES:
        raise TooLarge
    if not length:
        return
    if request.content_type != "application/json":
        raise UnsupportedMedia("This address takes JSON.")
    try:
        raw = request.body
    except (UnreadablePostError, RawPostDataException):
        raise Invalid(
            gettext("The body did not arrive whole."), code="bad_body"
        ) from None
    except RequestDataTooBig:
        raise TooLarge from None
    read(raw)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # Two readers would take two different ones (RFC 8259 §4).
        raise _Bad("A name is there twice.")
    return found


def _number(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise _Bad("A number is too long.")
    return int(digits)


def _constant(word: str) -> None:
    raise _Bad("The body is no JSON.")


def _look_through(found: Any) -> None:
    waiting = [(found, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            raise _Bad("The body is nested too deeply.")
        if isinstance(value, str):
            _text(value)
        elif isinstance(value, dict):
            waiting += [(part, depth + 1) for part in (*value, *value.values())]
        elif isinstance(value, list):
            waiting += [(part, depth + 1) for part in value]


def _text(value: str) -> None:
    if "\x00" in value:
        raise _Bad("A text has a NUL in it.")
    if _HALF.search(value):
        raise _Bad("A text has half a character in it.")
