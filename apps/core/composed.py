"""A queryset whose statement is composed once, and planned once a connection.

Django composes the statement of a list anew for every request, and PostgreSQL plans it:
together they take longer than reading a page by an index. What a queryset asks for is
told by its conditions as SQL, without their values, by its order and by what it fetches
along; of one that is alike the statement is known.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators

from apps.core import prepared

M = TypeVar("M", bound=Model)
# Statements of a process; code has some hundred.
_MOST = 1_000
_known: "dict[Hashable, _Composed | None]" = {}


@dataclass(frozen=True)
class _Composed:
    statement: str
    make: Callable[[Any, Any], Any]


def once(rows: "QuerySet[M]") -> "QuerySet[M]":
    """The same rows in that way, and what is made of it. What asks for more than whole
    rows of tables (annotations, locks, an offset …) is composed by Django as ever."""
    found: Any = rows.all()
    if found._iterable_class is ModelIterable:
        found._iterable_class = _Rows
    return found  # type: ignore[no-any-return]  # the same kind


class _Rows(ModelIterable):  # type: ignore[type-arg]  # it takes none as it runs
    def __iter__(self) -> Iterator[Any]:
        queryset: Any = self.queryset
        found = _found(queryset.query) if _is_plain(queryset) else None
        return super().__iter__() if found is None else found


def _is_plain(queryset: Any) -> bool:
    query = queryset.query
    asks_more = (
        query.annotations,
        query.extra,
        query.extra_order_by,
        query.combinator,
        query.distinct,
        query.group_by is not None,
        query.select_for_update,
        query.low_mark,
        query.explain_info,
        queryset._known_related_objects,
        queryset.db != DEFAULT_DB_ALIAS,
    )
    by_columns = all(isinstance(each, str) for each in query.order_by)
    return by_columns and not any(asks_more)


def _found(query: Any) -> Iterator[Any] | None:
    # Looked up once: the name stands for another object in each thread.
    own: Any = connections[DEFAULT_DB_ALIAS]
    compiler = query.get_compiler(connection=own)
    try:
        where, values = compiler.compile(query.where)
    except EmptyResultSet:
        return iter(())
    except FullResultSet:
        where, values = "", ()
    key = _key(query, where)
    if key not in _known:
        if len(_known) >= _MOST:
            _known.clear()
        _known[key] = _composed(compiler, query, values)
    known = _known[key]
    if known is None:
        return None
    limit = [] if query.high_mark is None else [query.high_mark]
    make = partial(known.make, own)
    return map(make, prepared.rows(known.statement, [*values, *limit]))


def _key(query: Any, where: str) -> Hashable:
    tables = tuple(
        (name, each.table_name, each.parent_alias, each.join_type)
        for name, each in query.alias_map.items()
    )
    names, is_deferred = query.deferred_loading
    return (
        query.model,
        where,
        tables,
        tuple(query.alias_refcount.items()),
        query.order_by,
        query.default_ordering,
        query.standard_ordering,
        query.high_mark is None,
        repr(query.select_related),
        (frozenset(names), is_deferred),
    )


def _composed(compiler: Any, query: Any, known: Sequence[Any]) -> _Composed | None:
    """None where values stand elsewhere than in its conditions."""
    statement, values = compiler.as_sql()
    if tuple(values) != tuple(known):
        return None
    if query.high_mark is not None:
        statement = statement.removesuffix(str(query.high_mark)) + "%s"
    return _Composed(statement, _maker(compiler))


def _maker(compiler: Any) -> Callable[[Any, Any], Any]:
    """What makes an object of a row of a connection, and those that are fetched along."""
    info, select = compiler.klass_info, compiler.select
    start, end = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [each[0].target.attname for each in select[start:end]]
    convert = [
        (place, readers, expression)
        for place, (readers, expression) in compiler.get_converters(
            [each[0] for each in select]
        ).items()
    ]
    populators: Any = get_related_populators  # the stubs are of another release
    along = populators(info, select, DEFAULT_DB_ALIAS)
    return partial(_made, info["model"], names, slice(start, end), convert, along)


def _made(
    model: type[Model],
    names: Sequence[str],
    own: slice,
    convert: Sequence[tuple[int, Sequence[Any], Any]],
    along: Sequence[Any],
    connection: Any,
    row: tuple[Any, ...],
) -> Model:
    found = list(row)
    for place, readers, expression in convert:
        for reader in readers:
            found[place] = reader(found[place], expression, connection)
    made = prepared.instance(model, names, found[own])
    for populator in along:
        populator.populate(found, made)
    return made
