"""What is watched of the background work."""

from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from apps.core import heartbeats
from apps.jobs.models import Job
from apps.jobs.rules import Rule, Severity

_LOOK_BACK = timedelta(minutes=15)
# Of fewer, one failure would be a wave.
_ENOUGH = 10


def _waited(queue: str) -> float:
    oldest = Job.objects.due().filter(queue=queue).order_by("due_at", "id").first()
    if oldest is None:
        return 0.0
    return max(0.0, (timezone.now() - oldest.due_at).total_seconds())


def _failed() -> float | None:
    """Of what ended lately, how much is dead; in percent."""
    ended = Job.objects.filter(finished_at__gt=timezone.now() - _LOOK_BACK)
    found = ended.aggregate(all=Count("pk"), dead=Count("pk", filter=Q(state="dead")))
    if found["all"] < _ENOUGH:
        return None
    return float(100 * found["dead"] / found["all"])


def _silence() -> float | None:
    return heartbeats.age("beat")


RULES = (
    Rule(
        "jobs.messages_lag",
        "The queue messages is late",
        lambda: _waited("messages"),
        "seconds",
        above=30,
        lasting=30,
        severity=Severity.PAGE,
    ),
    Rule(
        "jobs.default_lag",
        "The queue default is late",
        lambda: _waited("default"),
        "seconds",
        above=300,
        lasting=60,
    ),
    Rule(
        "jobs.bulk_lag",
        "The queue bulk is late",
        lambda: _waited("bulk"),
        "seconds",
        above=7_200,
        lasting=60,
    ),
    Rule("jobs.failures", "Jobs fail for good", _failed, "percent", above=10),
    Rule(
        "jobs.dead_letters",
        "Dead letters wait for a decision",
        lambda: float(Job.objects.dead()[:1_000].count()),
        "jobs",
        above=0,
    ),
    Rule(
        "jobs.beat_silence",
        "Beat says nothing",
        _silence,
        "seconds",
        above=60,
        severity=Severity.PAGE,
    ),
)
