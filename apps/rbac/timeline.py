"""What a person may see of the audit: their own, also what others did about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from apps.core import paging
from apps.rbac import audit, ledger
from apps.rbac.models import AuditEvent, Role
from apps.rbac.policy import Reason

LIMIT = 30
# For whoever takes all of it away.
_MANY = 500
# How permissions to do something end, each done by a verb that records it.
_DOES = (".add", ".change", ".delete")
_HOLDING = "rbac.roleassignment."
_WORK = "jobs.job."
_PAGES = "rbac.timeline"


@dataclass(frozen=True, slots=True)
class Moment:
    """One event as its person sees it.

    `who` is "you", "staff", "other" or "nobody". Where somebody else sat is theirs.
    """

    id: int
    at: datetime
    action: str
    outcome: str
    who: str
    obj_type: str
    # A sentence somebody wrote, or a code.
    reason: str
    code: str
    # The name of the role that was given or taken, and when it ends by itself.
    role: str
    until: datetime | None
    address: str
    browser: str
    # Which kind of background work was acted on, and how many of it.
    work: str
    count: int
    # Which page, while somebody stood in for them.
    page: str


@dataclass(frozen=True, slots=True)
class Page:
    moments: list[Moment]
    older: str  # where the next page begins, or an empty string
    newer: str  # and the one before it


def page(
    person_id: int,
    before: str = "",
    limit: int = LIMIT,
    actions: Sequence[str] = ("",),
    also_may: bool = False,
) -> Page:
    """The newest events whose actions begin like one of these, from a cursor on. Raises
    `Invalid` for a bad cursor.

    That they were let do something is only told with `also_may`: whether they did it is
    an event of its own.
    """
    # Two questions that each have an index; asked as one they have none.
    about, by = Q(subject_id=person_id), Q(actor_id=person_id)
    among = reduce(or_, (Q(action__startswith=each) for each in actions))
    if not also_may:
        ends = reduce(or_, (Q(action__endswith=each) for each in _DOES))
        among &= ~(Q(outcome=audit.Outcome.ALLOWED, actor_id=person_id) & ends)
    begin = paging.place(_PAGES, before)
    is_back = begin is not None and begin.is_back
    beyond = {f"id__{'gt' if is_back else 'lt'}": begin.by[0]} if begin else {}
    found = {
        event.id: event
        for part in (about, by)
        for event in AuditEvent.objects.filter(part, among, **beyond).order_by(
            "id" if is_back else "-id"
        )[: limit + 1]
    }
    events = sorted(found.values(), key=lambda event: event.id, reverse=not is_back)
    shown = paging.page(_PAGES, begin, events, limit, lambda event: [str(event.id)])
    opened = ledger.opened(shown.rows)
    roles = _role_names({_role(event, found) for event, found in opened} - {""})
    moments = [_moment(person_id, event, found, roles) for event, found in opened]
    return Page(moments, shown.older, shown.newer)


def every(person_id: int, *, also_may: bool = True) -> Iterator[Moment]:
    """All of it, newest first, read page by page."""
    found = page(person_id, limit=_MANY, also_may=also_may)
    yield from found.moments
    while found.older:
        found = page(person_id, found.older, limit=_MANY, also_may=also_may)
        yield from found.moments


def _moment(
    person_id: int,
    event: AuditEvent,
    opened: ledger.Opened,
    roles: Mapping[str, str],
) -> Moment:
    who = _who(person_id, event, opened)
    is_theirs = who in ("you", "nobody")
    role = _role(event, opened)
    work = _work(event, opened)
    until = opened.details.get("after", {}).get("until") if role else None
    return Moment(
        id=event.id,
        at=event.at,
        action=event.action,
        outcome=event.outcome,
        who=who,
        obj_type=event.obj_type,
        reason=opened.reason,
        code=event.reason,
        role=roles.get(role, role),
        until=datetime.fromisoformat(until) if until else None,
        address=str(opened.origin.get("address", "")) if is_theirs else "",
        browser=str(opened.origin.get("browser", "")) if is_theirs else "",
        work=str(work.get("kind", "")),
        count=int(work.get("count", 1)),
        page=opened.page,
    )


def _work(event: AuditEvent, opened: ledger.Opened) -> Mapping[str, Any]:
    if not event.action.startswith(_WORK):
        return {}
    return opened.details.get("after") or {}


def _role(event: AuditEvent, opened: ledger.Opened) -> str:
    """The slug, of an event that is about holding a role."""
    if not event.action.startswith(_HOLDING):
        return ""
    parts = (opened.details.get(part, {}) for part in ("after", "before"))
    return str(next((part["role"] for part in parts if "role" in part), ""))


def _role_names(slugs: set[str]) -> dict[str, str]:
    if not slugs:
        return {}
    found = Role.objects.filter(slug__in=slugs).values_list("slug", "name")
    return {slug: gettext(name) for slug, name in found}


def _who(person_id: int, event: AuditEvent, opened: ledger.Opened) -> str:
    """By what was so when it happened; roles come and go."""
    if event.actor_id is None:
        return "nobody"
    if event.actor_id == person_id:
        return "you"
    by_staff = opened.details.get(audit.BY_STAFF)
    if by_staff is None:
        # Recorded before that was written down, or under a key that is gone. Others than
        # staff come as far as a share lets them.
        is_done = event.outcome != audit.Outcome.DENIED
        by_staff = is_done and event.reason != Reason.SHARE
    return "staff" if by_staff else "other"
