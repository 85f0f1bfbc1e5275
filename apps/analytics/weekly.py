"""The report of the week, a letter to each operator who wants it."""

from datetime import UTC, timedelta

from django.urls import reverse
from django.utils import timezone

from apps.accounts import letters
from apps.accounts.models import User
from apps.analytics import drawing, overall
from apps.analytics.periods import Period
from apps.core.kinds import Queue, job
from apps.rbac import catalog
from apps.rbac.catalog import Permission
from apps.sms.money import in_dollars

CATEGORY = "weekly"


@job(
    "analytics.weekly",
    queue=Queue.BULK,
    atomic=True,
    schedulable="Write the report of the last seven days to operators",
)
def report() -> None:
    """Of the seven days before today."""
    yesterday = timezone.now().astimezone(UTC).date() - timedelta(days=1)
    period = Period(yesterday - timedelta(days=6), yesterday)
    facts = _facts(period)
    for person in _readers():
        letters.tell(person, "week", category=CATEGORY, place="", **facts)


def _readers() -> list[User]:
    name = catalog.parts(Permission.ANALYTICS_VIEW)
    holders = User.objects.filter(
        is_active=True,
        groups__permissions__codename=name.codename,
        groups__permissions__content_type__app_label=name.app,
    )
    return list(holders.distinct())


def _facts(period: Period) -> dict[str, str]:
    told = overall.of(period)
    now, then = told.figures.volume(), told.figures.volume(period.before)
    speed = told.figures.speed()
    missed = [each.promise.label for each in told.promises if not each.is_kept]
    wrong = sum(told.answered.values())
    page = f"{reverse('admin:analytics_daysum_changelist')}"
    return {
        "week_days": f"{period.first:%-d %B} to {period.last:%-d %B}",
        "texts_in": _beside(now.came, then.came),
        "texts_out": _beside(now.went, then.went),
        "cost": f"{in_dollars(now.cost)}, {in_dollars(then.cost)} the week before",
        "answer_time": drawing.spoken(speed.p50, "milliseconds"),
        "answer_time_most": drawing.spoken(speed.p95, "milliseconds"),
        "not_arrived": f"{now.lost:,}",
        "wrong": f"{wrong:,}",
        "signed_up": f"{told.funnel[0].people:,}",
        "missed": (
            f"Promises that were not kept: {'; '.join(missed)}."
            if missed
            else "All promises were kept."
        ),
        "figures_url": letters.public(f"{page}?from={period.first}&to={period.last}"),
    }


def _beside(now: int, then: int) -> str:
    return f"{now:,}, {then:,} the week before"
