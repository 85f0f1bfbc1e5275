"""What is watched of the background work."""

from datetime import timedelta
from functools import partial

from django.db.models import Count, Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.core import heartbeats
from apps.jobs import waiting
from apps.jobs.models import Job, Letter
from apps.jobs.rules import Rule, Severity, lag_of

_LOOK_BACK = timedelta(minutes=15)
_REFUSED_FOR = timedelta(hours=1)
# Of fewer, one failure would be a wave.
_ENOUGH = 10


def _failed() -> float | None:
    """Of what ended lately, how much is dead; in percent."""
    ended = Job.objects.filter(finished_at__gt=timezone.now() - _LOOK_BACK)
    found = ended.aggregate(all=Count("pk"), dead=Count("pk", filter=Q(state="dead")))
    if found["all"] < _ENOUGH:
        return None
    return float(100 * found["dead"] / found["all"])


def _refused() -> float:
    """Letters that somebody did not take of us, whatever their address."""
    since = Now() - _REFUSED_FOR
    refused = Letter.objects.filter(refused_at__gt=since)
    return float(refused.exclude(state=Letter.State.SENT)[:1_000].count())


# What somebody waits for, and what may take its time.
LAGS = tuple(
    Rule(
        lag_of(queue),
        f"The queue {queue} is late",
        partial(waiting.seconds, queue),
        "seconds",
        above=above,
        lasting=lasting,
        severity=severity,
    )
    for queue, above, lasting, severity in (
        ("messages", 30, 30, Severity.PAGE),
        ("default", 300, 60, Severity.TICKET),
        ("mail", 120, 60, Severity.PAGE),
        ("bulk", 7_200, 60, Severity.TICKET),
    )
)
RULES = (
    *LAGS,
    Rule(
        "jobs.failures",
        "Jobs fail for good",
        _failed,
        "percent",
        above=10,
        is_over_at_none=True,
    ),
    Rule(
        "jobs.dead_letters",
        "Dead letters wait for a decision",
        lambda: float(Job.objects.dead()[:1_000].count()),
        "jobs",
        above=0,
    ),
    # One may have read like spam; three are the set-up. A letter would not tell of it.
    Rule(
        "mail.refused",
        "Letters are not taken from us",
        _refused,
        "letters",
        above=2,
        severity=Severity.PAGE,
    ),
    Rule(
        "jobs.beat_silence",
        "Beat says nothing",
        partial(heartbeats.silence, heartbeats.BEAT),
        "seconds",
        above=60,
        severity=Severity.PAGE,
    ),
)
