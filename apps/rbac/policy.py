"""Who may do what. One answer for pages, console, API, texts and tasks.

Three ways lead to yes: a role holds the permission (then for everybody's rows), the row
is one's own, or its owner has shared it. A check costs one query at most, and a list
none of its own: `scope` adds a subquery.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.db import connection
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from apps.core import prepared
from apps.rbac import catalog, membership, resources
from apps.rbac.models import Role

M = TypeVar("M", bound=Model)
# Permission → the roles that bring it, of one person.
Held = Mapping[str, tuple[str, ...]]


class Reason(StrEnum):
    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    ROLE = "role"
    OWNER = "owner"
    SHARE = "share"
    ANONYMOUS = "anonymous"
    INACTIVE = "inactive"
    NOT_GRANTED = "not_granted"


@dataclass(frozen=True)
class Decision:
    """`via` names what the answer rests on: roles, or the kind of share."""

    allowed: bool
    reason: Reason
    via: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.allowed


def can(user: Any, action: str, obj: Model | None = None) -> Decision:
    """Whether `user` may do `action`, to `obj` or (without one) to any row.

    At most one query; none for an own row, or when the roles are known already.
    """
    refused = _refused(user)
    if refused is not None:
        return refused
    resource = resources.of(type(obj)) if obj is not None else None
    if resource is not None and obj is not None:
        if action in resource.owner_may and resource.owner_id(obj) == user.pk:
            return Decision(True, Reason.OWNER)
    known = getattr(user, "_roles_held", None)
    if known and action in known:
        return Decision(True, Reason.ROLE, known[action])
    shares = None
    if resource is not None:
        shares = _share_query(_WAYS, user, action, resource, obj)
    if known is not None and shares is None:
        return Decision(False, Reason.NOT_GRANTED)
    held, shared = _look_up(user, known, shares)
    if action in held:
        return Decision(True, Reason.ROLE, held[action])
    if shared:
        return Decision(True, Reason.SHARE, shared)
    return Decision(False, Reason.NOT_GRANTED)


def is_somebody(user: Any) -> Decision:
    """Whether there is a person behind the request, whose account is open."""
    refused = _refused(user)
    return Decision(True, Reason.SIGNED_IN) if refused is None else refused


def scope(user: Any, action: str, queryset: QuerySet[M]) -> QuerySet[M]:
    """The rows of `queryset` that `user` may do `action` to."""
    if _refused(user) is not None:
        return queryset.none()
    if action in permissions(user):
        return queryset
    return personal(user, action, queryset)


def personal(user: Any, action: str, queryset: QuerySet[M]) -> QuerySet[M]:
    """The same without what roles bring: rows that are theirs, or shared with them."""
    resource = resources.of(queryset.model)
    if _refused(user) is not None or resource is None:
        return queryset.none()
    mine = Q(pk__in=[])
    if action in resource.owner_may:
        mine |= Q(**{resource.owner: user})
    shared = _share_query(_OBJECTS, user, action, resource)
    if shared is not None:
        mine |= Q(_AmongShared(F("pk"), RawSQL(f"ARRAY({shared[0]})", shared[1])))
    return queryset.filter(mine)


def permissions(user: Any) -> frozenset[str]:
    """Everything `user` may do to any row. One query, once for each user object."""
    if _refused(user) is not None:
        return frozenset()
    held = getattr(user, "_roles_held", None)
    if held is None:
        held, _ = _look_up(user, None, None)
    return frozenset(held)


def known(user: Any) -> frozenset[str] | None:
    """The same when it costs no query, else None."""
    held = getattr(user, "_roles_held", None)
    return None if held is None else frozenset(held)


def potential(user: Any) -> frozenset[str]:
    """What the roles of `user` bring, whether or not the account is open."""
    held, _ = _look_up(user, None, None)
    if _refused(user) is not None:
        forget(user)
    return frozenset(held)


def permissions_of(role: Role) -> frozenset[str]:
    """What somebody with this role may do, the inherited included."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_ROLE, [role.pk])
        return frozenset(catalog.from_row(*row) for row in cursor.fetchall())


def current(user: Any) -> None:
    """Forget roles that have run out by now. Costs nothing while none has."""
    ends = getattr(user, "roles_until", None)
    if ends is not None and ends <= timezone.now():
        membership.settle([user.pk])
        user.refresh_from_db(fields=["roles_until"])
        forget(user)


def forget(user: Any) -> None:
    """Look the roles up again on the next question."""
    for name in ("_roles_held", "_perm_cache", "_group_perm_cache", "_user_perm_cache"):
        vars(user).pop(name, None)


def _refused(user: Any) -> Decision | None:
    if user is None or not user.is_authenticated:
        return Decision(False, Reason.ANONYMOUS)
    if not user.is_active:
        return Decision(False, Reason.INACTIVE)
    current(user)
    return None


_ROLES = """
SELECT 'role', kind.app_label, kind.model, permission.codename, role.slug
FROM {groups} member
JOIN rbac_role role ON role.group_id = member.group_id
JOIN auth_group_permissions held ON held.group_id = member.group_id
JOIN auth_permission permission ON permission.id = held.permission_id
JOIN django_content_type kind ON kind.id = permission.content_type_id
WHERE member.user_id = %s
"""
# One row of the unique index, or one range of it: who, what, then which.
_SHARED = """
SELECT {columns} FROM {table} share
WHERE share.permission_id = (
    SELECT permission.id FROM auth_permission permission
    JOIN django_content_type kind ON kind.id = permission.content_type_id
    WHERE kind.app_label = {app} AND kind.model = {model}
      AND permission.codename = {codename})
  AND share.{who}_id {whose}
"""
_WAYS = "'share', NULL, NULL, NULL, '{way}'"
_OBJECTS = "share.content_object_id"
_OF_ROLE = """
WITH RECURSIVE all_of (role_id) AS (
    SELECT %s::bigint UNION
    SELECT edge.to_role_id
    FROM all_of JOIN rbac_role_inherits edge ON edge.from_role_id = all_of.role_id
)
SELECT DISTINCT kind.app_label, kind.model, permission.codename
FROM all_of
JOIN rbac_role role ON role.id = all_of.role_id
JOIN auth_group_permissions held ON held.group_id = role.group_id
JOIN auth_permission permission ON permission.id = held.permission_id
JOIN django_content_type kind ON kind.id = permission.content_type_id
"""
Query = tuple[str, list[Any]]


class _AmongShared(Func):
    """`pk = ANY (array)`. Beside an OR, `pk IN (SELECT ...)` reads the whole table;
    an array is made once, and its rows are fetched by their key.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


def _share_query(
    columns: str,
    user: Any,
    action: str,
    resource: resources.Resource,
    obj: Model | None = None,
) -> Query | None:
    """What of `resource` is shared with `user`; of one row, whether it is."""
    name = catalog.parts(action)
    roles = f"IN (SELECT group_id FROM {membership.table()} WHERE user_id = %s)"
    statements: list[str] = []
    values: list[Any] = []
    for table, way, who, whose in (
        (resource.user_shares, "person", "user", "= %s"),
        (resource.group_shares, "role", "group", roles),
    ):
        if table is None:
            continue
        statement = _SHARED.format(
            columns=columns.format(way=way),
            table=table._meta.db_table,
            app=prepared.written(name.app),
            model=prepared.written(name.subject),
            codename=prepared.written(name.codename),
            who=who,
            whose=whose,
        )
        values.append(user.pk)
        if obj is not None:
            statement += "  AND share.content_object_id = %s"
            values.append(obj.pk)
        statements.append(statement)
    return (" UNION ALL ".join(statements), values) if statements else None


def _look_up(
    user: Any, known: Held | None, shares: Query | None
) -> tuple[Held, tuple[str, ...]]:
    """One query: the roles' permissions unless they are known, and the shares asked for."""
    statements, values = [], []
    if known is None:
        statements.append(_ROLES.format(groups=membership.table()))
        values.append(user.pk)
    if shares:
        statements.append(shares[0])
        values += shares[1]
    rows = prepared.rows(" UNION ALL ".join(statements), values)
    if known is None:
        found: dict[str, list[str]] = {}
        for row in rows:
            if row[0] == "role":
                found.setdefault(catalog.from_row(*row[1:4]), []).append(row[4])
        known = {name: tuple(sorted(roles)) for name, roles in found.items()}
        user._roles_held = known
    return known, tuple(row[4] for row in rows if row[0] == "share")
