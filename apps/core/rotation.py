"""Sealing anew, under the newest key of the ring, what older keys have sealed.

Each app says what it keeps sealed in `sealed.py`, a tuple `SEALED`. How far it has come
is in the rows themselves, so whoever is interrupted runs it again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Case, Count, Model, QuerySet, Value, When

from apps.core import shelves, vault

_BATCH = 500


@dataclass(frozen=True)
class Sealed:
    """A column that the vault has sealed; null or empty where there is nothing.

    `place` names a row to the vault. `beside` gives the columns that hold a keyed digest
    of the same words, which has to be made anew with them.
    """

    model: type[Model]
    place: Callable[[Any], str]
    field: str = "sealed"
    beside: Callable[[str], Mapping[str, str]] | None = None

    @property
    def kind(self) -> str:
        return f"{self.model._meta.label_lower}.{self.field}"

    def rows(self) -> QuerySet[Any]:
        there = self.model._base_manager.filter(**{f"{self.field}__isnull": False})
        return there.exclude(**{self.field: ""})


class Became(StrEnum):
    RESEALED = "sealed anew"
    CHANGED = "changed meanwhile"
    UNREADABLE = "do not open"


def every() -> tuple[Sealed, ...]:
    return shelves.across_apps("sealed", "SEALED")


def rotate(sealed: Sealed) -> Iterator[tuple[Any, Became]]:
    """Each row under an older key, by its id, and what became of it."""
    newest, *_older = vault.names()
    rows = sealed.rows().exclude(**{f"{sealed.field}__startswith": f"{newest}."})
    rows = rows.order_by("pk")
    batch = list(rows[:_BATCH])
    while batch:
        for row in batch:
            yield row.pk, _reseal(sealed, row)
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:_BATCH])


def count(sealed: Sealed) -> dict[str, int]:
    """How many rows lie under each key; under "" those whose key is not in the ring."""
    named = [
        When(**{f"{sealed.field}__startswith": f"{name}."}, then=Value(name))
        for name in vault.names()
    ]
    rows = sealed.rows().annotate(key=Case(*named, default=Value("")))
    return dict(rows.values_list("key").annotate(many=Count("pk")).order_by("key"))


def _reseal(sealed: Sealed, row: Any) -> Became:
    """Nothing is locked while it is worked on: a row is written only as it was read."""
    old, place = getattr(row, sealed.field), sealed.place(row)
    try:
        plain = vault.unseal(old, place=place)
    except vault.Unreadable:
        return Became.UNREADABLE
    new = {sealed.field: vault.seal(plain, place=place)}
    if sealed.beside:
        new |= sealed.beside(plain)
    same = sealed.model._base_manager.filter(pk=row.pk, **{sealed.field: old})
    return Became.RESEALED if same.update(**new) else Became.CHANGED
