"""Recording who decided and did what (docs/audit.md).

`decided` survives the rollback of the page it belongs to; `done` stands exactly when
the change it tells of stands.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse

from apps.core.errors import Unavailable
from apps.core.logs import logger
from apps.core.request_ids import current_request_id
from apps.rbac import apart, ledger, membership, origins, policy
from apps.rbac.catalog import Permission

ACTION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+){2}")
# What code says and can be filtered by. What a person wrote is `words`.
_CODE = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,63}")
_WORDS_LENGTH = 500
# Never recorded, whoever passes them: a record cannot be taken back.
_NEVER = frozenset(
    "password password1 password2 secret token access_token refresh_token code otp"
    " body words phrase key private_key".split()
)
# Among the details of what somebody does about somebody else: whether they were staff.
BY_STAFF = "by_staff"
_collected: ContextVar[list[ledger.Entry] | None] = ContextVar("audit", default=None)


class Outcome(StrEnum):
    ALLOWED = "allowed"
    DENIED = "denied"
    DONE = "done"
    FAILED = "failed"


def decided(
    action: str,
    *,
    allowed: bool,
    actor: Any = None,
    subject: Any = None,
    obj: Any = None,
    reason: str = "",
    words: str = "",
    via: Sequence[str] = (),
    private: Mapping[str, Any] | None = None,
    now: bool = False,
) -> None:
    """A decision, a read of somebody's private content, an authentication event.

    Inside `collecting` (every request) it is written at its end, all of them by one
    INSERT; elsewhere at once, and never in the transaction of the caller.

    `reason` is a code, plain for ever; `words` is what a person wrote, and goes sealed.
    `now` is for what may only be shown when it is on record: it is written before this
    returns. Raises Unavailable when that cannot be done.
    """
    outcome = Outcome.ALLOWED if allowed else Outcome.DENIED
    details = {"private": private}
    entry = _entry(action, outcome, actor, subject, obj, reason, words, via, details)
    if now:
        try:
            with apart.cursor() as cursor:
                ledger.write([entry], cursor)
        except (DatabaseError, InterfaceError) as error:
            _log([entry], error)
            raise Unavailable from error
        return
    collected = _collected.get()
    if collected is not None:
        collected.append(entry)
        return
    with apart.cursor() as cursor:
        ledger.write([entry], cursor)


def done(
    action: str,
    *,
    actor: Any = None,
    subject: Any = None,
    obj: Any = None,
    reason: str = "",
    words: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    private: Mapping[str, Any] | None = None,
    outcome: Outcome = Outcome.DONE,
) -> None:
    """A change, written in the caller's own transaction."""
    details = {"before": before, "after": after, "private": private}
    entry = _entry(action, outcome, actor, subject, obj, reason, words, (), details)
    with connection.cursor() as cursor:
        ledger.write([entry], cursor)


@contextmanager
def collecting(*, is_early: bool = False) -> Iterator[None]:
    """What is `decided` inside is written at the end, also after an exception.

    `is_early`: whoever asks goes on to commit what came of it, which takes this to the
    disk as well."""
    entries: list[ledger.Entry] = []
    token = _collected.set(entries)
    try:
        yield
    finally:
        _collected.reset(token)
        if entries:
            _flush(entries, is_early)


@contextmanager
def unrecorded() -> Iterator[None]:
    """What is `decided` inside counts for nothing: whatever it lets happen is not kept
    either (assistant/sandbox.py)."""
    token = _collected.set([])
    try:
        yield
    finally:
        _collected.reset(token)


class AuditMiddleware:
    """Collects what a request decides, and knows who asks and from where."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with origins.request(request), collecting():
            return self.get_response(request)


def _flush(entries: list[ledger.Entry], is_early: bool) -> None:
    """The page is answered already: that it cannot be recorded must not undo it."""
    try:
        with apart.cursor() as cursor:
            ledger.write(entries, cursor, is_early=is_early)
    except (DatabaseError, InterfaceError) as error:
        _log(entries, error)


def _log(entries: list[ledger.Entry], error: Exception) -> None:
    """The log is what is left: everything of the events but what is personal."""
    for entry in entries:
        logger.error(
            "audit_not_written",
            error=type(error).__name__,
            action=entry.action,
            outcome=entry.outcome,
            actor=entry.actor_id,
            on_behalf_of=entry.on_behalf_of_id,
            subject=entry.subject_id,
            object=f"{entry.obj_type}:{entry.obj_id}",
            reason=entry.reason,
        )


def _entry(
    action: str,
    outcome: Outcome,
    actor: Any,
    subject: Any,
    obj: Any,
    reason: str,
    words: str,
    via: Sequence[str],
    details: Mapping[str, Mapping[str, Any] | None],
) -> ledger.Entry:
    if not ACTION.fullmatch(action):
        raise ValueError(f"{action!r} is not written app.subject.action")
    if reason and not _CODE.fullmatch(reason):
        raise ValueError("a reason is a code; what a person wrote is `words`")
    who = origins.current()
    # Code that knows only the page's user names whom an operator stands in for.
    given = _id(actor)
    actor_id = who.actor_id if given in (None, who.on_behalf_of_id) else given
    standing_in = who.on_behalf_of_id if actor_id == who.actor_id else None
    sealed: dict[str, Any] = {
        name: _cleared(part) for name, part in details.items() if part
    }
    # Whoever names nobody acts for themself, or for whom they are standing in.
    subject_id = _id(subject) or standing_in or actor_id
    if actor_id is not None and subject_id != actor_id:
        # Now: later they may have left, or have become what they are not.
        sealed[BY_STAFF] = bool(standing_in) or _is_staff(actor, actor_id)
    if words:
        sealed["reason"] = words[:_WORDS_LENGTH]
    obj_type, obj_id = _named(obj)
    return ledger.Entry(
        action=action,
        outcome=outcome,
        actor_id=actor_id,
        on_behalf_of_id=standing_in,
        subject_id=subject_id,
        obj_type=obj_type,
        obj_id=obj_id,
        reason=reason,
        via=tuple(via),
        request_id=current_request_id(),
        origin=who.place,
        details=sealed,
    )


def _is_staff(actor: Any, actor_id: int) -> bool | None:
    """Whether they may enter the console; None when that cannot be asked now."""
    if (known := policy.known(actor)) is not None:
        return Permission.CONSOLE_ENTER in known
    try:
        return membership.holds(actor_id, Permission.CONSOLE_ENTER)
    except DatabaseError:
        return None  # what is recorded is what broke the transaction


def _id(person: Any) -> int | None:
    """Of a person, an id, somebody anonymous or None."""
    found = person if isinstance(person, int) else getattr(person, "pk", None)
    return int(found) if found else None


def _named(obj: Any) -> tuple[str, str]:
    """Label and id of an instance, the label alone of a model."""
    if obj is None:
        return "", ""
    label = str(obj._meta.label_lower)
    if isinstance(obj, type):
        return label, ""
    return label, str(getattr(obj, "public_id", None) or obj.pk)[:64]


def _cleared(value: Any) -> Any:
    """Without what must not be kept, at any depth."""
    if isinstance(value, Mapping):
        kept = ((str(name), part) for name, part in value.items())
        return {n: _cleared(part) for n, part in kept if n.lower() not in _NEVER}
    if isinstance(value, (list, tuple)):
        return [_cleared(part) for part in value]
    return value
