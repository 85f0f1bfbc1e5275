"""Nothing is read or written at a provider until its person says so again, and no account
elsewhere is a way in: the way back is a new password through the letter."""

from allauth.socialaccount.models import SocialAccount

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


def unlink_all(user: User) -> None:
    SocialAccount.objects.filter(user=user).delete()


ON_PANIC = (pause_all, unlink_all)
