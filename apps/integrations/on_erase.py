"""Before a person's rows go, their grants are on the way back to the providers."""

from apps.accounts.models import User
from apps.integrations import connections
from apps.integrations.consents import Channel
from apps.integrations.models import Connection


def disconnect_all(user: User) -> None:
    for row in Connection.objects.owned_by(user):
        connections.disconnect(row=row, channel=Channel.SYSTEM)


ON_ERASE = (disconnect_all,)
