"""Somebody had taken an account over and changed its address; its owner has it back.

What was connected since goes: what the assistant writes would go there.
"""

from datetime import datetime

from apps.accounts.models import User
from apps.integrations import connections
from apps.integrations.consents import Channel
from apps.integrations.models import Connection


def disconnect_new(user: User, since: datetime) -> None:
    for row in Connection.objects.owned_by(user).filter(created_at__gte=since):
        connections.disconnect(row=row, channel=Channel.SYSTEM)


ON_REVERT = (disconnect_new,)
