"""Everything is gone, phone and paper: the slow way back, and the operator's.

Whoever knows the password may begin it. Every channel announces it, with a link that
stops it, and every live session can stop it too; so can any factor that is proved. After
72 hours the next sign-in with the password removes the factors and leads to new ones.
"""

import hashlib
import math
import secrets
from datetime import timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext

from apps.accounts import guessing, letters, sessions
from apps.accounts.models import User
from apps.core import languages
from apps.core.errors import Conflict, Forbidden, NotFound, TooMany
from apps.mfa import factor, notices
from apps.mfa.models import (
    FactorState,
    LostFactors,
    RecoveryDevice,
    SMSDevice,
    TOTPDevice,
    WrongCodes,
)
from apps.rbac import assignments, audit
from apps.sms import cooling

Ended = LostFactors.Ended


def waiting(user: User) -> LostFactors | None:
    return LostFactors.objects.open(user).first()


def begin(*, user: User) -> LostFactors:
    """Announced before anything else happens; asked again, it is the one that waits.

    Raises `TooMany` for somebody who begins it again and again, Conflict while the
    account is frozen.
    """
    if user.frozen_at is not None:
        raise Conflict(
            gettext(
                "This account is frozen, and only a second factor opens it again. "
                "Ask us."
            ),
            code="frozen",
        )
    if found := waiting(user):
        return found
    with transaction.atomic():
        User.objects.locked(user.pk)
        # Under the lock: whoever presses twice has lost them once.
        if found := waiting(user):
            return found
        _insist_not_too_often(user)
        return _begun(user, secrets.token_urlsafe(32))


def _begun(user: User, token: str) -> LostFactors:
    LostFactors.objects.filter(user=user).end(Ended.OVER)
    made = LostFactors.objects.create(
        user=user,
        token_digest=_digest(token),
        ready_at=timezone.now() + LostFactors.WAIT,
    )
    audit.done("mfa.loss.begin", actor=user, subject=user, obj=made)
    _announce(made, token)
    return made


def _insist_not_too_often(user: User) -> None:
    """Counted by the rows there are. Raises TooMany."""
    limit = guessing.LOST_FACTORS
    week = timedelta(seconds=limit.seconds)
    since = timezone.now() - week
    begun = LostFactors.objects.filter(user=user, created_at__gt=since)
    if begun.count() >= limit.times:
        oldest = begun.order_by("created_at")[0].created_at
        wait = oldest + week - timezone.now()
        raise TooMany(retry_after=max(1, math.ceil(wait.total_seconds())))


def by_link(*, public_id: UUID, token: str) -> LostFactors:
    """Raises NotFound for a link that is not right, or whose time is over."""
    found = LostFactors.objects.filter(public_id=public_id, ended_at=None).first()
    if found is None or not constant_time_compare(found.token_digest, _digest(token)):
        raise NotFound(
            gettext("There is nothing to stop: it was stopped already, or is over.")
        )
    return found


def veto(*, user: User) -> None:
    """Whoever is signed in says that nothing is lost. Raises NotFound, or Conflict."""
    loss = waiting(user)
    if loss is None:
        raise NotFound(gettext("There is nothing to stop."))
    cancel(loss=loss, how=Ended.VETO)


def stop(user: User) -> None:
    """Whoever is in might have begun it; frozen, nobody begins another."""
    LostFactors.objects.filter(user=user).end(Ended.VETO)


def cancel(*, loss: LostFactors, how: str) -> None:
    """The owner says no. Raises Conflict when it is over already."""
    with transaction.atomic():
        if not LostFactors.objects.filter(pk=loss.pk).end(how):
            raise Conflict(gettext("It was stopped already, or is over."))
        audit.done("mfa.loss.cancel", subject=loss.user, obj=loss, reason=how)
        notices.loss_cancelled(loss.user)


def finish(user: User) -> bool:
    """Whether the time is over and nobody said no: then the factors are gone.

    For a sign-in whose password was right.
    """
    found = waiting(user)
    if found is None or not found.is_ready:
        return False
    with transaction.atomic():
        # What is set up at this moment is there by then, and goes too.
        User.objects.locked(user.pk)
        if not LostFactors.objects.filter(pk=found.pk).end(Ended.DONE):
            return False
        _remove_all(user)
        sessions.end_others(user, sessions.Ending.FACTORS)
        audit.done("mfa.loss.finish", actor=user, subject=user, obj=found)
        notices.factors_reset(user)
    return True


def reset(*, by: User, user: User, reason: str) -> None:
    """An operator removes somebody's factors; the next sign-in leads to new ones.

    All their sign-ins end; the password stays. Raises Forbidden for oneself or somebody
    who may do more, Conflict for somebody without a factor.
    """
    if by.pk == user.pk:
        raise Forbidden(gettext("Nobody resets their own factors."))
    assignments.insist_within_reach(by, user)
    with transaction.atomic():
        User.objects.locked(user.pk)
        before = [each.id for each in factor.of(user)]
        if not before:
            raise Conflict(gettext("They have no second factor."))
        LostFactors.objects.filter(user=user).end(Ended.OVER)
        _remove_all(user)
        sessions.end_others(user, sessions.Ending.FACTORS, by=by)
        audit.done(
            "mfa.factor.reset",
            actor=by,
            subject=user,
            obj=user,
            words=reason,
            before={"factors": before},
        )
        notices.factors_reset(user)


def _remove_all(user: User) -> None:
    FactorState.objects.update_or_create(
        user=user, defaults={"enforced_at": timezone.now()}
    )
    for model in (TOTPDevice, SMSDevice, RecoveryDevice, WrongCodes):
        model.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()


def _announce(loss: LostFactors, token: str) -> None:
    link = letters.public(
        reverse("mfa_lost_cancel", kwargs={"public_id": loss.public_id, "token": token})
    )
    notices.loss_begun(loss.user, loss.ready_at, link)
    day = loss.ready_at.astimezone(loss.user.zone)
    with languages.speaking(loss.user.locale):
        facts = {"day": day, "url": settings.PUBLIC_URL}
        body = languages.text("lost_factors", facts)
    cooling.warn(
        user=loss.user,
        body=body,
        dedupe_key=f"mfa-loss:{loss.public_id}",
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
