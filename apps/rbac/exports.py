"""Events for operators to take away: CSV and NDJSON, streamed.

Page by page after the last id seen, newest first, so neither memory nor a transaction
grows with the length; what is recorded meanwhile is newer and does not shift a page.

What is sealed is opened for one person at most, who is told: their own address and
browser, and what was recorded of them.
"""

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from apps.rbac import ledger
from apps.rbac.models.audit import AuditEvent, AuditEventQuerySet

PAGE = 1_000
COLUMNS = (
    "id",
    "at",
    "action",
    "outcome",
    "actor_id",
    "on_behalf_of_id",
    "subject_id",
    "obj_type",
    "obj_id",
    "reason",
    "via",
    "request_id",
    "address",
    "browser",
    "before",
    "after",
    "private",
    "is_readable",
)
# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(events: AuditEventQuerySet, person_id: int | None) -> Iterator[str]:
    """A heading, then a line for each event."""
    line = csv.writer(_Echo(), lineterminator="\r\n")
    yield line.writerow(COLUMNS)
    for row in _rows(events, person_id):
        yield line.writerow([_cell(row[name]) for name in COLUMNS])


def ndjson_lines(events: AuditEventQuerySet, person_id: int | None) -> Iterator[str]:
    for row in _rows(events, person_id):
        yield _sayable(
            json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
        ) + "\n"


def _rows(
    events: AuditEventQuerySet, person_id: int | None
) -> Iterator[dict[str, Any]]:
    only = [person_id] if person_id else []
    page = list(events.order_by("-id")[:PAGE])
    while page:
        for event, opened in ledger.opened(page, only):
            yield _row(event, opened)
        page = list(events.filter(id__lt=page[-1].id).order_by("-id")[:PAGE])


def _row(event: AuditEvent, opened: ledger.Opened) -> dict[str, Any]:
    sealed = {**opened.origin, **opened.details, "is_readable": opened.is_readable}
    plain = {name: getattr(event, name, None) for name in COLUMNS}
    row = {name: sealed.get(name, plain[name]) for name in COLUMNS}
    return row | {"reason": event.reason or opened.reason}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        value = json.dumps(value, cls=DjangoJSONEncoder) if value else ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return _sayable(f"'{text}" if text.startswith(_FORMULA) else text)


def _sayable(text: str) -> str:
    """A lone surrogate, of some browser's name say, must not end the file."""
    return text.encode("utf-8", "replace").decode()


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line
