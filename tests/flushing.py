"""Emptying the database between tests, without making anew what was there at first."""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

_KEPT = "kept_"
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
    def sql_flush(self: Any, style: Any, tables: list[str], **_: Any) -> list[str]:
        found = _with_rows([table for table in tables if table not in made])
        # Without a statement Django takes the database for empty, and restores nothing.
        return [f"DELETE FROM {_quoted(table)};" for table in found] or ["SELECT 1;"]

    return sql_flush


def restore(made: list[str]) -> Callable[..., None]:
    """In the place of the signal on which the apps fill their tables."""
    asked = " UNION ALL ".join(
        _CHANGED.format(name=f"'{t}'", table=_quoted(t), kept=_kept(t)) for t in made
    )

    def emit(*_: Any, **__: Any) -> None:
        # Foreign keys are looked at when all of it is back.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(asked)
            changed = [table for (table,) in cursor.fetchall()]
            for table in changed:
                cursor.execute(f"DELETE FROM {_quoted(table)}")
            for table in changed:
                cursor.execute(f"INSERT INTO {_quoted(table)} TABLE {_kept(table)}")

    return emit


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
