"""Tokens are renewed before they are needed, and used before they die of idleness.

What is used is renewed some minutes before its end, so that nobody who texts waits for
it. What lies still is renewed once a month: some providers forget a grant that is not
used for months. A job for each, so that a slow provider holds up nobody else's.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.core.errors import AppError
from apps.core.kinds import Queue, Retry, job
from apps.integrations import tokens
from apps.integrations.models import Connection, Token
from apps.jobs import jobs

EVERY = timedelta(minutes=5)
AHEAD = timedelta(minutes=10)
_USED_WITHIN = timedelta(days=7)
_IDLE = timedelta(days=30)
# At most so many in one round; the next comes in minutes.
_MOST = 5_000


@job("integrations.refresh_due", seconds=120)
def refresh_due() -> None:
    """Ask for a renewal of each that is due."""
    for pk, generation in due()[:_MOST].values_list("pk", "token__generation"):
        jobs.enqueue(refresh, pk, key=f"{pk}:{generation}")


def due() -> "QuerySet[Connection]":
    now = timezone.now()
    soon = Q(
        token__expires_at__lt=now + AHEAD, last_used_at__gt=now - _USED_WITHIN
    ) | Q(token__expires_at__lt=now + AHEAD, connected_at__gt=now - _USED_WITHIN)
    idle = Q(token__refreshed_at__lt=now - _IDLE, token__expires_at__isnull=False)
    ready = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
    usable = Connection.objects.usable().filter(ready, user__is_active=True)
    return usable.filter(soon | idle).order_by(F("token__expires_at").asc())


def about(row: Connection, token: Token) -> datetime | None:
    """When it is renewed next, as far as can be told; None for one that is not."""
    if not row.is_usable or token.expires_at is None:
        return None
    due = token.expires_at - AHEAD
    lately = max(row.connected_at, row.last_used_at or row.connected_at)
    if due - lately >= _USED_WITHIN:
        due = max(due, token.refreshed_at + _IDLE)
    return max(due, row.next_attempt_at or due, timezone.now())


# It comes round again by itself, and how it went is kept with the connection.
@job("integrations.refresh", queue=Queue.MAIL, seconds=60, retry=Retry(tries=1))
def refresh(connection_id: int) -> None:
    """Nothing is left to do where somebody else did it, or where its person has to."""
    row = Connection.objects.usable().filter(pk=connection_id).first()
    if row is None or not due().filter(pk=row.pk).exists():
        return
    try:
        tokens.renew_now(row)
    except AppError:
        # Kept as an event, and told to whoever has to do something.
        return
