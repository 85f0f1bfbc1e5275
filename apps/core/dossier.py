"""What is kept of a person, table by table.

Each app says it of its own tables, and of those of the packages it uses, in
`personal.py`, a tuple `PERSONAL`. A table that leads to people and is named nowhere
fails the tests (tests/core/test_dossier.py), and so does a new column that does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from django.db.models import Model, QuerySet

from apps.core import shelves

_BATCH = 500


@dataclass(frozen=True)
class Kept:
    """A table with rows of people.

    `ways`: the columns that lead to a person, the owner's first. `words` say what its
    rows are; of a table that is not handed out, why. `columns`: plain name → attribute
    or method, or what makes the value of a row. `stays`: why its rows remain when the
    account is deleted; without it they go along.
    """

    model: type[Model]
    ways: tuple[str, ...]
    words: str
    # Of its files in an export; without one it is not handed out.
    name: str = ""
    columns: Mapping[str, str | Callable[[Any], Any]] = field(default_factory=dict)
    # Whose rows they are, where that is not a matter of the first way.
    of: Callable[[Any], QuerySet[Any]] | None = None
    # For what is not read row by row from the table.
    read: Callable[[Any], Iterator[Any]] | None = None
    stays: str = ""
    # What goes with the account though no foreign key says so.
    also: Callable[[Any], QuerySet[Any]] | None = None

    @property
    def called(self) -> str:
        return self.name.replace("-", " ") or str(self.model._meta.verbose_name_plural)

    def is_owned(self, person: type[Model]) -> bool:
        """By a foreign key of its own."""
        return self.model._meta.get_field(self.ways[0]).related_model is person

    def rows(self, user: Any) -> Iterator[dict[str, Any]]:
        """What is this person's, with plain names, in the order it came to be."""
        shown = [(name, _getter(how)) for name, how in self.columns.items()]
        for row in self.read(user) if self.read else self._pages(user):
            yield {name: get(row) for name, get in shown}

    def _pages(self, user: Any) -> Iterator[Any]:
        """Page by page, so that neither memory nor a transaction grows with them."""
        theirs = (
            self.of(user)
            if self.of
            else self.model._base_manager.filter(**{self.ways[0]: user})
        ).order_by("pk")
        page = list(theirs[:_BATCH])
        while page:
            yield from page
            page = list(theirs.filter(pk__gt=page[-1].pk)[:_BATCH])


def every() -> tuple[Kept, ...]:
    return shelves.across_apps("personal", "PERSONAL")


def by_app() -> dict[str, tuple[Kept, ...]]:
    """All of them under the labels of the apps that keep them."""
    return shelves.by_app("personal", "PERSONAL")


def handed_out() -> tuple[Kept, ...]:
    return tuple(kept for kept in every() if kept.name)


def _getter(how: str | Callable[[Any], Any]) -> Callable[[Any], Any]:
    if not isinstance(how, str):
        return how
    read = attrgetter(how)
    # `get_state_display` and its like are to be asked.
    return lambda row: found() if callable(found := read(row)) else found
