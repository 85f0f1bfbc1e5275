"""Statements that are asked all day: planned by the server once a connection.

Planning one takes longer than answering it. The server keeps a plan when it is as good
for any values, so whatever is the same every time is written into the statement.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import NotSupportedError, connection
from psycopg import sql
from psycopg.types.numeric import Int8


class _Cursor(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **_: Any) -> Any:
        return super().execute(query, params, prepare=True)

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        # Where Django's record of queries reads it; psycopg leaves it empty for these.
        self._query = super()._convert_query(query, params)
        return self._query


def rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What it answers, with `values` in the place of each `%s`."""
    # Numbers of different length would be statements of different types.
    given = [Int8(each) if type(each) is int else each for each in values]
    try:
        return _answer(statement, given)
    except NotSupportedError:
        # A migration has changed what the statement answers since it was planned.
        if connection.in_atomic_block:
            raise
        connection.close()
        return _answer(statement, given)


def _answer(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    # Django's wrapper, so that it counts and reports like every other query.
    cursor = connection._prepare_cursor(_Cursor(connection.connection))  # type: ignore[attr-defined]  # not in the stubs
    with cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def written(value: object) -> str:
    """A value as it stands in a statement itself."""
    return sql.quote(value).replace("%", "%%")
