"""What of the background work stands on the front page of the console."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Case, When
from django.urls import reverse
from django.utils import timezone

from apps.core import heartbeats
from apps.jobs import alerts, rules, timetable, watch
from apps.jobs.models import Alert, Job, MissedRuns
from apps.rbac.catalog import Permission
from apps.rbac.console.panel import Notice, Tile, Watch, counted

# The front page has other news as well.
_MOST_SHOWN = 5
_NEWS_FOR = timedelta(days=1)


def _list(query: str) -> str:
    return f"{reverse('admin:jobs_job_changelist')}?{query}"


def _dead() -> Iterator[Notice]:
    dead = counted(Job.objects.dead())
    if dead:
        words = "1 job is dead" if dead == 1 else f"{dead} jobs are dead"
        yield Notice(f"{words}: requeue or drop.", _list("state__exact=dead"), "bad")


def _late() -> Iterator[Notice]:
    """Beside the alerts, which only a worker raises."""
    for rule in alerts.LAGS:
        waited = rule.measure() or 0.0
        if waited > watch.bound(rule):
            minutes = max(1, int(waited // 60))
            yield Notice(
                f"{rule.title}: {minutes} min. Whether its worker runs comes first.",
                _list("state__exact=waiting"),
                "bad",
            )


def _without_worker() -> Iterator[Notice]:
    """Also where nothing waits yet."""
    if found := heartbeats.troubles_of_workers(heartbeats.ages()):
        words = ", ".join(found)
        yield Notice(f"{words[0].upper()}{words[1:]}.", _list(""), "bad")


def _missed() -> Iterator[Notice]:
    page = reverse("admin:jobs_missedruns_changelist")
    for missed in MissedRuns.objects.filter(
        caught_up_at__gt=timezone.now() - _NEWS_FOR
    ).order_by("-caught_up_at")[:3]:
        times = "once" if missed.count == 1 else f"{missed.count} times"
        yield Notice(
            f"{missed.entry} was missed {times}, and caught up with once.", page
        )


def _what_does_not_run() -> Iterator[Notice]:
    page = reverse("admin:django_celery_beat_periodictask_changelist")
    for name, trouble in timetable.troubles():
        yield Notice(f"The periodic task {name} {trouble}", page, "bad")


def _firing() -> Iterator[Notice]:
    """By name; the product's own first, and of each the worst and the newest."""
    firing = Alert.objects.filter(state=Alert.State.FIRING)
    ours = Case(When(source=Alert.Source.PRODUCT, then=0), default=1)
    worst = Case(When(severity__in=rules.URGENT, then=0), default=1)
    for alert in firing.order_by(ours, worst, "-id")[:_MOST_SHOWN]:
        page = reverse("admin:jobs_alert_change", args=[alert.pk])
        yield Notice(f"Alert: {alert.in_words}", page, "bad")
    more = counted(firing) - _MOST_SHOWN
    if more > 0:
        listed = reverse("admin:jobs_alert_changelist")
        words = "1 more alert fires." if more == 1 else f"{more:,} more alerts fire."
        yield Notice(words, f"{listed}?state__exact=firing", "bad")


TILES = (
    Tile(
        "Jobs waiting",
        lambda: counted(Job.objects.due()),
        lambda: _list("state__exact=waiting"),
        Permission.JOB_VIEW,
    ),
)
ATTENTION = (
    Watch(_firing, Permission.ALERT_VIEW),
    Watch(_dead, Permission.JOB_VIEW),
    Watch(_late, Permission.JOB_VIEW),
    Watch(_without_worker, Permission.JOB_VIEW),
    Watch(_missed, Permission.MISSED_RUNS_VIEW),
    Watch(_what_does_not_run, Permission.TIMETABLE_VIEW),
)
