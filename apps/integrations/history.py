"""What happened between us and a provider: for its page, for operators, for alarms."""

from datetime import timedelta
from typing import Any

from apps.core.request_ids import current_request_id
from apps.integrations.metrics import FLOWS, REFRESH_SECONDS, REFRESHES, REVOCATIONS
from apps.integrations.models import Connection, OAuthEvent
from apps.integrations.provider import Provider

Kind = OAuthEvent.Kind

_COUNTERS = {
    Kind.STARTED.value: FLOWS,
    Kind.CONNECTED.value: FLOWS,
    Kind.NOT_CONNECTED.value: FLOWS,
    Kind.REFRESH.value: REFRESHES,
    Kind.REVOKE.value: REVOCATIONS,
}


def record(
    kind: str,
    *,
    provider: Provider,
    outcome: str,
    user: Any = None,
    connection: Connection | None = None,
    code: str = "",
    took: timedelta | None = None,
) -> OAuthEvent:
    """In the caller's transaction; counted for Prometheus as well."""
    if counter := _COUNTERS.get(kind):
        counter.labels(provider.id, outcome).inc()
    if kind == Kind.REFRESH and took is not None:
        REFRESH_SECONDS.labels(provider.id).observe(took.total_seconds())
    return OAuthEvent.objects.create(
        kind=kind,
        provider=provider.id,
        user_id=connection.user_id if connection else getattr(user, "pk", None),
        connection=connection,
        outcome=outcome,
        code=code[:60],
        milliseconds=None if took is None else int(took / timedelta(milliseconds=1)),
        request_id=current_request_id(),
    )
