"""Connections as after a handshake, without one."""

from datetime import timedelta

from django.utils import timezone

from apps.accounts.models import User
from apps.integrations import granted
from apps.integrations import provider as shelf
from apps.integrations.models import Connection, Token
from apps.integrations.models.token import Secrets


def connected(
    user: User, provider: str, features: list[str] | None = None
) -> Connection:
    """With all that its provider has, unless told otherwise; its token is "token"."""
    declared, now = shelf.named(provider), timezone.now()
    chosen = list(declared.by_id) if features is None else features
    row = Connection.objects.create(
        user=user,
        provider=provider,
        uid=user.email,
        label=user.email,
        features=chosen,
        connected_at=now,
    )
    token = Token(connection=row, expires_at=now + timedelta(hours=1), refreshed_at=now)
    token.seal(Secrets("token", "renewal"))
    token.save()
    granted.record(row, declared.scopes_for(chosen))
    return row
