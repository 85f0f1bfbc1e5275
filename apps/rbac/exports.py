"""Events for operators to take away: CSV and NDJSON, streamed.

Page by page after the last id seen, newest first, so neither memory nor a transaction
grows with the length; what is recorded meanwhile is newer and does not shift a page.

People are named as lists name them, masked: nobody can tell each of them. What is sealed
is opened for one person at most, who is told: their own address and browser, and what was
recorded of them.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from apps.core import spreadsheet
from apps.rbac import ledger
from apps.rbac.console import conversations, masks
from apps.rbac.console.search import named
from apps.rbac.models.audit import AuditEvent, AuditEventQuerySet

PAGE = 1_000
PEOPLE = ("actor", "on_behalf_of", "subject")
COLUMNS = (
    "id",
    "at",
    "action",
    "outcome",
    "actor_id",
    "on_behalf_of_id",
    "subject_id",
    *PEOPLE,
    "look",
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


def csv_lines(events: AuditEventQuerySet, person_id: int | None) -> Iterator[str]:
    """A heading, then a line for each event."""
    yield spreadsheet.line(COLUMNS)
    for row in _rows(events, person_id):
        yield spreadsheet.line(row[name] for name in COLUMNS)


def ndjson_lines(events: AuditEventQuerySet, person_id: int | None) -> Iterator[str]:
    for row in _rows(events, person_id):
        words = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
        yield spreadsheet.sayable(words) + "\n"


def _rows(
    events: AuditEventQuerySet, person_id: int | None
) -> Iterator[dict[str, Any]]:
    only = [person_id] if person_id else []
    told: Any = named(events)
    page = list(told.order_by("-id")[:PAGE])
    while page:
        for event, opened in ledger.opened(page, only):
            yield _row(event, opened)
        page = list(told.filter(id__lt=page[-1].id).order_by("-id")[:PAGE])


def _row(event: AuditEvent, opened: ledger.Opened) -> dict[str, Any]:
    sealed = {**opened.origin, **opened.details, "is_readable": opened.is_readable}
    plain = {name: getattr(event, name, None) for name in COLUMNS}
    plain |= {name: _name(event, name) for name in PEOPLE}
    plain["look"] = conversations.look(event)
    row = {name: sealed.get(name, plain[name]) for name in COLUMNS}
    return row | {"reason": event.reason or opened.reason}


def _name(event: Any, role: str) -> str | None:
    """None for nobody, as numbers are."""
    number, email = getattr(event, f"{role}_id"), getattr(event, f"{role}_id_email")
    if number is None:
        return None
    return masks.gone(number) if email is None else masks.person(email, number)
