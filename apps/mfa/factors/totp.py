"""Codes from an authenticator app."""

from apps.accounts.models import User
from apps.mfa.factor import Factor
from apps.mfa.models import TOTPDevice


def device(user: User) -> TOTPDevice | None:
    found: TOTPDevice | None = TOTPDevice.objects.filter(
        user=user, confirmed=True
    ).first()
    return found


FACTOR = Factor(
    id="totp",
    name="Authenticator app",
    words="Enter the code that your app shows",
    allauth_type="totp",
    is_enrolled=lambda user: device(user) is not None,
    device=device,
    rank=10,
)
