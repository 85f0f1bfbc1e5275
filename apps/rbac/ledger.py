"""Events on their way into the table, and what is sealed in them on the way out.

Whose key seals what (format 1):

- `origin` (address, browser) tells of whoever acts, so it is under the actor's key;
  of nobody signed in it is under the subject's, who may see from where somebody tried.
- `details` (before, after, private, a reason in words) tell of the subject, so they are
  under the subject's key, else the actor's. An operator's own deletion therefore takes
  where they sat, never what they did to somebody.

Either is under the key of nobody in particular (0) when there is neither.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.core.serializers.json import DjangoJSONEncoder
from django.db.backends.utils import CursorWrapper

from apps.core import prepared
from apps.rbac import person_keys
from apps.rbac.models import AuditEvent

# PostgreSQL takes 65,535 parameters a statement; a request decides a handful of times.
_ROWS = 1_000
_COLUMNS = (
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
    "origin",
    "details",
)
_ROW = f"({', '.join(['%s'] * len(_COLUMNS))})"
_INSERT = f"INSERT INTO rbac_auditevent ({', '.join(_COLUMNS)}) VALUES "
_EARLY = f" RETURNING {prepared.LAZILY}"


@dataclass(frozen=True, slots=True)
class Entry:
    """An event before it is written. The database adds number, time, transaction."""

    action: str
    outcome: str
    actor_id: int | None = None
    on_behalf_of_id: int | None = None
    subject_id: int | None = None
    obj_type: str = ""
    obj_id: str = ""
    reason: str = ""
    via: Sequence[str] = ()
    request_id: str = ""
    origin: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """What is sealed in an event; empty where there is nothing, or the key is gone or
    does not open."""

    origin: Mapping[str, Any]
    details: Mapping[str, Any]
    is_readable: bool

    @property
    def reason(self) -> str:
        return str(self.details.get("reason", ""))

    @property
    def page(self) -> str:
        return str(self.details.get("private", {}).get("page", ""))


def write(
    entries: Sequence[Entry], cursor: CursorWrapper, *, is_early: bool = False
) -> None:
    """One INSERT, in whatever transaction the cursor is in, which does not wait for the
    disk if it `is_early`."""
    people = {
        owner
        for entry in entries
        for owner, part in (
            (origin_owner(entry), entry.origin),
            (details_owner(entry), entry.details),
        )
        if part
    }
    keys = person_keys.for_sealing(people, cursor) if people else {}
    for start in range(0, len(entries), _ROWS):
        rows = [_row(entry, keys) for entry in entries[start : start + _ROWS]]
        values = [value for row in rows for value in row]
        statement = _INSERT + ", ".join([_ROW] * len(rows))
        cursor.execute(statement + _EARLY if is_early else statement, values)


def opened(
    events: Iterable[AuditEvent], only: Collection[int] | None = None
) -> list[tuple[AuditEvent, Opened]]:
    """Each event with what is sealed in it. One query for all the keys.

    `only`: what is under the keys of these people; the rest stays closed.
    """
    events = list(events)
    people = {owner(event) for event in events for owner in _OWNERS}
    if only is not None:
        people &= set(only)
    keys = person_keys.for_reading(people)
    return [(event, _open(event, keys)) for event in events]


def origin_owner(event: Entry | AuditEvent) -> int:
    return event.actor_id or event.subject_id or person_keys.NOBODY


def details_owner(event: Entry | AuditEvent) -> int:
    return event.subject_id or event.actor_id or person_keys.NOBODY


def owners(event: AuditEvent) -> set[int]:
    """The people whose own is sealed in it."""
    found = set()
    if event.origin is not None:
        found.add(origin_owner(event))
    if event.details is not None:
        found.add(details_owner(event))
    return found - {person_keys.NOBODY}


_OWNERS = (origin_owner, details_owner)


def _row(entry: Entry, keys: Mapping[int, AESGCMSIV]) -> list[Any]:
    plain = [getattr(entry, name) for name in _COLUMNS[:-2]]
    plain[_COLUMNS.index("via")] = list(entry.via)
    origin = _sealed("origin", entry.origin, origin_owner(entry), keys)
    return [
        *plain,
        origin,
        _sealed("details", entry.details, details_owner(entry), keys),
    ]


def _sealed(
    name: str, part: Mapping[str, Any], owner: int, keys: Mapping[int, AESGCMSIV]
) -> bytes | None:
    if not part:
        return None
    text = json.dumps(part, cls=DjangoJSONEncoder, separators=(",", ":"))
    return person_keys.seal(keys[owner], text.encode(), place=_place(name, owner))


def _open(event: AuditEvent, keys: Mapping[int, AESGCMSIV]) -> Opened:
    origin = _unsealed("origin", event.origin, origin_owner(event), keys)
    details = _unsealed("details", event.details, details_owner(event), keys)
    is_readable = origin is not None and details is not None
    return Opened(origin or {}, details or {}, is_readable)


def _unsealed(
    name: str, sealed: Any, owner: int, keys: Mapping[int, AESGCMSIV]
) -> Mapping[str, Any] | None:
    if sealed is None:
        return {}
    if owner not in keys:
        return None
    plain = person_keys.unseal(keys[owner], bytes(sealed), place=_place(name, owner))
    found: dict[str, Any] | None = json.loads(plain) if plain else None
    return found


def _place(name: str, owner: int) -> str:
    return f"rbac.audit.{name}:{owner}"
