"""Who gets a role brings along what they used, and takes it away again.

The sums of a role are those of the people who hold it now, for every day there is. Added
up from theirs when somebody looks, they would take a second for ten thousand people; so
they are kept (draining.py), and whoever got or lost a role since is followed here. Each
change of a role leaves a row by a trigger. Sums of people that are deleted are taken from
their roles by triggers as well, under the same lock.
"""

from django.db import connection, transaction

from apps.analytics import alone
from apps.analytics.models import Holder, HolderChange
from apps.analytics.sums import OF_ROLES, Sum

BATCH = 500
_TAKE = f"""
DELETE FROM {HolderChange._meta.db_table} WHERE id = ANY (ARRAY(
    SELECT id FROM {HolderChange._meta.db_table} ORDER BY id LIMIT %s
    FOR UPDATE SKIP LOCKED
)) RETURNING user_id
"""
_HOLDER = Holder._meta.db_table
_MOVED = f"""moved AS (
    SELECT user_id, group_id, 1 AS sign FROM accounts_user_groups got
    WHERE user_id = ANY(%(people)s) AND NOT EXISTS (
        SELECT FROM {_HOLDER} held
        WHERE held.user_id = got.user_id AND held.group_id = got.group_id)
    UNION ALL
    SELECT user_id, group_id, -1 FROM {_HOLDER} held
    WHERE user_id = ANY(%(people)s) AND NOT EXISTS (
        SELECT FROM accounts_user_groups has
        WHERE has.user_id = held.user_id AND has.group_id = held.group_id)
), got AS (
    INSERT INTO {_HOLDER} (user_id, group_id)
    SELECT user_id, group_id FROM moved WHERE sign = 1
), lost AS (
    DELETE FROM {_HOLDER} held USING moved
    WHERE sign = -1 AND moved.user_id = held.user_id AND moved.group_id = held.group_id
)"""


@transaction.atomic
def follow() -> int | None:
    """Those of a batch of changes; how many there were. None where somebody else adds to
    the sums."""
    if not alone.is_mine():
        return None
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [BATCH])
        people = [pk for (pk,) in cursor.fetchall()]
        if people:
            cursor.execute(_following(), {"people": people})
    return len(people)


def _following() -> str:
    added = [
        f"added_{place} AS ({of_role.adding(_brought(of_role, of_person))})"
        for place, (of_role, of_person) in enumerate(OF_ROLES)
    ]
    return f"WITH {', '.join([_MOVED, *added])} SELECT count(*) FROM moved"


def _brought(of_role: Sum, of_person: Sum) -> str:
    key = ", ".join(of_role.key)
    sums = ", ".join(f"sum(sign * {value})" for value in of_role.values)
    return (
        f"SELECT {key}, {sums} FROM moved JOIN {of_person.table} USING (user_id)"
        f" GROUP BY {key}"
    )
