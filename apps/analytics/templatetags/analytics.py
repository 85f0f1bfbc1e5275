"""Figures as people read them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from apps.analytics import drawing
from apps.sms.money import exactly_in_dollars

register = template.Library()


@register.filter
def duration(ms: float | None) -> str:
    return drawing.spoken(ms, "milliseconds")


@register.filter
def percent(share: float | None) -> str:
    """Of a share of 0 to 1."""
    scaled = None if share is None else 100 * share
    return drawing.spoken(scaled, "percent", is_exact=True)


@register.filter
def times(factor: float | None) -> str:
    """ "1.4×"."""
    return "-" if factor is None else f"{factor:.1f}×"


@register.filter
def dollars(micros: int) -> str:
    return exactly_in_dollars(micros)


@register.filter
def attributes(rows: Iterable[Any], names: str) -> list[list[Any]]:
    """Cells by the names of attributes."""
    return [[getattr(row, name) for name in names.split(",")] for row in rows]


@register.filter
def split(names: str) -> list[str]:
    return names.split(",")


@register.filter
def columns(rows: Iterable[Mapping[str, Any]], names: str) -> list[list[Any]]:
    """Cells by the names of columns; one that ends in $ is micro-dollars."""
    return [
        [
            exactly_in_dollars(row[name[:-1]]) if name.endswith("$") else row[name]
            for name in names.split(",")
        ]
        for row in rows
    ]
