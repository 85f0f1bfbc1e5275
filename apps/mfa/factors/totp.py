"""Codes from an authenticator app."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from apps.accounts.models import User
from apps.mfa.factor import Factor
from apps.mfa.models import TOTPDevice


def enrolled(user: User) -> "QuerySet[Any]":
    found: QuerySet[Any] = TOTPDevice.objects.filter(user=user, confirmed=True)
    return found


def device(user: User) -> TOTPDevice | None:
    return enrolled(user).first()


FACTOR = Factor(
    id="totp",
    name=gettext_noop("Authenticator app"),
    words=gettext_noop("Enter the code that your app shows"),
    allauth_type="totp",
    enrolled=enrolled,
    device=device,
    rank=10,
)
