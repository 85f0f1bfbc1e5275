"""Lines of CSV that a spreadsheet takes for what they are, and for no formula."""

import csv
import json
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV injection"), in some
# languages with wide characters as well.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def line(values: Iterable[Any]) -> str:
    written: str = _writer.writerow([cell(value) for value in values])
    return written


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        value = json.dumps(value, cls=DjangoJSONEncoder) if value else ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return sayable(f"'{text}" if text.startswith(_FORMULA) else text)


def sayable(text: str) -> str:
    """A lone surrogate, of some browser's name say, must not end the file."""
    return text.encode("utf-8", "replace").decode()


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, written: str) -> str:
        return written


_writer: Any = csv.writer(_Echo(), lineterminator="\r\n")
