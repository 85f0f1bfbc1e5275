"""What sums say about a period and the one before, of one person or of all: two queries,
over sums alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from apps.accounts.models import User
from apps.analytics import histogram
from apps.analytics.filters import EVERYBODY, Filters
from apps.analytics.models import PersonDay, PersonSpeed
from apps.analytics.periods import Period
from apps.analytics.sums import TAKEN
from apps.core import replica
from apps.sms import troubles
from apps.sms.models import OutboundText

_ARRIVED = (OutboundText.Delivery.DELIVERED, OutboundText.Delivery.READ)
_LOST = (OutboundText.Delivery.UNDELIVERED, OutboundText.Delivery.FAILED)
# What is not sent to who wants no texts is no failure of ours.
_THEIR_WISH = tuple(
    code
    for code, trouble in troubles.table().items()
    if trouble.number == troubles.Number.OPTED_OUT
)
_OUT = Q(direction="out")
_TOLD = {
    "came": ("texts", Q(direction="in")),
    "went": ("texts", _OUT & Q(status__in=TAKEN)),
    "arrived": ("texts", _OUT & Q(status__in=_ARRIVED)),
    "lost": ("texts", _OUT & Q(status__in=_LOST) & ~Q(error_code__in=_THEIR_WISH)),
    "segments": ("segments", _OUT & Q(status__in=TAKEN)),
    "cost_in": ("micros", Q(direction="in")),
    "cost_out": ("micros", _OUT),
    "cost_lookup": ("micros", Q(direction="lookup")),
    "cost_tokens": ("micros", Q(direction="tokens")),
    "stopped": ("texts", Q(direction="stop")),
    "resumed": ("texts", Q(direction="start")),
}
NAMES = (*_TOLD,)
Row = Mapping[str, int]
Buckets = list[tuple[int, int]]


@dataclass(frozen=True)
class Volume:
    """Texts that came and went and what became of them, segments of those that went, and
    what all cost in micro-dollars, by what it was for."""

    came: int
    went: int
    arrived: int
    lost: int
    segments: int
    cost_in: int
    cost_out: int
    cost_lookup: int
    cost_tokens: int
    stopped: int
    resumed: int

    @property
    def cost(self) -> int:
        return self.cost_in + self.cost_out + self.cost_lookup + self.cost_tokens

    @property
    def delivery(self) -> float | None:
        """The share that arrived, in percent, of those of which it is known."""
        known = self.arrived + self.lost
        return 100 * self.arrived / known if known else None

    @property
    def per_segment(self) -> int | None:
        """Micro-dollars of a segment of ours."""
        return round(self.cost_out / self.segments) if self.segments else None


@dataclass(frozen=True)
class Speed:
    """Milliseconds from a text to the acceptance of its answer by the carrier; None where
    nobody waited."""

    p50: float | None
    p95: float | None
    times: int


@dataclass(frozen=True)
class Figures:
    """Of each day with any, also those of the period before."""

    period: Period
    days: Mapping[date, Row]
    speeds: Mapping[date, Buckets]
    is_of_all: bool = False

    def volume(self, period: Period | None = None) -> Volume:
        rows = list(_within(period or self.period, self.days))
        return Volume(**{name: sum(row[name] for row in rows) for name in _TOLD})

    def speed(self, period: Period | None = None) -> Speed:
        found = _within(period or self.period, self.speeds)
        counted = [bucket for buckets in found for bucket in buckets]
        return Speed(
            histogram.percentile(counted, 0.5),
            histogram.percentile(counted, 0.95),
            sum(times for _, times in counted),
        )


def of_person(period: Period, user: User) -> Figures:
    return replace(texts_of(period, user), speeds=speeds_of(period, user).speeds)


def texts_of(period: Period, user: User) -> Figures:
    """The same without times. One query."""
    mine = PersonDay.objects.filter(user_id=user.pk)
    return Figures(period, _by_day(mine, period), {})


def speeds_of(period: Period, user: User) -> Figures:
    """Times alone. One query."""
    mine = PersonSpeed.objects.filter(user_id=user.pk)
    return Figures(period, {}, _speeds(mine, period))


@replica.reads
def texts_of_all(period: Period) -> Figures:
    """The same without times. One query."""
    return Figures(period, _by_day(EVERYBODY.texts(), period), {}, True)


@replica.reads
def of_all(period: Period, filters: Filters = EVERYBODY) -> Figures:
    speeds = _speeds(filters.speeds(), period)
    return Figures(period, _by_day(filters.texts(), period), speeds, True)


def _by_day(rows: Any, period: Period) -> dict[date, Row]:
    found = rows.filter(day__range=(period.before.first, period.last)).values("day")
    sums = {
        name: Sum(column, filter=which, default=0)
        for name, (column, which) in _TOLD.items()
    }
    return {
        row.pop("day"): {name: int(value) for name, value in row.items()}
        for row in found.annotate(**sums)
    }


def _speeds(rows: Any, period: Period) -> dict[date, Buckets]:
    found: dict[date, Buckets] = {}
    within = rows.filter(day__range=(period.before.first, period.last))
    told = within.values_list("day", "bucket").annotate(all=Sum("times"))
    for day, bucket, times in told:
        found.setdefault(day, []).append((bucket, times))
    return found


def _within(period: Period, by_day: Mapping[date, Any]) -> Iterable[Any]:
    return (
        value for day, value in by_day.items() if period.first <= day <= period.last
    )
