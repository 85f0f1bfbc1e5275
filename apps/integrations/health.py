"""How it stands with each provider: for operators, for the people's pages, for metrics.

From the events of renewals and the daily sums, never from the provider.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from apps.integrations.models import Connection, OAuthEvent, Usage

_RENEWALS_OF = timedelta(hours=24)
_CALLS_OF_DAYS = 7


@dataclass(frozen=True)
class Health:
    """`renewed` and `failed`: renewals of the last day, without those where the person
    took the grant back; calls of the last week."""

    connections: Mapping[str, int]
    renewed: int = 0
    failed: int = 0
    calls: int = 0
    failures: int = 0
    milliseconds: int = 0

    @property
    def refresh_success(self) -> float | None:
        """Percent; None where nothing was renewed."""
        tried = self.renewed + self.failed
        return round(100 * self.renewed / tried, 1) if tried else None

    @property
    def error_rate(self) -> float | None:
        """Percent of calls; None where there were none."""
        return round(100 * self.failures / self.calls, 1) if self.calls else None

    @property
    def milliseconds_a_call(self) -> int | None:
        return round(self.milliseconds / self.calls) if self.calls else None


def by_provider() -> dict[str, Health]:
    """Three queries, however many connections there are."""
    stands, now = standing(), timezone.now()
    renewed = renewals(now - _RENEWALS_OF, now)
    calls = {row["connection__provider"]: row for row in _calls()}
    known = stands.keys() | renewed.keys() | calls.keys()
    return {
        name: Health(
            stands.get(name, {}),
            *renewed.get(name, (0, 0)),
            calls.get(name, {}).get("all", 0),
            calls.get(name, {}).get("bad", 0),
            calls.get(name, {}).get("ms", 0),
        )
        for name in known
    }


def standing() -> dict[str, dict[str, int]]:
    """How many connections stand how, by provider. One query."""
    found: dict[str, dict[str, int]] = {}
    rows = Connection.objects.live().values_list("provider", "status").order_by()
    for provider, status, many in rows.annotate(many=Count("pk")):
        found.setdefault(provider, {})[status] = many
    return found


def renewals(since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    """How many were done and how many failed, by provider. One query."""
    tried = OAuthEvent.objects.filter(
        kind=OAuthEvent.Kind.REFRESH, at__gte=since, at__lt=until
    ).exclude(outcome__in=("refused", "again"))
    good = Q(outcome="renewed")
    told = tried.order_by().values_list("provider")
    counted = told.annotate(
        renewed=Count("pk", filter=good), failed=Count("pk", filter=~good)
    )
    return {name: (renewed, failed) for name, renewed, failed in counted}


def _calls() -> list[Any]:
    since = timezone.now().date() - timedelta(days=_CALLS_OF_DAYS - 1)
    lately = Usage.objects.filter(day__gte=since).order_by()
    return list(
        lately.values("connection__provider").annotate(
            all=Sum("calls"), bad=Sum("failures"), ms=Sum("milliseconds")
        )
    )
