"""What somebody has used, and what is left of it: for texts and pages that tell them."""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, Q, Sum
from django.utils import timezone

from apps.accounts.models import User
from apps.core import paging
from apps.rbac import limits
from apps.rbac.limits import Limits
from apps.sms import router
from apps.sms.models import Charge, Pot, UsageLog
from apps.sms.money import budgets, counters

What, State = Charge.What, Charge.State


@dataclass(frozen=True)
class Usage:
    """Of the budgets' month so far. `by_the_end`: at this rate."""

    came: int
    went: int
    texts_micros: int
    tokens_micros: int
    by_the_end: int
    ends_at: datetime

    @property
    def micros(self) -> int:
        return self.texts_micros + self.tokens_micros


@dataclass(frozen=True)
class Left:
    """Of the answers to a person until `renews_at`; of the money, as much as the day
    and the month still allow, and of those apart. `tokens_micros` is for the language
    model."""

    texts: int
    texts_of: int
    started: int
    started_of: int
    micros: int
    day_micros: int
    day_of: int
    month_micros: int
    month_of: int
    tokens_micros: int
    tokens_of: int
    renews_at: datetime


def of_month(user: User) -> Usage:
    """One query."""
    now = timezone.now()
    first, ends_at = budgets.month_of(now)
    mine = Charge.objects.owned_by(user).filter(at__gte=first)
    told = mine.exclude(state=State.RELEASED).aggregate(
        came=Count("pk", filter=Q(what=What.IN)),
        went=Count("pk", filter=Q(what=What.OUT)),
        texts=Sum("micros", filter=~Q(what=What.TOKENS), default=0),
        tokens=Sum("micros", filter=Q(what=What.TOKENS), default=0),
    )
    return Usage(
        came=told["came"],
        went=told["went"],
        texts_micros=told["texts"],
        tokens_micros=told["tokens"],
        by_the_end=_projected(told["texts"] + told["tokens"], now),
        ends_at=ends_at,
    )


def left(user: User, of_role: Limits | None = None) -> Left:
    """`of_role`: their limits, where they are known."""
    now, of_role = timezone.now(), of_role or limits.of(user)
    with router.kept():
        answers = budgets.of_person(Pot.ANSWERS, user, now, of_role)
        started = budgets.of_person(Pot.PROACTIVE, user, now, of_role)
        tokens = budgets.of_person(Pot.TOKENS, user, now, of_role)
    spent, of_started, of_tokens = counters.spent_of([answers, started, tokens])
    today = max(0, (answers.short_limit or 0) - spent.short)
    this_month = max(0, (answers.long_limit or 0) - spent.long)
    return Left(
        texts=max(0, (answers.texts_limit or 0) - spent.texts),
        texts_of=answers.texts_limit or 0,
        started=max(0, (started.texts_limit or 0) - of_started.texts),
        started_of=started.texts_limit or 0,
        micros=min(today, this_month),
        day_micros=today,
        day_of=answers.short_limit or 0,
        month_micros=this_month,
        month_of=answers.long_limit or 0,
        tokens_micros=max(0, (tokens.long_limit or 0) - of_tokens.long),
        tokens_of=tokens.long_limit or 0,
        renews_at=answers.long_ends,
    )


def texts(user: User, before: str = "", limit: int = 40) -> paging.Page:
    """Of the budgets' month, both ways, newest first, with what each cost; from a cursor
    on. Raises `Invalid` for a bad cursor."""
    first, _ = budgets.month_of(timezone.now())
    mine = UsageLog.objects.owned_by(user).filter(created_at__gte=first)
    return paging.along(mine, ("-created_at", "-id"), before, limit, "sms.usagelog")


def of_texts(
    came: Collection[int], went: Collection[int]
) -> dict[tuple[str, int], int]:
    """What texts cost as far as is known, in millionths of a US dollar, by ("in" or
    "out", their id). One query."""
    either = Q(inbound__in=came) | Q(text__in=went)
    rows = Charge.objects.filter(either).exclude(state=State.RELEASED)
    return {
        ("in", inbound) if inbound else ("out", text): micros
        for inbound, text, micros in rows.values_list("inbound", "text", "micros")
    }


def _projected(micros: int, now: datetime) -> int:
    """By whole days, today's counted as one: of a first morning nothing follows."""
    today = now.astimezone(UTC)
    return micros * monthrange(today.year, today.month)[1] // today.day
