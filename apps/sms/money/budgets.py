"""What may be spent: by a person, on an area of numbers, and altogether.

Each pot is apart: chatter uses up no codes, reminders no answers. All days and months are
those of UTC: by the clock where the person is, whoever moves west hour by hour would begin
a month anew each time.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from prometheus_client import Counter

from apps.accounts.models import User
from apps.core.errors import TooMany
from apps.rbac import limits
from apps.rbac.limits import Limits
from apps.sms import router
from apps.sms.knobs.budgets import CAPS, PROACTIVE_PERCENT
from apps.sms.models import Pot
from apps.sms.money import DOLLAR, counters
from apps.sms.money.counters import Budget

OVER = Counter(
    "switchboard_over_budget_total", "What a budget did not allow", ["pot", "scope"]
)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# So many spend at once without waiting for each other: more than there are workers.
PARTS = 16


class Caps(NamedTuple):
    """Dollars, as operators set them (knobs/budgets.py); None where there is no bound
    but that of the role."""

    day: int | None = None
    month: int | None = None
    area_hour: int | None = None
    area_day: int | None = None
    person_day: int | None = None
    person_month: int | None = None
    proactive_percent: int = 0


def caps_of(pot: str) -> Caps:
    """One query."""
    knobs = CAPS[Pot(pot)]
    *said, percent = router.values(*knobs.values(), PROACTIVE_PERCENT)
    return Caps(**dict(zip(knobs, said, strict=True)), proactive_percent=percent)


class OverBudget(TooMany):
    """`scope` is whose budget it is, "person", "area" or "all"; `ends_at` when there is
    more."""

    code = "over_budget"
    sentence = "The budget for that is used up for now. Try again later."

    def __init__(self, pot: str, scope: str, ends_at: datetime) -> None:
        wait = max(1, round((ends_at - timezone.now()).total_seconds()))
        super().__init__(retry_after=wait)
        self.pot, self.scope, self.ends_at = pot, scope, ends_at


def of(
    pot: str,
    *,
    user: User | None,
    area: str,
    at: datetime,
    is_asked: bool = True,
    of_role: Limits | None = None,
) -> Iterator[tuple[str, Budget]]:
    """Whose it is, and the budget; always in this order, as they are locked in it.
    Unless it `is_asked` what may be spent, nobody looks it up. `of_role`: the person's
    limits, where they are known."""
    caps = caps_of(pot) if is_asked else Caps()
    if user:
        of_role = of_role or (limits.of(user) if is_asked else None)
        yield "person", _of_person(pot, user, at, caps, of_role)
    if area and "area_day" in CAPS[Pot(pot)]:
        hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        day = midnight(at)
        yield "area", Budget(
            scope=f"{pot}:{area}",
            parts=PARTS,
            short_from=hour,
            short_ends=hour + HOUR,
            short_limit=_dollars(caps.area_hour),
            long_from=day,
            long_ends=day + DAY,
            long_limit=_dollars(caps.area_day),
        )
    yield "all", _of_all(pot, at, caps)


def month_of(at: datetime) -> tuple[datetime, datetime]:
    """When it began, and when the next begins."""
    first = _first(at)
    return first, _next_first(first)


def of_all(pot: str, at: datetime) -> Budget:
    return _of_all(pot, at, caps_of(pot))


def _of_all(pot: str, at: datetime, caps: Caps) -> Budget:
    day, month = midnight(at), _first(at)
    return Budget(
        scope=f"{pot}:all",
        parts=PARTS,
        short_from=day,
        short_ends=day + DAY,
        short_limit=_dollars(caps.day),
        long_from=month,
        long_ends=_next_first(month),
        long_limit=_dollars(caps.month),
    )


def of_person(
    pot: str, user: User, at: datetime, of_role: Limits | None = None
) -> Budget:
    """`of_role`: the person's limits, where they are known."""
    return _of_person(pot, user, at, caps_of(pot), of_role or limits.of(user))


def _of_person(
    pot: str, user: User, at: datetime, caps: Caps, of_role: Limits | None
) -> Budget:
    day, month = midnight(at), _first(at)
    texts: int | None = None
    micros = _dollars(caps.person_month)
    if of_role and pot == Pot.ANSWERS:
        texts = of_role.texts
    elif of_role and pot == Pot.PROACTIVE:
        texts = of_role.texts * caps.proactive_percent // 100
    elif of_role and pot == Pot.TOKENS:
        micros = of_role.llm_micros
    return Budget(
        scope=f"{pot}:u:{user.pk}",
        parts=1,
        user_id=user.pk,
        short_from=day,
        short_ends=day + DAY,
        short_limit=_dollars(caps.person_day),
        long_from=month,
        long_ends=_next_first(month),
        long_limit=micros,
        texts_limit=texts,
    )


def _dollars(said: int | None) -> int | None:
    return None if said is None else said * DOLLAR


def spend(
    pot: str,
    *,
    user: User | None,
    area: str,
    at: datetime,
    micros: int,
    texts: int,
    of_role: Limits | None = None,
) -> None:
    """Of every budget it belongs to, or of none, within a transaction. Raises
    `OverBudget`. `of_role`: the person's limits, where they are known."""
    asked = list(of(pot, user=user, area=area, at=at, of_role=of_role))
    every = [budget for _, budget in asked]
    # The mark of a success is left to the end of the transaction.
    mark = transaction.savepoint()
    if counters.take(every, micros, texts):
        return
    if counters.make(every) and counters.take(every, micros, texts):
        return
    # What is held of some would be locked out of order.
    transaction.savepoint_rollback(mark)
    for scope, budget in asked:
        if window := counters.full(budget, micros, texts):
            raise _over(pot, scope, budget, window)
    # None is full, and one was held or has its rest in crumbs.
    with transaction.atomic():
        for scope, budget in asked:
            if window := counters.take_exactly(budget, micros, texts):
                raise _over(pot, scope, budget, window)


def _over(pot: str, scope: str, budget: Budget, window: str) -> OverBudget:
    OVER.labels(pot, scope).inc()
    return OverBudget(pot, scope, budget.ends(window))


def book(
    pot: str,
    *,
    user: User | None,
    area: str,
    at: datetime,
    micros: int,
    texts: int = 0,
    is_late: bool = False,
) -> None:
    """What is spent, or came back, whatever the limits say."""
    found = of(pot, user=user, area=area, at=at, is_asked=False)
    counters.put([budget for _, budget in found], micros, texts, is_late=is_late)


def midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _first(at: datetime) -> datetime:
    return midnight(at).replace(day=1)


def _next_first(first: datetime) -> datetime:
    return _first(first + timedelta(days=35))
