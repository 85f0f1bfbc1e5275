"""What somebody's roles let them use: one table, edited in the console."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from apps.core import prepared
from apps.core.errors import Conflict, Forbidden, Invalid
from apps.rbac import audit, catalog, membership, policy, roles
from apps.rbac.catalog import Permission
from apps.rbac.models import Role, RoleLimits

FIELDS = (
    "sessions",
    "reply_segments",
    "llm_micros",
    "texts",
    "connections",
    "idle_minutes",
)
_OF_ROLES = f"""
SELECT {", ".join(FIELDS)} FROM rbac_rolelimits said
JOIN rbac_role role ON role.id = said.role_id
JOIN {{groups}} member ON member.group_id = role.group_id
WHERE member.user_id = {{person}} ORDER BY role.rank DESC, role.slug
"""
# With none of it nobody gets in, or an answer.
_AT_LEAST_ONE = ("sessions", "reply_segments")


@dataclass(frozen=True)
class Limits:
    """Signed in at once, parts of a reply, millionths of a US dollar for a language
    model a month, texts a month, connected accounts, minutes until an idle sign-in
    ends (0: never)."""

    sessions: int
    reply_segments: int
    llm_micros: int
    texts: int
    connections: int
    idle_minutes: int


def of(user: Any) -> Limits:
    """Field by field what the highest role that says something allows. One query."""
    statement = _OF_ROLES.format(groups=membership.table(), person="%s")
    return decided(prepared.rows(statement, [user.pk]))


def column(person: str) -> str:
    """What the roles say, as a column of a statement that has the id of a `person`: for
    `decided`."""
    rows = _OF_ROLES.format(groups=membership.table(), person=person)
    row = ", ".join(f"{field}::bigint" for field in FIELDS)
    return f"(SELECT array_agg(ARRAY[{row}]) FROM ({rows}) roles)"


def decided(said: Iterable[Sequence[int | None]] | None) -> Limits:
    """Out of what the roles say, the highest first; None where there are no roles."""
    found: dict[str, int] = {}
    for role in said or ():
        for field, limit in zip(FIELDS, role, strict=True):
            if limit is not None:
                found.setdefault(field, limit)
    return Limits(**{**_of_everybody(), **found})


def expression(field: str, *, person: str) -> Subquery:
    """The same of one field, inside a query whose column `person` names somebody; NULL
    when no role says anything."""
    rows = RoleLimits.objects.filter(
        role__group__user=OuterRef(person), **{f"{field}__isnull": False}
    )
    return Subquery(rows.order_by("-role__rank", "role__slug").values(field)[:1])


def allowed(field: str, *, person: str) -> Coalesce:
    """The same, and what everybody is allowed when no role says anything."""
    return Coalesce(expression(field, person=person), _of_everybody()[field])


def change(*, by: Any, row: RoleLimits, seen: str | None = None) -> RoleLimits:
    """Save the edited limits of a role; they count from the next question on.

    `seen`: the version they were edited from. Raises Forbidden, Invalid, or Conflict
    for a later one.
    """
    if any((getattr(row, name) or 0) < 0 for name in FIELDS):
        raise Invalid("A limit is not less than nothing.")
    if any(getattr(row, name) == 0 for name in _AT_LEAST_ONE):
        raise Invalid("There is one sign-in and one part of a reply at least.")
    with transaction.atomic():
        membership.lock()
        role = roles.standing(row.role_id)
        _insist(by, role)
        before = RoleLimits.objects.get(pk=row.pk)
        if seen is not None and seen != version(before):
            raise Conflict(roles.CHANGED)
        own = of(by)
        row.save(update_fields=FIELDS)
        if of(by) != own:
            raise Forbidden("Nobody changes their own limits.")
        audit.done(
            "rbac.rolelimits.change",
            actor=by,
            obj=row,
            before={"role": role.slug} | {n: getattr(before, n) for n in FIELDS},
            after={name: getattr(row, name) for name in FIELDS},
        )
    return row


def version(row: RoleLimits) -> str:
    """Changes whenever one of them does."""
    said = repr([getattr(row, name) for name in FIELDS])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _of_everybody() -> Mapping[str, int]:
    base = next(role for role in catalog.SYSTEM_ROLES if role.slug == catalog.BASE)
    return base.limits


def _insist(by: Any, role: Role) -> None:
    policy.forget(by)
    if not policy.can(by, Permission.LIMITS_CHANGE):
        raise Forbidden
    if not policy.permissions_of(role) <= policy.permissions(by):
        raise Forbidden("That role may do more than you.")
    roles.insist_not_above(by, [role])
