"""Passkeys and security keys, kept and checked by allauth.mfa."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_noop

from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.mfa.factor import Factor


def keys(user: User) -> "QuerySet[Any]":
    kind = Authenticator.Type.WEBAUTHN
    found: QuerySet[Any] = Authenticator.objects.filter(user=user, type=kind)
    return found.order_by("pk")


def tidied(typed: str) -> str:
    raise Invalid(gettext("A passkey has no code to type."), code="incorrect_code")


FACTOR = Factor(
    id="webauthn",
    name=gettext_noop("Passkey"),
    words=gettext_noop("Use a passkey"),
    allauth_type="webauthn",
    enrolled=keys,
    tidied=tidied,
    is_typed=False,
    can_be_guessed=False,
)
