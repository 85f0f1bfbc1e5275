"""A list of rows asks only what its own filters offer."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.filters import ChoicesFieldListFilter, DateFieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst

from apps.core.errors import Invalid

# Counting further than anybody pages would read the whole table.
MOST_COUNTED = 10_000
_NO_FILTER = "This list has no such filter."
_NO_VALUE = "That is nothing to filter by."
_YEARS = range(1900, 2200)
# What the lists of one person's things are asked for.
WHOSE = "whose"
_DIGITS = 18  # more is no bigint


class NamedList(ChangeList):
    """Called by what stands in it, where Django says what to do with the first of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = capfirst(str(self.opts.verbose_name_plural))

    @property
    def is_narrowed(self) -> bool:
        """Whether there may be more than it shows."""
        return bool(self.query or self.has_active_filters)

    @property
    def nothing(self) -> str:
        """What it says without rows."""
        if self.is_narrowed:
            return "Nothing fits what you asked for."
        return str(getattr(self.model_admin, "nothing", "There are none."))


class ToldApart(ChoicesFieldListFilter):
    """Values that people need not tell apart have one name; operators see both."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        names = Counter(str(label) for _, label in self.field.flatchoices)
        values = [None, *(value for value, _ in self.field.flatchoices)]
        for value, choice in zip(values, super().choices(changelist), strict=False):
            if names[str(choice["display"])] > 1:
                choice["display"] = f"{choice['display']} ({value})"
            yield choice


class RowList(NamedList):
    """Django takes any lookup into the table, and follows relations of what is filtered
    by: that would read hidden words by guesses, letter by letter."""

    def get_filters(self, request: HttpRequest) -> Any:
        for values in self.get_filters_params().values():
            if any("\0" in value for value in values):
                raise Invalid(_NO_VALUE)
        try:
            found = super().get_filters(request)
        except IncorrectLookupParameters as error:
            raise Invalid(_NO_FILTER) from error
        # What no filter has taken for its own.
        if found[2]:
            raise Invalid(_NO_FILTER)
        for spec in found[0]:
            if isinstance(spec, DateFieldListFilter):
                _insist_on_moments(spec.used_parameters)
        return found

    def get_queryset(self, request: HttpRequest, *more: Any, **kwargs: Any) -> Any:
        try:
            return super().get_queryset(request, *more, **kwargs)
        except IncorrectLookupParameters as error:
            raise Invalid(_NO_VALUE) from error


def among(
    name: str, values: Callable[[], Iterable[str]]
) -> type[admin.SimpleListFilter]:
    """A filter for words that code knows. Django would look through the whole table for
    those that stand there, each time the list is shown."""

    class Among(admin.SimpleListFilter):
        title = name.replace("_", " ")
        parameter_name = name

        def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, str]]:
            return [(each, each) for each in sorted(values())]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
            chosen = self.value()
            return queryset if chosen is None else queryset.filter(**{name: chosen})

    return Among


def of_person(owner: str) -> type[admin.SimpleListFilter]:
    """A filter for the rows of one person by their number, which tells nothing of an
    address; nothing to choose from until somebody's page leads there."""

    class OfPerson(admin.SimpleListFilter):
        title = "whose"
        parameter_name = WHOSE

        def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, str]]:
            chosen = self.value()
            return [(chosen, f"person {chosen}")] if chosen else []

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
            chosen = self.value() or ""
            if not (chosen.isascii() and chosen.isdigit() and len(chosen) <= _DIGITS):
                raise Invalid(_NO_VALUE)
            return queryset.filter(**{owner: int(chosen)})

    return OfPerson


def _insist_on_moments(asked: dict[str, Any]) -> None:
    """Of a calendar that the database, Python and every time zone know."""
    for name, values in asked.items():
        for value in values:
            if name.endswith("__isnull"):
                continue
            try:
                moment = parse_datetime(value)
            except ValueError as error:
                raise Invalid(_NO_VALUE) from error
            if moment is None or moment.tzinfo is None or moment.year not in _YEARS:
                raise Invalid(_NO_VALUE)
