"""No browser is trusted any more."""

from apps.accounts.models import User
from apps.mfa.models import TrustedBrowser


def forget_browsers(user: User) -> None:
    TrustedBrowser.objects.filter(user=user).delete()


ON_PANIC = (forget_browsers,)
