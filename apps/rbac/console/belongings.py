"""What there is of one person, on their page: how much of it, and the way there.

    class ConnectionAdmin(Page):
        owner = "user"
        on_person = Shown.ROWS      # few of them: each with a link

Only what the operator may look at. Counted by one query, no further than lists count.
"""

from enum import StrEnum
from typing import Any, NamedTuple

from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField
from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.text import capfirst

from apps.rbac.console.lists import MOST_COUNTED, WHOSE
from apps.rbac.console.tasks import TASKS, task_of

# More of them than that are read in their list.
MOST_ROWS = 5


class Shown(StrEnum):
    COUNT = "count"
    ROWS = "rows"


class Row(NamedTuple):
    words: str
    url: str


class Belongings(NamedTuple):
    """Of one kind. `much` is a number, or "10,000+"."""

    title: str
    much: str
    url: str
    rows: list[Row]


def of(person: Any, request: HttpRequest) -> list[Belongings]:
    """In the order of the front page, those of nothing as well."""
    pages: list[Any] = [
        page
        for page in site._registry.values()
        if getattr(page, "on_person", None) and page.has_view_permission(request)
    ]
    pages.sort(key=lambda page: TASKS.index(task_of(page)))
    counts = _counts(person, pages)
    return [
        Belongings(
            capfirst(str(page.opts.verbose_name_plural)),
            f"{count:,}" + ("+" if count == MOST_COUNTED else ""),
            f"{page.address('changelist')}?{urlencode({WHOSE: person.pk})}",
            _rows(page, person, request) if count else [],
        )
        for page, count in zip(pages, counts, strict=True)
    ]


def _counts(person: Any, pages: list[Any]) -> list[int]:
    if not pages:
        return []
    asked = {f"kind_{n}": _count(page, person) for n, page in enumerate(pages)}
    people = get_user_model()._default_manager.filter(pk=person.pk)
    found: dict[str, int] = people.annotate(**asked).values(*asked).get()
    return [found[name] for name in asked]


def _count(page: Any, person: Any) -> Func:
    rows = page.model._default_manager.filter(**{page.owner: person.pk})
    keys = ArraySubquery(rows.order_by().values("pk")[:MOST_COUNTED])
    return Func(keys, function="CARDINALITY", output_field=IntegerField())


def _rows(page: Any, person: Any, request: HttpRequest) -> list[Row]:
    if page.on_person is not Shown.ROWS:
        return []
    rows = page.get_queryset(request).filter(**{page.owner: person.pk})
    newest = rows.order_by("-pk")[:MOST_ROWS]
    return [Row(page.in_short(row), page.address("change", row.pk)) for row in newest]
