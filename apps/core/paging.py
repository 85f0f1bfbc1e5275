"""Lists that grow are read in pages, each from where the last one ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from apps.core import composed, query
from apps.core.errors import Invalid

LIMIT = 30
_LONGEST = 18  # digits; more is no bigint


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    older: str  # where the next page begins, or an empty string


def asked(most: int, usual: int) -> list[OpenApiParameter]:
    """What a list of pages of its own takes, for the schema."""
    size = {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    told = "As `next` has it."
    return [
        OpenApiParameter("limit", size),
        OpenApiParameter("cursor", description=told),
    ]


def further(request: Request, older: str) -> str | None:
    """The address of the same list from there on; None where it has ended."""
    if not older:
        return None
    asked = request.GET.dict() | {"cursor": older}
    return f"{settings.PUBLIC_URL}{request.path}?{urlencode(asked)}"


def newest(rows: "QuerySet[Any]", before: str = "", limit: int = LIMIT) -> Page:
    """The newest of them by `id`, before that of `before`. Raises Invalid for what is no
    id."""
    if before:
        rows = rows.filter(id__lt=_id(before))
    found = list(rows.order_by("-id")[: limit + 1])
    older = str(found[limit - 1].pk) if len(found) > limit else ""
    return Page(found[:limit], older)


def soonest(
    rows: "QuerySet[Any]", field: str, after: str = "", limit: int = LIMIT
) -> Page:
    """The earliest of them by a moment of theirs, after that of `after`. Raises Invalid
    for what is no moment and id."""
    if after:
        said, _, pk = after.rpartition("_")
        at, pk_after = _moment(said), _id(pk)
        later = Q(**{f"{field}__gt": at}) | Q(**{field: at, "id__gt": pk_after})
        rows = rows.filter(later)
    found = list(rows.order_by(field, "id")[: limit + 1])
    older = ""
    if len(found) > limit:
        last = found[limit - 1]
        older = f"{getattr(last, field).isoformat()}_{last.pk}"
    return Page(found[:limit], older)


class Newest(CursorPagination):
    """The same for the API. Its links lead to where people see us, never to what the
    Host header says."""

    ordering: str | tuple[str, str] = "-id"
    page_size = LIMIT
    max_page_size = 100
    page_size_query_param = "limit"

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> Any:
        rows = composed.once(queryset)
        found: Any = super().paginate_queryset(rows, request, view)
        self.base_url = settings.PUBLIC_URL + request.get_full_path()
        return found

    def get_page_size(self, request: Request) -> int:
        """Raises BadFields."""
        return query.whole(request, "limit", self.max_page_size, LIMIT)

    def get_schema_operation_parameters(self, view: Any) -> Any:
        found = super().get_schema_operation_parameters(view)
        for each in found:
            if each["name"] == self.page_size_query_param:
                each["schema"] |= {"minimum": 1, "maximum": self.max_page_size}
        return found

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            cursor: Cursor | None = super().decode_cursor(request)
        except (exceptions.NotFound, ValueError) as error:
            raise Invalid("That is no page of this list.") from error
        if cursor is not None and cursor.position is not None:
            self.insist(str(cursor.position))
        return cursor

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        """In the words of OpenAPI 3.1, which knows no `nullable`."""
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        for link in ("next", "previous"):
            page["properties"][link] = {"type": ["string", "null"], "format": "uri"}
        return page

    def insist(self, position: str) -> None:
        """Raises Invalid for what is no place in this order."""
        _id(position)


class Ordered(Newest):
    """In one of the `orderings` of the view (query.py), each by `id`, or by a moment."""

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> Any:
        return query.order(request, view)

    def insist(self, position: str) -> None:
        is_by_id = str(self.ordering[0]).removeprefix("-") == "id"
        _id(position) if is_by_id else _moment(position)


def _moment(said: str) -> datetime:
    try:
        at = parse_datetime(said)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid("That is no page of this list.")
    return at


def _id(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) <= _LONGEST):
        raise Invalid("That is no page of this list.")
    return int(said)
