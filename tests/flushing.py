"""Emptying the database between tests, without making anew what was there at first.

Django asks for the names of all tables each time, and then for each statement. Here the
database has one function, whose statements it plans once.
"""

from collections.abc import Iterator
from functools import cache

from django.db import connection

_NAME, _KEPT = "put_back", "kept_"
# Triggers keep the sums of those who leave, and take them from their roles', which may be
# emptied already. They are not asked where a table is truncated, which elsewhere takes
# ten times as long; it has to come before all else.
_OF_PEOPLE = ("analytics_personday", "analytics_personspeed", "analytics_persontool")
# A trigger leaves a row in the first for each role that goes; the second refuses to lose
# a row before its person.
_LAST = ("analytics_holderchange", "oauth_consents")


def keep() -> None:
    """Copy what the apps have made, and say how all is put back."""
    tables = connection.introspection.django_table_names(only_existing=True)
    made = _with_rows(tables)
    with connection.cursor() as cursor:
        for table in made:
            cursor.execute(f"CREATE TABLE {_kept(table)} AS TABLE {_quoted(table)}")
        cursor.execute(_function(sorted(tables), made))


def put_back(*, unasked: bool) -> None:
    """In one transaction: where foreign keys are looked at, it is when all is done."""
    execute(f"SELECT {_NAME}()", unasked=unasked)


def execute(statements: str, *, unasked: bool) -> None:
    """However long it takes; `unasked`: no trigger and no foreign key has a say."""
    parts = ["SET statement_timeout = 0", statements, "RESET statement_timeout"]
    if unasked:
        parts.insert(1, "SET session_replication_role = replica")
        parts.append("RESET session_replication_role")
    with connection.cursor() as cursor:
        cursor.execute("; ".join(parts))


@cache
def may_be_unasked() -> bool:
    """Our own server lets us (tests/servers.py)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_parameter_privilege('session_replication_role', 'SET')"
        )
        ((may,),) = cursor.fetchall()
    return bool(may)


def _function(tables: list[str], made: list[str]) -> str:
    other = [each for each in tables if each not in {*made, *_OF_PEOPLE, *_LAST}]
    changed = {table: f"changed_{place}" for place, table in enumerate(made)}
    lines = [
        *(_emptied(table, "TRUNCATE") for table in _OF_PEOPLE),
        *_compared(changed),
        *(_emptied(table, "DELETE FROM") for table in (*other, *_LAST)),
        *(
            f"IF {is_so} THEN INSERT INTO {_quoted(table)} TABLE {_kept(table)}; END IF;"
            for table, is_so in changed.items()
        ),
    ]
    return "\n".join(
        [
            f"CREATE FUNCTION {_NAME}() RETURNS void LANGUAGE plpgsql AS $$",
            "DECLARE",
            *(f"{is_so} boolean;" for is_so in changed.values()),
            "BEGIN",
            *lines,
            "END $$",
        ]
    )


def _compared(changed: dict[str, str]) -> Iterator[str]:
    for table, is_so in changed.items():
        now, then = _quoted(table), _kept(table)
        yield f"{is_so} := EXISTS ("
        yield f"(TABLE {now} EXCEPT TABLE {then}) UNION ALL"
        yield f"(TABLE {then} EXCEPT TABLE {now}));"
        yield f"IF {is_so} THEN DELETE FROM {now}; END IF;"


def _emptied(table: str, how: str) -> str:
    named = _quoted(table)
    return f"IF EXISTS (SELECT FROM {named}) THEN {how} {named}; END IF;"


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
