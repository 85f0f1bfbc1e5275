"""What operators are told of a period: of all people, of a country, or of a role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from apps.accounts.models import User
from apps.analytics import figures, sla
from apps.analytics.figures import Figures
from apps.analytics.models import CallDay, DaySum, PersonMonth, ToolDay
from apps.analytics.periods import Period
from apps.core.errors import Invalid
from apps.integrations.models import Connection
from apps.jobs.models import Job
from apps.rbac.models import Role
from apps.sms import troubles
from apps.sms.models import AnsweredDay, OptOut, PhoneNumber

TOP = 20


@dataclass(frozen=True)
class Filters:
    """A country, in two letters, or a role, by its slug; not both: sums are kept of each
    alone."""

    country: str = ""
    role: str = ""


@dataclass(frozen=True)
class Step:
    """Of those who signed up in the period."""

    label: str
    people: int


@dataclass(frozen=True)
class Overall:
    figures: Figures
    countries: list[dict[str, Any]]
    people: list[dict[str, Any]]
    errors: list[dict[str, Any]]
    tools: list[dict[str, Any]]
    providers: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    promises: list[sla.Kept]
    answered: dict[str, int]
    opted_out: int
    funnel: list[Step]


def read(asked: Mapping[str, str]) -> Filters:
    """Raises Invalid."""
    country, role = asked.get("country", "").upper(), asked.get("role", "")
    if country and role:
        raise Invalid("Take a country or a role, not both.")
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise Invalid("A country is two letters, like US.")
    if role and not Role.objects.filter(slug=role).exists():
        raise Invalid("There is no such role.")
    return Filters(country, role)


def figures_of(period: Period, filters: Filters) -> Figures:
    """Two queries."""
    if filters.role:
        return figures.of_role(period, filters.role)
    return figures.of_all(period, filters.country)


def of(period: Period, filters: Filters) -> Overall:
    """A dozen queries, all of sums but that of the funnel and of what is kept for days."""
    within = {"day__range": (period.first, period.last)}
    days = DaySum.objects.filter(**within)
    return Overall(
        figures=figures_of(period, filters),
        countries=_countries(days),
        people=_people(period),
        errors=_errors(days),
        tools=_tools(ToolDay.objects.filter(**within)),
        providers=_providers(CallDay.objects.filter(**within)),
        tasks=_tasks(period),
        promises=sla.kept(period),
        answered=AnsweredDay.objects.filter(**within).aggregate(
            lost=Sum("lost", default=0),
            doubled=Sum("doubled", default=0),
            unordered=Sum("unordered", default=0),
        ),
        opted_out=OptOut.objects.filter(is_out=True).count(),
        funnel=_funnel(period),
    )


def _countries(days: Any) -> list[dict[str, Any]]:
    sent = Q(direction="out", status__in=figures.TAKEN)
    told = days.exclude(country="").values("country")
    return list(
        told.annotate(
            came=Sum("texts", filter=Q(direction="in"), default=0),
            went=Sum("texts", filter=sent, default=0),
            cost=Sum("micros", default=0),
        ).order_by("-cost", "country")[:TOP]
    )


def _people(period: Period) -> list[dict[str, Any]]:
    """The dearest of the month that the period ends in."""
    rows = PersonMonth.objects.filter(month=period.last.replace(day=1))
    dearest: Any = rows.order_by("-micros", "user_id")[:TOP]
    return list(dearest.values("user_id", "came", "went", cost=F("micros")))


def _errors(days: Any) -> list[dict[str, Any]]:
    told = days.filter(direction="out").exclude(error_code="").values("error_code")
    rows = told.annotate(all=Sum("texts")).filter(all__gt=0)
    return [
        {
            "code": row["error_code"],
            "words": troubles.of(row["error_code"]).words,
            "texts": row["all"],
        }
        for row in rows.order_by("-all", "error_code")[:TOP]
    ]


def _tools(days: Any) -> list[dict[str, Any]]:
    bad = Q(outcome__in=("failed", "unknown"))
    told = days.values("tool").annotate(
        all=Sum("calls"), bad=Sum("calls", filter=bad, default=0)
    )
    return list(told.filter(all__gt=0).order_by("-all", "tool")[:TOP])


def _providers(days: Any) -> list[dict[str, Any]]:
    bad = ~Q(outcome="ok")
    told = days.values("provider").annotate(
        all=Sum("calls"),
        bad=Sum("calls", filter=bad, default=0),
        ms=Sum("milliseconds", default=0),
    )
    return [
        {**row, "each": row["ms"] // row["all"]}
        for row in told.filter(all__gt=0).order_by("-all", "provider")
    ]


def _tasks(period: Period) -> list[dict[str, Any]]:
    """That ended in the period, as long as they are kept; those that failed most first."""
    since, until = _moments(period)
    ended: Any = Job.objects.filter(finished_at__gte=since, finished_at__lt=until)
    told = ended.values("kind").annotate(
        all=Count("pk"), bad=Count("pk", filter=Q(state=Job.State.DEAD))
    )
    return list(told.order_by("-bad", "-all", "kind")[:TOP])


def _moments(period: Period) -> tuple[datetime, datetime]:
    """When it began, and when it is over."""
    since = datetime.combine(period.first, time.min, UTC)
    until = datetime.combine(period.last, time.min, UTC) + timedelta(days=1)
    return since, until


def _funnel(period: Period) -> list[Step]:
    """One query."""
    since, until = _moments(period)
    me, mine = OuterRef("pk"), {"user": OuterRef("pk")}
    proved = EmailAddress.objects.filter(**mine, verified=True)
    phones = PhoneNumber.objects.filter(**mine, verified_at__isnull=False)
    texted = PersonMonth.objects.filter(user_id=me, came__gt=0)
    new = User.objects.filter(created_at__gte=since, created_at__lt=until)
    told = new.aggregate(
        all=Count("pk"),
        proved=Count("pk", filter=Q(Exists(proved))),
        linked=Count("pk", filter=Q(Exists(phones))),
        texted=Count("pk", filter=Q(Exists(texted))),
        connected=Count("pk", filter=Q(Exists(Connection.objects.filter(**mine)))),
    )
    return [
        Step("Signed up", told["all"]),
        Step("Proved their address", told["proved"]),
        Step("Linked a phone", told["linked"]),
        Step("Texted", told["texted"]),
        Step("Connected an account", told["connected"]),
    ]
