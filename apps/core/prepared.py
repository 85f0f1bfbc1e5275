"""Statements that are asked all day: planned by the server once a connection.

Planning one takes longer than answering it. The server keeps a plan when it is as good
for any values, so whatever is the same every time is written into the statement.

A row of a model is read and written here for a fraction of what Django takes to compose
the statement; no signals are sent.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.signals import post_init, pre_init
from psycopg import sql
from psycopg.types.numeric import Int8

M = TypeVar("M", bound=Model)
# Among what a statement answers: its transaction does not wait for the disk. A crash of
# the server may undo it, and whatever came after it, as if it had come a little sooner.
LAZILY = "set_config('synchronous_commit', 'off', true)"


class _Cursor(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **_: Any) -> Any:
        return super().execute(query, params, prepare=settings.DATABASE_PREPARED)

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
        # For good: a pool would hand it out again.
        connection.connection.close()
        connection.close()
        return _answer(statement, given)


@contextmanager
def kept_plans() -> Iterator[None]:
    """Each statement is planned once and for any values, and looks rows up by an index:
    a plan made while its table was empty would read all of it, and be kept as it grows.
    """
    if not settings.DATABASE_PREPARED:
        # No plan is kept, and no session either.
        yield
        return
    with connection.cursor() as own:
        own.execute(
            "SELECT set_config('plan_cache_mode', 'force_generic_plan', false),"
            " set_config('enable_seqscan', 'off', false)"
        )
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as own:
                own.execute("RESET plan_cache_mode; RESET enable_seqscan")


def cursor() -> CursorWrapper:
    """One that plans all it executes; Django's wrapper, so that it counts and reports
    like every other query."""
    # Looked up once: the name stands for another object in each thread.
    own: Any = connections[DEFAULT_DB_ALIAS]
    own.ensure_connection()
    made: CursorWrapper = own._prepare_cursor(_Cursor(own.connection))
    return made


def _answer(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    own: Any = connections[DEFAULT_DB_ALIAS]
    if own.connection is None or own.queries_logged or own.execute_wrappers:
        with cursor() as told:
            told.execute(statement, values)
            found: list[tuple[Any, ...]] = told.fetchall()
        return found
    # As Django's wrapper does, which takes a quarter of the time where nobody counts.
    own.validate_no_broken_transaction()
    with own.wrap_database_errors:
        bare = _bare(own)
        bare.execute(statement, values)
        return bare.fetchall()


def _bare(own: Any) -> _Cursor:
    """One for all statements of a connection: what they answer is fetched at once."""
    made: _Cursor | None = getattr(own, "planned", None)
    if made is None or made.connection is not own.connection:
        made = own.planned = _Cursor(own.connection)
    return made


def columns(model: type[Model], table: str = "") -> str:
    """All of them, as a statement names them for `objects`; `table` is its alias there."""
    before = f"{table}." if table else ""
    return ", ".join(f"{before}{field.column}" for field in _fields(model))


def objects(model: type[M], statement: str, values: Sequence[Any]) -> list[M]:
    """The rows of a statement that selects the `columns` of a model."""
    return [made(model, row) for row in rows(statement, values)]


def insert(row: Model) -> None:
    """Like `row.save(force_insert=True)`."""
    model = type(row)
    statement = f"{insertion(model)} RETURNING {model._meta.pk.column}"
    ((row.pk,),) = rows(statement, given(row))
    kept(row)


@lru_cache(maxsize=None)
def insertion(model: type[Model], count: int = 1) -> str:
    """The statement that inserts so many rows, without what it returns. Their values
    are those `given` one after the other."""
    fields = _inserted(model)
    names = ", ".join(field.column for field in fields)
    marks = f"({', '.join(['%s'] * len(fields))})"
    places = ", ".join([marks] * count)
    return f"INSERT INTO {model._meta.db_table} ({names}) VALUES {places}"


def else_changed(model: type[Model], unique: str) -> str:
    """After an insertion: where such a row is there, it is changed to this one."""
    field: Any = model._meta.get_field(unique)
    names = [field.column for field in _inserted(model) if field.name != unique]
    places = ", ".join(f"{name} = excluded.{name}" for name in names)
    pk = model._meta.pk.column
    return f" ON CONFLICT ({field.column}) DO UPDATE SET {places} RETURNING {pk}"


def given(row: Model) -> list[Any]:
    """What an insertion of the row takes."""
    own = connections[DEFAULT_DB_ALIAS]
    return [
        field.get_db_prep_save(field.pre_save(row, True), own)
        for field in _inserted(type(row))
    ]


def kept(row: Model) -> None:
    """The row, which was new, is in the table."""
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def update(row: Model, *names: str) -> None:
    """Like `row.save(update_fields=names)`; no error where the row is gone."""
    statement = f"{change(type(row), *names)} RETURNING {row._meta.pk.column}"
    rows(statement, changed(row, *names))


@lru_cache(maxsize=None)
def change(model: type[Model], *names: str) -> str:
    """The statement that changes so much of a row, without what it returns. Its values
    are those `changed`."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    places = ", ".join(f"{field.column} = %s" for field in fields)
    key = model._meta.pk.column
    return f"UPDATE {model._meta.db_table} SET {places} WHERE {key} = %s"


def changed(row: Model, *names: str) -> list[Any]:
    """What a change of the row takes."""
    own = connections[DEFAULT_DB_ALIAS]
    fields: list[Any] = [row._meta.get_field(name) for name in names]
    return [
        *(field.get_db_prep_save(field.pre_save(row, False), own) for field in fields),
        row.pk,
    ]


@lru_cache(maxsize=None)
def _fields(model: type[Model]) -> list[Any]:
    return list(model._meta.concrete_fields)


@lru_cache(maxsize=None)
def _inserted(model: type[Model]) -> list[Any]:
    return [field for field in _fields(model) if not field.primary_key]


def made(model: type[M], row: Sequence[Any]) -> M:
    """The object of a row of the `columns` of a model."""
    names, read = _reading(model)
    found = list(row)
    for place, readers in read:
        for reader in readers:
            found[place] = reader(found[place], None, connection)
    return instance(model, names, found)


def instance(model: type[M], names: Sequence[str], values: Sequence[Any]) -> M:
    """Like `model.from_db`, which sets one attribute after the other: the object with
    these columns. What is not among them is fetched when it is asked for."""
    if not _is_bare(model):
        return model.from_db(DEFAULT_DB_ALIAS, names, values)
    made = model.__new__(model)
    made.__dict__.update(zip(names, values, strict=True))
    made._state = state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    return made


@lru_cache(maxsize=None)
def _is_bare(model: type[Model]) -> bool:
    """Whether nothing else happens where an object of it is made."""
    own: Any = model.from_db
    as_usual: Any = Model.from_db
    is_heard = any(each.has_listeners(model) for each in (pre_init, post_init))
    is_usual = own.__func__ is as_usual.__func__ and model.__init__ is Model.__init__
    return is_usual and not is_heard


@lru_cache(maxsize=None)
def _reading(model: type[Model]) -> tuple[list[str], list[tuple[int, list[Any]]]]:
    """The names of the columns, and what makes values of some, by their places."""
    made = [field.get_db_converters(connection) for field in _fields(model)]
    names = [field.attname for field in _fields(model)]
    return names, [(place, each) for place, each in enumerate(made) if each]


def written(value: object) -> str:
    """A value as it stands in a statement itself."""
    return sql.quote(value).replace("%", "%%")
