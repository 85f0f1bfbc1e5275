"""Nothing is read or written at a provider until its person says so again."""

from apps.accounts.models import User
from apps.integrations import connections
from apps.integrations.consents import Channel
from apps.integrations.models import Connection


def pause_all(user: User) -> None:
    open_ones = Connection.objects.owned_by(user)
    for row in open_ones.exclude(status=Connection.Status.PAUSED):
        connections.pause(
            row=row, channel=Channel.SYSTEM, reason=Connection.Reason.PANIC
        )


ON_PANIC = (pause_all,)
