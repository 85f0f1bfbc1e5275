"""What is watched of connections: that tokens are renewed."""

from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from apps.core import tallies
from apps.integrations import day_budgets
from apps.integrations.capabilities.youtube_videos import SEARCHES
from apps.integrations.models import OAuthEvent, ProviderState
from apps.integrations.tokens import UNREADABLE
from apps.jobs.rules import Rule, Severity

_LOOK_BACK = timedelta(minutes=15)
# Of fewer, one failure would be a wave.
_ENOUGH = 10
# That a person took the grant back is no failure of ours.
_THEIRS = ("refused", "again")


def _failed() -> float | None:
    """Of the renewals of the last minutes, how many did not go well; in percent."""
    lately = OAuthEvent.objects.filter(
        kind=OAuthEvent.Kind.REFRESH, at__gt=timezone.now() - _LOOK_BACK
    ).exclude(outcome__in=_THEIRS)
    failed = Count("pk", filter=~Q(outcome="renewed"))
    found = lately.aggregate(all=Count("pk"), failed=failed)
    if found["all"] < _ENOUGH:
        return None
    return float(100 * found["failed"] / found["all"])


def _stopped() -> float:
    """Providers that refuse us; what an operator stopped is known."""
    open_ones = ProviderState.objects.filter(opened_at__isnull=False)
    return float(open_ones.exclude(reason=ProviderState.Reason.OPERATOR).count())


def _unreadable() -> float:
    return float(tallies.lately(UNREADABLE, 15))


def _searches() -> float:
    """Of YouTube's searches of the day, how many are used; in percent."""
    return 100 - 100 * day_budgets.left(SEARCHES) / SEARCHES.a_day


RULES = (
    Rule(
        "integrations.refresh_failures",
        "Tokens are not renewed",
        _failed,
        "percent",
        above=2,
        is_over_at_none=True,
    ),
    Rule(
        "integrations.provider_refuses_us",
        "A provider refuses our client, or many people at once",
        _stopped,
        "providers",
        above=0,
        severity=Severity.PAGE,
    ),
    Rule(
        "integrations.unreadable",
        "Stored tokens do not open",
        _unreadable,
        "times in 15 minutes",
        above=0,
        severity=Severity.PAGE,
    ),
    Rule(
        "integrations.youtube_searches",
        "YouTube’s searches of the day run out",
        _searches,
        "percent",
        above=90,
    ),
)
