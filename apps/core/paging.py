"""Lists over the API, all of one shape: `{"next", "previous", "results"}`.

Those that grow are read in pages, each from where another ended and in both directions;
what is short comes whole, with nothing to follow. A list view of REST framework has one
of the paginators here; any other view answers `whole` or `answer`, and has its rows in
the schema by `responses=RowSerializer(many=True)`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers, status
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core import composed, opaque, query
from apps.core.errors import Invalid

LIMIT, MOST = 30, 100


@dataclass(frozen=True)
class Page:
    """`older` is where the page after it begins, `newer` where the one before it; each an
    empty string where there is none."""

    rows: list[Any]
    older: str
    newer: str = ""


@dataclass(frozen=True)
class Place:
    """Between two rows of a list, told by what the first of them is ordered by; or by the
    second, where a page goes back from there."""

    by: tuple[str, ...]
    is_back: bool = False


def place(of: str, said: str) -> Place | None:
    """What `cursor` made for the same list; None for an empty string. Raises Invalid."""
    if not said:
        return None
    try:
        is_back, *by = json.loads(opaque.opened(of, said))
    except opaque.Unopened:
        raise Invalid(gettext("That page does not exist.")) from None
    return Place(tuple(by), bool(is_back))


def cursor(of: str, found: Place) -> str:
    """It says nothing to whoever reads it, and opens for this list alone."""
    words = json.dumps([int(found.is_back), *found.by], separators=(",", ":"))
    return opaque.sealed(of, words)


def page(
    of: str,
    begin: Place | None,
    found: Sequence[Any],
    limit: int,
    by: Callable[[Any], Sequence[str]],
) -> Page:
    """Of `found`, which are the rows from `begin` on and one more than `limit` if there
    are as many; going back they come in the order that they are met. `by`: what a row is
    ordered by."""
    shown, is_more = [*found[:limit]], len(found) > limit
    is_back = begin is not None and begin.is_back
    if is_back:
        shown.reverse()
    older = newer = ""
    if shown and (is_more or is_back):
        older = cursor(of, Place(tuple(by(shown[-1]))))
    if shown and (is_more if is_back else begin):
        newer = cursor(of, Place(tuple(by(shown[0])), is_back=True))
    return Page(shown, older, newer)


def along(
    rows: "QuerySet[Any]", ordering: Sequence[str], said: str, limit: int, of: str
) -> Page:
    """A page of rows in an order of one or two columns, the last of them unique, both
    forwards or both backwards. Raises Invalid for what is no place of it."""
    of = f"{of} by {','.join(ordering)}"
    begin, rows = place(of, said), composed.once(rows)
    if begin:
        rows = rows.filter(_beyond(ordering, begin))
        if begin.is_back:
            ordering = [_turned(column) for column in ordering]
    columns = [column.removeprefix("-") for column in ordering]
    found = list(rows.order_by(*ordering)[: limit + 1])
    return page(of, begin, found, limit, lambda row: _values(row, columns))


def asked(most: int, usual: int) -> list[OpenApiParameter]:
    """What a list of pages takes, for the schema."""
    size = {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    told = "As `next` or `previous` has it."
    return [
        OpenApiParameter("limit", size),
        OpenApiParameter("cursor", description=told),
    ]


def whole(rows: Any, code: int = status.HTTP_200_OK) -> Response:
    """A list that is short: all of it."""
    return Response(_of(rows), code)


def answer(request: Request, found: Any, rows: Any, **asked: Any) -> Response:
    """These rows, and the way to the pages beside `found`, which is a Page or has its two
    places. `asked`: what belongs to the address of those besides what was asked."""
    older, newer = (_further(request, at, asked) for at in (found.older, found.newer))
    return Response(_of(rows, older, newer))


def _of(rows: Any, older: str | None = None, newer: str | None = None) -> Any:
    return {"next": older, "previous": newer, "results": rows}


def _further(request: Request, at: str, asked: dict[str, Any]) -> str | None:
    """Where people see us, never what the Host header says."""
    if not at:
        return None
    told = request.GET.dict() | asked | {"cursor": at}
    return f"{settings.PUBLIC_URL}{request.path}?{urlencode(told)}"


class PageSerializer(serializers.Serializer[Any]):
    """A list with something of its own beside `results`."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class Whole(BasePagination):
    """What is short, for list views and for the schema."""

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> Any:
        return list(queryset)

    def get_paginated_response(self, data: Any) -> Response:
        return whole(data)

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": {**link}, "results": schema},
        }


class Newest(Whole):
    """Pages, the newest by `id` first."""

    ordering: Sequence[str] = ("-id",)

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> Any:
        """Raises BadFields, Invalid."""
        limit = query.whole(request, "limit", MOST, LIMIT)
        said = request.GET.get("cursor", "")
        self.request = request
        ordering = self.ordered(request, view)
        self.found = along(queryset, ordering, said, limit, request.path)
        return self.found.rows

    def ordered(self, request: Request, view: Any) -> Sequence[str]:
        return self.ordering

    def get_paginated_response(self, data: Any) -> Response:
        return answer(self.request, self.found, data)

    def get_schema_operation_parameters(self, view: Any) -> Any:
        size, at = asked(MOST, LIMIT)
        return [_parameter(size), _parameter(at)]


class Ordered(Newest):
    """In one of the `orderings` of the view (query.py), each by `id`, or by a moment and
    `id`."""

    def ordered(self, request: Request, view: Any) -> Sequence[str]:
        found: Sequence[str] = query.order(request, view)
        return found


def _parameter(told: OpenApiParameter) -> dict[str, Any]:
    schema = told.type if isinstance(told.type, dict) else {"type": "string"}
    found = {"name": told.name, "in": "query", "required": False, "schema": schema}
    return found | ({"description": told.description} if told.description else {})


def newest(rows: "QuerySet[Any]", before: str = "", limit: int = LIMIT) -> Page:
    """For the website: the newest of them by `id`, from there on. Raises Invalid."""
    return along(rows, ("-id",), before, limit, rows.model._meta.label_lower)


def soonest(
    rows: "QuerySet[Any]", field: str, after: str = "", limit: int = LIMIT
) -> Page:
    """For the website: the earliest of them by a moment of theirs, from there on. Raises
    Invalid."""
    return along(rows, (field, "id"), after, limit, rows.model._meta.label_lower)


def _beyond(ordering: Sequence[str], begin: Place) -> Q:
    is_down = ordering[0].startswith("-") != begin.is_back
    than, upto = ("__lt", "__lte") if is_down else ("__gt", "__gte")
    columns = [column.removeprefix("-") for column in ordering]
    last = Q(**{f"{columns[-1]}{than}": begin.by[-1]})
    if len(columns) == 1:
        return last
    # The bound of the first by itself: an index is read from there.
    first, at = columns[0], begin.by[0]
    return Q(**{f"{first}{upto}": at}) & (Q(**{f"{first}{than}": at}) | last)


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def _values(row: Any, columns: Sequence[str]) -> list[str]:
    found = [getattr(row, column) for column in columns]
    return [
        each.isoformat() if isinstance(each, datetime) else str(each) for each in found
    ]
