"""No browser is trusted any more, and no loss of factors goes on."""

from apps.accounts.models import User
from apps.mfa.models import LostFactors, TrustedBrowser


def forget_browsers(user: User) -> None:
    TrustedBrowser.objects.filter(user=user).delete()


def stop_losses(user: User) -> None:
    """Whoever is in might have begun it; frozen, nobody begins another (lost.py)."""
    LostFactors.objects.filter(user=user).end(LostFactors.Ended.VETO)


ON_PANIC = (forget_browsers, stop_losses)
