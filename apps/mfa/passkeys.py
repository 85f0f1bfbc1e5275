"""What allauth.mfa, which keeps the passkeys, tells and asks us."""

from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.http import HttpRequest

from apps.accounts.models import User
from apps.mfa import challenges, enforcement, enrolment, proofs
from apps.mfa.factors.passkey import FACTOR
from apps.mfa.models import WrongCodes
from apps.rbac import audit


@receiver(signals.authenticator_added)
@transaction.atomic
def _added(request: HttpRequest, user: User, **_: Any) -> None:
    enrolment.added(user, FACTOR)
    # Setting it up proves it, like a code.
    proofs.record(request, user, FACTOR.id)
    enforcement.met(request)


@receiver(pre_delete, sender=Authenticator)
def _removing(instance: Authenticator, origin: Any, **_: Any) -> None:
    """One key, whatever page or client asks. An account that is deleted takes all of
    them along, and so does a reset (lost.py)."""
    if not isinstance(origin, Authenticator):
        return
    # Held until it is gone: of two that are the last, one stays.
    User.objects.locked(instance.user_id)
    if Authenticator.objects.filter(user_id=instance.user_id).count() == 1:
        enrolment.insist_removable(instance.user, FACTOR)


@receiver(signals.authenticator_removed)
@transaction.atomic
def _removed(user: User, **_: Any) -> None:
    enrolment.removed(user, FACTOR, by=user)


@receiver(signals.authenticator_used)
def _used(user: User, **_: Any) -> None:
    challenges.proved(user, WrongCodes.objects.filter(user=user))
    audit.decided(
        challenges.VERIFY, allowed=True, subject=user, private={"factor": FACTOR.id}
    )
