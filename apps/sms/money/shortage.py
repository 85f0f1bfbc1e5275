"""Budgets that people share and that are used up: whoever spends from them is silent."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q, Sum
from django.utils import timezone

from apps.accounts.models import User
from apps.rbac.limits import Limits
from apps.sms import areas, router
from apps.sms.models import Pot, Spending
from apps.sms.money import budgets, counters, prices
from apps.sms.money.counters import Spent


class Shortage(NamedTuple):
    """`area` is empty where it is the budget of everybody."""

    pot: Pot
    area: str
    ends_at: datetime

    def __str__(self) -> str:
        whose = f"area {self.area}" if self.area else "everybody"
        return f"{self.pot.label}: the budget of {whose}"


def used_up() -> list[Shortage]:
    """Those whose rest would not pay for a text to our own number. One that is set to
    nothing is switched off: whoever did that knows."""
    now, ours = timezone.now(), settings.TWILIO_NUMBER
    text = prices.outbound(number=ours, our_number=ours, segments=1).micros
    with router.kept():
        return list(_used_up(now, text))


def until(user: User, number: str, of_role: Limits | None = None) -> datetime | None:
    """When texts from this number of theirs are answered again, if they are not now.
    `of_role`: their limits, where they are known."""
    now, ours = timezone.now(), settings.TWILIO_NUMBER
    text = prices.outbound(number=number, our_number=ours, segments=1).micros
    area = areas.area(number)
    found = budgets.of(Pot.ANSWERS, user=user, area=area, at=now, of_role=of_role)
    every = [budget for _, budget in found]
    for budget, spent in zip(every, counters.spent_of(every), strict=True):
        if window := counters.window_full(budget, spent, text, 1):
            return budget.ends(window)
    return None


def _used_up(now: datetime, text: int) -> Iterator[Shortage]:
    for scope, spent in _spent(now).items():
        name, area = scope.split(":")
        pot, area = Pot(name), "" if area == "all" else area
        # That of the area comes first.
        _, budget = next(budgets.of(pot, user=None, area=area, at=now))
        is_off = 0 in (budget.short_limit, budget.long_limit)
        if not is_off and (window := counters.window_full(budget, spent, text)):
            yield Shortage(pot, area, budget.ends(window))


def _spent(now: datetime) -> dict[str, Spent]:
    """Of everybody and of the areas, in the windows that go on."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    day, (month, _) = budgets.midnight(now), budgets.month_of(now)
    of_all = Q(scope__endswith=":all")
    rows = (
        Spending.objects.filter(user=None, long_from__gte=month)
        .values("scope")
        .annotate(
            short=Sum(
                "short_micros",
                filter=Q(short_from__gte=hour) | Q(short_from__gte=day) & of_all,
                default=0,
            ),
            long=Sum("long_micros", filter=Q(long_from__gte=day) | of_all, default=0),
        )
    )
    return {row["scope"]: Spent(row["short"], row["long"]) for row in rows}
