"""What operators do about a connection of somebody, for a reason that stays on record."""

from typing import Any

from apps.integrations import connections, standing
from apps.integrations.consents import Channel
from apps.integrations.models import Connection


def pause(*, by: Any, row: Connection, reason: str) -> None:
    """Nothing is read, written or renewed until an operator resumes it. Raises
    Conflict, NotFound."""
    connections.pause(
        row=row,
        channel=Channel.OPERATOR,
        reason=Connection.Reason.OPERATOR,
        by=by,
        words=reason,
    )


def resume(*, by: Any, row: Connection, reason: str) -> None:
    """The assistant may use it again. Raises Conflict, NotFound."""
    connections.resume(row=row, channel=Channel.OPERATOR, by=by, words=reason)


def disconnect(*, by: Any, row: Connection, reason: str) -> None:
    """Its secrets are gone, and its person is told. Raises NotFound."""
    connections.disconnect(row=row, channel=Channel.OPERATOR, by=by, words=reason)
    standing.tell_ended(row)
