"""Somebody had taken an account over and changed its address; its owner has it back."""

from datetime import datetime

from allauth.mfa.models import Authenticator

from apps.accounts.models import User
from apps.mfa import factor, notices
from apps.mfa.models import RecoveryDevice, SMSDevice, TOTPDevice, WrongCodes
from apps.mfa.on_panic import let_no_passkey_in_alone, stop_losses, trust_no_browser


def forget_new_factors(user: User, since: datetime) -> None:
    """Those that were set up since the address was changed are not the owner's."""
    gone = 0
    for model in (TOTPDevice, SMSDevice, Authenticator, RecoveryDevice):
        gone += model.objects.filter(user=user, created_at__gte=since).delete()[0]
    if gone:
        if not factor.are_set_up(user):
            RecoveryDevice.objects.filter(user=user).delete()
        WrongCodes.objects.filter(user=user).delete()
        notices.factors_taken_back(user)


def trust_nothing(user: User, since: datetime) -> None:
    """A passkey from before it is enough by itself no more."""
    trust_no_browser(user)
    stop_losses(user)
    let_no_passkey_in_alone(user)


ON_REVERT = (forget_new_factors, trust_nothing)
