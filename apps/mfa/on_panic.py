"""No browser is trusted any more, no loss of factors goes on, and no passkey is enough
by itself."""

from django.utils import timezone

from apps.accounts.models import KnownBrowser, User
from apps.mfa.models import FactorState, LostFactors


def trust_no_browser(user: User) -> None:
    KnownBrowser.objects.filter(user=user).update(trusted_until=None, trusted_for="")


def stop_losses(user: User) -> None:
    """Whoever is in might have begun it; frozen, nobody begins another (lost.py)."""
    LostFactors.objects.filter(user=user).end(LostFactors.Ended.VETO)


def let_no_passkey_in_alone(user: User) -> None:
    """One may be whoever's else; those made from now on are the owner's."""
    FactorState.objects.update_or_create(
        user=user, defaults={"passkeys_alone_from": timezone.now()}
    )


ON_PANIC = (trust_no_browser, stop_losses, let_no_passkey_in_alone)
