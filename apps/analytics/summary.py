"""Everything a person is told of a period: for the page, the API and files alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, Sum

from apps.accounts.models import User
from apps.analytics import figures, tips
from apps.analytics.figures import Figures
from apps.analytics.models import PersonTool
from apps.analytics.periods import Period
from apps.analytics.tips import Tip
from apps.assistant import phrases
from apps.assistant.models import ToolCall
from apps.integrations import provider
from apps.integrations.models import Usage

TOP = 8
_NOT_DONE = (ToolCall.State.FAILED, ToolCall.State.UNKNOWN)


@dataclass(frozen=True)
class Counted:
    """Something that was asked for, how often, and how often it failed."""

    key: str
    name: str
    times: int
    failed: int


@dataclass(frozen=True)
class Summary:
    tools: list[Counted]
    providers: list[Counted]
    tips: list[Tip]


def of(found: Figures, user: User) -> Summary:
    """What there is to say beside the figures. Three queries."""
    period = found.period
    return Summary(
        tools=_tools(period, user),
        providers=_providers(period, user),
        tips=tips.find(period, user),
    )


def days(found: Figures) -> Iterator[dict[str, Any]]:
    """Each day of the period, also those with nothing."""
    nothing = dict.fromkeys(figures.NAMES, 0)
    for n in range(found.period.days):
        day = found.period.first + timedelta(days=n)
        yield {"day": day, **found.days.get(day, nothing)}


def _tools(period: Period, user: User) -> list[Counted]:
    rows = PersonTool.objects.filter(
        user_id=user.pk, day__range=(period.first, period.last)
    )
    bad = Sum("calls", filter=Q(outcome__in=_NOT_DONE), default=0)
    told = rows.values("tool").annotate(all=Sum("calls"), bad=bad).filter(all__gt=0)
    return [
        Counted(row["tool"], _title(row["tool"]), row["all"], row["bad"])
        for row in told.order_by(F("all").desc(), "tool")[:TOP]
    ]


def _providers(period: Period, user: User) -> list[Counted]:
    rows = Usage.objects.filter(
        connection__user=user, day__range=(period.first, period.last)
    )
    told = rows.values("connection__provider").annotate(
        all=Sum("calls"), bad=Sum("failures")
    )
    of_provider = [
        (provider.named(row["connection__provider"]), row["all"], row["bad"])
        for row in told.order_by(F("all").desc(), "connection__provider")
    ]
    return [Counted(each.id, each.name, *rest) for each, *rest in of_provider]


def _title(tool: str) -> str:
    """As the language has it that is spoken; one that is no more has its name alone."""
    found: str = phrases.words().tools.get(tool, tool)
    return found
