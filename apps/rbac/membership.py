"""A person is in the group of every role they hold and of every role those inherit.

The closure is kept in `user.groups`, so Django's `has_perm` and guardian need no patch.
Nothing else writes there.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from apps.rbac import catalog

# People whose groups are written in one statement.
BATCH = 5_000

_SETTLE = """
WITH RECURSIVE held (user_id, role_id) AS (
    (SELECT person.id, role.id FROM {users} person, rbac_role role
     WHERE person.id = ANY(%(people)s) AND role.slug = %(base)s
     UNION
     SELECT user_id, role_id FROM rbac_roleassignment
     WHERE user_id = ANY(%(people)s) AND revoked_at IS NULL
       AND (expires_at IS NULL OR expires_at > %(now)s))
    UNION
    SELECT held.user_id, edge.to_role_id
    FROM held JOIN rbac_role_inherits edge ON edge.from_role_id = held.role_id
), wanted AS (
    SELECT held.user_id, role.group_id
    FROM held JOIN rbac_role role ON role.id = held.role_id
), gone AS (
    DELETE FROM {groups} member USING rbac_role role
    WHERE member.user_id = ANY(%(people)s) AND role.group_id = member.group_id
      AND (member.user_id, member.group_id) NOT IN (SELECT * FROM wanted)
), added AS (
    INSERT INTO {groups} (user_id, group_id) SELECT * FROM wanted
    ON CONFLICT DO NOTHING
)
UPDATE {users} person SET roles_until = (
    SELECT min(expires_at) FROM rbac_roleassignment
    WHERE user_id = person.id AND revoked_at IS NULL AND expires_at > %(now)s)
WHERE person.id = ANY(%(people)s)
"""


def settle(people: Iterable[int]) -> None:
    """Bring the groups of these people in line with the roles they hold now."""
    ids = list(people)
    user = get_user_model()._meta
    statement = _SETTLE.format(users=user.db_table, groups=table())
    with transaction.atomic(), connection.cursor() as cursor:
        lock(shared=True)
        for start in range(0, len(ids), BATCH):
            values: dict[str, Any] = {
                "people": ids[start : start + BATCH],
                "base": catalog.BASE,
                "now": timezone.now(),
            }
            cursor.execute(statement, values)


def table() -> str:
    """Name of the table that says who is in which group."""
    field: Any = get_user_model()._meta.get_field("groups")
    return str(field.remote_field.through._meta.db_table)


def rank(user: Any) -> int:
    """Of the highest role somebody holds."""
    found = user.groups.aggregate(rank=Max("role__rank"))["rank"]
    return int(found or 0)


def holds(person_id: int, permission: str) -> bool:
    """Whether the groups of somebody bring a permission. One query."""
    name = catalog.parts(permission)
    found: bool = Group.objects.filter(
        user=person_id,
        permissions__codename=name.codename,
        permissions__content_type__app_label=name.app,
    ).exists()
    return found


def lock(*, shared: bool = False) -> None:
    """Held until the transaction ends: changes of roles happen one after the other."""
    kind = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {kind}(hashtext('rbac.roles'))")
