"""Emptying the database between tests, without making anew what was there at first."""

from collections.abc import Callable
from typing import Any

from django.db import connection

_KEPT = "kept_"
_OF_PEOPLE = frozenset(
    {"analytics_personday", "analytics_personspeed", "analytics_persontool"}
)
_HOLDER_CHANGES = "analytics_holderchange"
_CHANGED = """
SELECT {name} WHERE EXISTS (
    (TABLE {table} EXCEPT TABLE {kept}) UNION ALL (TABLE {kept} EXCEPT TABLE {table})
)
"""


def keep() -> list[str]:
    """Copy what the apps have made; the tables it is in."""
    made = _with_rows(connection.introspection.django_table_names(only_existing=True))
    with connection.cursor() as cursor:
        for table in made:
            cursor.execute(f"CREATE TABLE {_kept(table)} AS TABLE {_quoted(table)}")
    return made


def emptied(made: list[str]) -> Callable[..., list[str]]:
    """In the place of Django's statements: one transaction, in which foreign keys are
    looked at when all is done."""
    asked = " UNION ALL ".join(
        _CHANGED.format(name=f"'{t}'", table=_quoted(t), kept=_kept(t)) for t in made
    )

    def sql_flush(self: Any, style: Any, tables: list[str], **_: Any) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(asked)
            changed = [table for (table,) in cursor.fetchall()]
        other = _with_rows([table for table in tables if table not in made])
        if "accounts_user_groups" in changed + other:
            # A trigger leaves a row there for each that goes.
            other = [*({*other} - {_HOLDER_CHANGES}), _HOLDER_CHANGES]
        # Refuses to lose a row before its person.
        other.sort(key=lambda table: table == "oauth_consents")
        return [_emptying(table) for table in changed + other] + [
            f"INSERT INTO {_quoted(table)} TABLE {_kept(table)};" for table in changed
        ]

    return sql_flush


def _emptying(table: str) -> str:
    # Triggers keep the sums of those who leave, and take them from their roles', which
    # may be emptied already; elsewhere this takes ten times as long.
    how = "TRUNCATE" if table in _OF_PEOPLE else "DELETE FROM"
    return f"{how} {_quoted(table)};"


def _with_rows(tables: list[str]) -> list[str]:
    asked = " UNION ALL ".join(
        f"(SELECT '{table}' FROM {_quoted(table)} LIMIT 1)" for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [table for (table,) in cursor.fetchall()]


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)


def _kept(table: str) -> str:
    return _quoted(f"{_KEPT}{table}")
