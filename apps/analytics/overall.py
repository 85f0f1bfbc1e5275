"""What operators are told of a period."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from apps.accounts.models import User
from apps.analytics import figures, pumping, sla
from apps.analytics.figures import Figures
from apps.analytics.filters import EVERYBODY, Filters
from apps.analytics.models import (
    CallDay,
    CountryMonth,
    PersonMonth,
)
from apps.analytics.periods import Period
from apps.analytics.pumping import Suspect
from apps.analytics.sums import TAKEN
from apps.core import replica
from apps.integrations import health
from apps.integrations.models import Connection
from apps.jobs.models import Job
from apps.sms import troubles
from apps.sms.models import AnsweredDay, OptOut, PhoneNumber

TOP = 20
_SUMS = {
    "came": Sum("texts", filter=Q(direction="in"), default=0),
    "went": Sum("texts", filter=Q(direction="out", status__in=TAKEN), default=0),
    "cost": Sum("micros", default=0),
}


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
    opted_out: int  # numbers, now, of whatever country
    funnel: list[Step]
    suspects: list[Suspect]


@replica.reads
def of(
    period: Period, filters: Filters = EVERYBODY, found: Figures | None = None
) -> Overall:
    """Some twenty queries, all of sums but those of the funnel and of what is kept for
    days; two less where the figures are `found` already."""
    within = {"day__range": (period.first, period.last)}
    days = filters.texts().filter(**within)
    return Overall(
        figures=found or figures.of_all(period, filters),
        countries=_countries(days),
        people=_people(period, filters),
        errors=_errors(days),
        tools=_tools(filters.tools().filter(**within)),
        providers=_providers(period),
        tasks=_tasks(period),
        promises=sla.kept(period),
        answered=AnsweredDay.objects.filter(**within).aggregate(
            lost=Sum("lost", default=0),
            doubled=Sum("doubled", default=0),
            unordered=Sum("unordered", default=0),
        ),
        opted_out=_out_now(filters),
        funnel=_funnel(period, filters),
        suspects=pumping.suspects(period),
    )


def _out_now(filters: Filters) -> int:
    out = OptOut.objects.filter(is_out=True)
    if filters.role:
        theirs = PhoneNumber.objects.filter(user_id__in=filters.members())
        out = out.filter(number__in=theirs.values("e164"))
    return out.count()


def _countries(days: Any) -> list[dict[str, Any]]:
    told = days.exclude(country="").values("country")
    return list(told.annotate(**_SUMS).order_by("-cost", "country")[:TOP])


def _people(period: Period, filters: Filters) -> list[dict[str, Any]]:
    """The dearest of the month that the period ends in; of a country, by what they texted
    there."""
    month = {"month": period.last.replace(day=1)}
    rows: Any = PersonMonth.objects.filter(**month)
    if filters.country:
        rows = CountryMonth.objects.filter(**month, country=filters.country)
    if filters.role:
        rows = rows.filter(user_id__in=filters.members())
    told = rows.values("user_id", "came", "went", cost=F("micros"))
    return list(told.order_by("-cost", "user_id")[:TOP])


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


def _providers(period: Period) -> list[dict[str, Any]]:
    """Calls and renewals in the period, as long as the latter are kept; connections as
    they stand now. Three queries."""
    days = CallDay.objects.filter(day__range=(period.first, period.last))
    told: Any = days.values("provider").annotate(
        all=Sum("calls"),
        bad=Sum("calls", filter=~Q(outcome="ok"), default=0),
        ms=Sum("milliseconds", default=0),
    )
    calls = {row["provider"]: row for row in told.filter(all__gt=0)}
    standing = health.standing()
    renewals = health.renewals(*_moments(period))
    found = []
    for name in sorted(calls.keys() | standing.keys() | renewals.keys()):
        called = calls.get(name, {"all": 0, "bad": 0, "ms": 0})
        renewed, failed = renewals.get(name, (0, 0))
        stands = standing.get(name, {})
        found.append(
            {
                "provider": name,
                "all": called["all"],
                "bad": called["bad"],
                "each": called["ms"] // called["all"] if called["all"] else 0,
                "live": sum(stands.values()),
                "needy": stands.get(Connection.Status.ATTENTION, 0),
                "renewed": renewed,
                "failed": failed,
            }
        )
    return sorted(found, key=lambda row: (-row["all"], row["provider"]))


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


def _funnel(period: Period, filters: Filters) -> list[Step]:
    """Of those who hold the role, in whatever country. One query."""
    since, until = _moments(period)
    me, mine = OuterRef("pk"), {"user": OuterRef("pk")}
    proved = EmailAddress.objects.filter(**mine, verified=True)
    phones = PhoneNumber.objects.filter(**mine, verified_at__isnull=False)
    texted = PersonMonth.objects.filter(user_id=me, came__gt=0)
    new = User.objects.filter(created_at__gte=since, created_at__lt=until)
    if filters.role:
        new = new.filter(pk__in=filters.members())
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
