"""Lists in small pages, with a cursor that only this list understands."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any


class BadCursor(Exception): ...


@dataclass(frozen=True)
class Page:
    items: list[Any]
    next: str  # empty at the end


def cut(items: list[Any], *, cursor: str, asked: int, most: int, what: str) -> Page:
    """At most `most`, whatever was asked. Raises BadCursor for another list's."""
    start = _read(cursor, what) if cursor else 0
    end = start + max(1, min(asked or most, most))
    after = _write(end, what) if end < len(items) else ""
    return Page(items[start:end], after)


def _write(start: int, what: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([what, start]).encode()).decode()


def _read(cursor: str, what: str) -> int:
    try:
        whose, start = json.loads(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadCursor from error
    if whose != what or not isinstance(start, int):
        raise BadCursor
    return start
