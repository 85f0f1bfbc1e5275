"""What a chart is made of: series over the steps of a period."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from apps.analytics.figures import Figures, Row
from apps.analytics.periods import Period

T = TypeVar("T")
# Of more days each step is a month.
_MOST_DAYS = 92


@dataclass(frozen=True)
class Series:
    """`values` as many as there are steps; None where there is nothing to tell."""

    label: str
    values: list[float | None]


@dataclass(frozen=True)
class Chart:
    """`unit` is "texts", "micro-dollars", "milliseconds" or "percent". `permission` is
    for the figures of all; those of oneself need none."""

    key: str
    title: str
    unit: str
    permission: str
    read: Callable[[Figures], list[Series]]
    is_stacked: bool = False


def steps(period: Period) -> list[date]:
    """The first days of its steps: days, or months where there would be too many."""
    if period.days <= _MOST_DAYS:
        return [period.first + timedelta(days=n) for n in range(period.days)]
    found, at = [], period.first
    while at <= period.last:
        found.append(at)
        at = (at.replace(day=1) + timedelta(days=32)).replace(day=1)
    return found


def folded(period: Period, by_day: Mapping[date, T]) -> list[list[T]]:
    """What there is of the days of each step."""
    found: dict[date, list[T]] = {start: [] for start in steps(period)}
    is_by_day = period.days <= _MOST_DAYS
    for day, value in by_day.items():
        if period.first <= day <= period.last:
            start = day if is_by_day else max(day.replace(day=1), period.first)
            found[start].append(value)
    return [*found.values()]


def summed(figures: Figures, *names: str) -> list[float | None]:
    """Of each step."""

    def of(row: Row) -> int:
        return sum(row[name] for name in names)

    return [float(sum(map(of, rows))) for rows in folded(figures.period, figures.days)]
