"""No browser is trusted any more, and no loss of factors goes on."""

from apps.accounts.models import KnownBrowser, User
from apps.mfa.models import LostFactors


def trust_no_browser(user: User) -> None:
    KnownBrowser.objects.filter(user=user).update(trusted_until=None, trusted_for="")


def stop_losses(user: User) -> None:
    """Whoever is in might have begun it; frozen, nobody begins another (lost.py)."""
    LostFactors.objects.filter(user=user).end(LostFactors.Ended.VETO)


ON_PANIC = (trust_no_browser, stop_losses)
