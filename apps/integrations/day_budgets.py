"""What a provider gives to all of us by the day, shared out.

    day_budgets.take(SEARCHES, user)

Nobody takes more of it than is left for all the others; a few are everybody's as long as
there are any. One statement counts, so that two at once never take the same.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection as database
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.core.errors import TooMany
from apps.integrations.models import DayBudget

_TAKE = """
INSERT INTO oauth_day_budgets AS held (provider, name, day, user_id, used)
SELECT %(provider)s, %(name)s, %(day)s, %(user)s, 1 WHERE %(most)s > 0
ON CONFLICT (provider, name, day, user_id) DO UPDATE SET used = held.used + 1
WHERE held.used < %(most)s
RETURNING used
"""
_EVERYBODY = 0


@dataclass(frozen=True)
class Budget:
    provider: str
    name: str
    # What to say where all are taken, and where the person had their share.
    over: str
    over_for_you: str
    a_day: int
    # Everybody's, while there are any.
    at_least: int
    # Where the provider's days begin.
    zone: str


class Spent(TooMany):
    code = "day_budget_spent"


def take(budget: Budget, user: User) -> None:
    """One of them. Raises Spent where all are taken, or the person had their share."""
    with transaction.atomic():
        taken = _take(budget, _EVERYBODY, budget.a_day)
        if taken is None:
            raise _spent(budget, budget.over)
        share = max(budget.at_least, budget.a_day - taken + 1)
        if _take(budget, user.pk, share) is None:
            raise _spent(budget, budget.over_for_you)


def give_back(budget: Budget, user: User) -> None:
    """One that was taken, where the provider was asked nothing."""
    with transaction.atomic():
        for whose in (_EVERYBODY, user.pk):
            _rows(budget, whose).filter(used__gt=0).update(used=F("used") - 1)


def use_up(budget: Budget) -> None:
    """The provider says that there are none left, whatever we counted."""
    _rows(budget, _EVERYBODY).update(used=budget.a_day)


def left(budget: Budget) -> int:
    used = _rows(budget, _EVERYBODY).values_list("used", flat=True).first()
    return max(0, budget.a_day - (used or 0))


def _take(budget: Budget, user: int, most: int) -> int | None:
    with database.cursor() as cursor:
        cursor.execute(
            _TAKE,
            {
                "provider": budget.provider,
                "name": budget.name,
                "day": _today(budget),
                "user": user,
                "most": most,
            },
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _rows(budget: Budget, user: int) -> "QuerySet[DayBudget]":
    return DayBudget.objects.filter(
        provider=budget.provider, name=budget.name, day=_today(budget), user_id=user
    )


def _today(budget: Budget) -> date:
    return timezone.now().astimezone(ZoneInfo(budget.zone)).date()


def _spent(budget: Budget, words: str) -> Spent:
    zone = ZoneInfo(budget.zone)
    tomorrow = datetime.combine(_today(budget) + timedelta(days=1), time(), zone)
    wait = int((tomorrow - timezone.now()).total_seconds()) + 1
    return Spent(gettext(words), retry_after=wait)
