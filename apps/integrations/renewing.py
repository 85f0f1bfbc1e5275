"""What is told of the token of a connection: whether it renews itself, and when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.core.vault import Unreadable
from apps.integrations import keeping_fresh
from apps.integrations.models import Connection, Token


class Kind(StrEnum):
    # Nothing is kept (any more).
    NONE = "none"
    # It runs out, and is renewed before.
    RENEWS = "renews"
    # Its provider says nothing of an end; it is renewed when it is refused.
    LASTS = "lasts"
    # It runs out, and there is nothing to renew it with.
    ENDS = "ends"
    # A key is missing: our own fault.
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Renewing:
    kind: Kind
    renewed_at: datetime | None = None
    ends_at: datetime | None = None
    # About then, or when it is used next; None while it is not renewed.
    next_at: datetime | None = None
    # Tries that failed in a row.
    failures: int = 0

    @property
    def can_be_renewed(self) -> bool:
        return self.kind in (Kind.RENEWS, Kind.LASTS)


def of(row: Connection) -> Renewing:
    """One query."""
    token = Token.objects.filter(pk=row.pk).first()
    if token is None:
        return Renewing(Kind.NONE)
    token.connection = row
    return Renewing(
        _kind(token),
        token.refreshed_at,
        token.expires_at,
        keeping_fresh.about(row, token),
        row.failures,
    )


def _kind(token: Token) -> Kind:
    try:
        has_more = bool(token.open().refresh)
    except (Unreadable, ValueError):
        return Kind.UNREADABLE
    if token.expires_at is None:
        return Kind.LASTS
    return Kind.RENEWS if has_more else Kind.ENDS
