"""Lists that grow are read in pages, each from where the last one ended."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from rest_framework import exceptions
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from apps.core.errors import Invalid

LIMIT = 30
_LONGEST = 18  # digits; more is no bigint


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    older: str  # where the next page begins, or an empty string


def newest(rows: "QuerySet[Any]", before: str = "", limit: int = LIMIT) -> Page:
    """The newest of them by `id`, before that of `before`. Raises Invalid for what is no
    id."""
    if before:
        rows = rows.filter(id__lt=_id(before))
    found = list(rows.order_by("-id")[: limit + 1])
    older = str(found[limit - 1].pk) if len(found) > limit else ""
    return Page(found[:limit], older)


class Newest(CursorPagination):
    """The same for the API. Its links lead to where people see us, never to what the
    Host header says."""

    ordering = "-id"
    page_size = LIMIT
    max_page_size = 100
    page_size_query_param = "limit"

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> Any:
        found: Any = super().paginate_queryset(queryset, request, view)
        self.base_url = settings.PUBLIC_URL + request.get_full_path()
        return found

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            cursor: Cursor | None = super().decode_cursor(request)
        except (exceptions.NotFound, ValueError) as error:
            raise Invalid("That is no page of this list.") from error
        if cursor is not None and cursor.position is not None:
            _id(str(cursor.position))
        return cursor


def _id(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) <= _LONGEST):
        raise Invalid("That is no page of this list.")
    return int(said)
