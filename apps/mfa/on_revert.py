"""Somebody had taken an account over and changed its address; its owner has it back."""

from datetime import datetime

from apps.accounts.models import User
from apps.mfa import enrolment, lost, passkeys_alone, trusted


def trust_nothing(user: User, since: datetime) -> None:
    trusted.forget(user)
    lost.stop(user)
    passkeys_alone.begin_anew(user)


ON_REVERT = (enrolment.take_back, trust_nothing)
