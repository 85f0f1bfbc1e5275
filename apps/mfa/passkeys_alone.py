"""Whether a passkey is a sign-in by itself, or a second step only."""

from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.mfa.models import FactorState


def may(key: Any) -> bool:
    """Not while a new password has to be chosen, and not one from a time when somebody
    else may have been in."""
    user: User = key.user
    if user.frozen_at is not None or not user.has_usable_password():
        return False
    state = FactorState.objects.filter(user=user).first()
    since = state.passkeys_alone_from if state else None
    return since is None or bool(key.created_at >= since)


def begin_anew(user: User) -> None:
    """None that there is may: one may be whoever's else. Those made from now on are the
    owner's."""
    FactorState.objects.update_or_create(
        user=user, defaults={"passkeys_alone_from": timezone.now()}
    )
