"""What people may count on, and how much of what may go wrong has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from apps.analytics import histogram
from apps.analytics.models import SpeedDay, SpeedHour
from apps.analytics.periods import Period

Buckets = list[tuple[int, int]]


@dataclass(frozen=True)
class Promise:
    """`share` of a stage is done within `ms`."""

    stage: str
    label: str
    ms: int
    share: float


PROMISES = (
    Promise("webhook", "Twilio hears that we have its text", 50, 0.99),
    Promise("route", "A text is taken up", 1_000, 0.99),
    Promise("agent", "The assistant has its answer", 10_000, 0.99),
    Promise("reply", "The carrier has the answer", 15_000, 0.99),
    Promise("send", "The carrier has a text that is no answer", 15_000, 0.99),
    Promise("delivery", "A text has arrived", 30_000, 0.95),
)
# Of so long ago as error budgets are kept for, and how fast they burn now.
BUDGET, BURNS = timedelta(days=30), (1, 6)


@dataclass(frozen=True)
class Kept:
    """`p50`, `p95`, `p99` in milliseconds and `share` are of the period; `budget` is how
    much of what may fail in 30 days has failed, `burns` how many times as fast as it may
    in the last hours of BURNS and the one that has begun. None where there was nothing.
    """

    promise: Promise
    p50: float | None
    p95: float | None
    p99: float | None
    share: float | None
    budget: float | None
    burns: list[float | None]

    @property
    def is_kept(self) -> bool:
        return self.share is None or self.share >= self.promise.share


def kept(period: Period) -> list[Kept]:
    """Of each promise. Two queries."""
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    of_period, of_budget = _by_stage(
        SpeedDay.objects.all(),
        Q(day__range=(period.first, period.last)),
        Q(day__gt=(now - BUDGET).date()),
    )
    hours = _by_stage(
        SpeedHour.objects.all(),
        *(Q(at__gte=hour - timedelta(hours=each)) for each in BURNS),
    )
    return [
        Kept(
            promise,
            p50=histogram.percentile(found, 0.5),
            p95=histogram.percentile(found, 0.95),
            p99=histogram.percentile(found, 0.99),
            share=_share(promise, of_period),
            budget=_failed(promise, of_budget),
            burns=[_failed(promise, each) for each in hours],
        )
        for promise in PROMISES
        for found in [of_period.get(promise.stage, [])]
    ]


def _by_stage(rows: Any, *which: Q) -> list[dict[str, Buckets]]:
    """Of each of `which`."""
    found: list[dict[str, Buckets]] = [{} for _ in which]
    sums = {f"of_{n}": Sum("times", filter=q, default=0) for n, q in enumerate(which)}
    within = rows.filter(reduce(or_, which)).values("stage", "bucket")
    for row in within.annotate(**sums):
        for n, by_stage in enumerate(found):
            if times := row[f"of_{n}"]:
                by_stage.setdefault(row["stage"], []).append((row["bucket"], times))
    return found


def _share(promise: Promise, counted: dict[str, Buckets]) -> float | None:
    """That was as fast as it was promised."""
    found: Sequence[tuple[int, int]] = counted.get(promise.stage, [])
    times = sum(each for _, each in found)
    return histogram.within(found, promise.ms) / times if times else None


def _failed(promise: Promise, counted: dict[str, Buckets]) -> float | None:
    """Of what may fail, how much did: 1 is all of it."""
    share = _share(promise, counted)
    return None if share is None else (1 - share) / (1 - promise.share)
