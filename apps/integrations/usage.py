"""How much of a provider's API a connection uses: by the day, and call by call for
whoever adds it up."""

from datetime import date, timedelta
from typing import Any

from django.db import connection as database
from django.db.models import Sum
from django.utils import timezone

from apps.integrations.capability import Capability
from apps.integrations.metrics import CALL_SECONDS, CALLS
from apps.integrations.models import Connection, Usage

# One statement: the sum of the day, the call for analytics, and when it was last used.
# A connection that went meanwhile, with its person, has no sums.
_COUNT = """
WITH day AS (
    INSERT INTO oauth_usage (connection_id, capability, day, calls, failures, milliseconds)
    SELECT id, %(capability)s, (now() AT TIME ZONE 'UTC')::date, 1, %(failed)s, %(ms)s
    FROM oauth_integrations WHERE id = %(connection)s
    ON CONFLICT (connection_id, day, capability) DO UPDATE SET
        calls = oauth_usage.calls + 1,
        failures = oauth_usage.failures + excluded.failures,
        milliseconds = oauth_usage.milliseconds + excluded.milliseconds
), delta AS (
    INSERT INTO oauth_call_deltas (at, user_id, provider, capability, outcome,
        milliseconds)
    VALUES (now(), %(user)s, %(provider)s, %(capability)s, %(outcome)s, %(ms)s)
)
UPDATE oauth_integrations SET last_used_at = now() WHERE id = %(connection)s
"""


def count(
    connection: Connection, capability: Capability, outcome: str, took: timedelta
) -> None:
    """One call, and how it went."""
    seconds = took.total_seconds()
    CALLS.labels(capability.provider, capability.name, outcome).inc()
    CALL_SECONDS.labels(capability.provider, capability.name).observe(seconds)
    with database.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "connection": connection.pk,
                "user": connection.user_id,
                "provider": capability.provider,
                "capability": capability.name,
                "failed": int(outcome != "ok"),
                "outcome": outcome[:24],
                "ms": int(seconds * 1000),
            },
        )


def of(connection: Connection, *, days: int = 30) -> list[dict[str, Any]]:
    """By capability, the most used first: calls, failures, milliseconds a call."""
    rows = _since(connection, days).values("capability")
    found = rows.annotate(
        all=Sum("calls"), failed=Sum("failures"), ms=Sum("milliseconds")
    )
    return [
        {
            "capability": row["capability"],
            "calls": row["all"],
            "failures": row["failed"],
            "milliseconds": round(row["ms"] / row["all"]),
        }
        for row in found.order_by("-all", "capability")
    ]


def by_day(connection: Connection, *, days: int = 30) -> list[tuple[date, int, int]]:
    """Day, calls, failures: every day of them, also those with none."""
    found = {
        row["day"]: (row["all"], row["failed"])
        for row in _since(connection, days)
        .values("day")
        .annotate(all=Sum("calls"), failed=Sum("failures"))
    }
    today = timezone.now().date()
    every = [today - timedelta(days=back) for back in reversed(range(days))]
    return [(day, *found.get(day, (0, 0))) for day in every]


def _since(connection: Connection, days: int) -> Any:
    first = timezone.now().date() - timedelta(days=days - 1)
    return Usage.objects.filter(connection=connection, day__gte=first).order_by()
