"""Proving a second factor: the only page that asks a device whether a code is right.

Every answer is paid for before it is looked at: in Redis (per person), in the database
(per challenge, and per person since the last good code), and by the device itself,
whose row is locked while it compares. What was not charged is not compared.
"""

import math
from datetime import datetime

import django_otp
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, ngettext

from apps.accounts import guessing
from apps.accounts.models import User
from apps.core.errors import Conflict, Invalid, TooMany
from apps.mfa import notices
from apps.mfa.factor import Factor, named
from apps.mfa.models import Challenge, LostFactors, WrongCodes
from apps.mfa.models.challenge import session_digest
from apps.mfa.models.device import Device
from apps.rbac import audit

Purpose = Challenge.Purpose

VERIFY, SEND = "mfa.code.verify", "mfa.code.send"


class WrongCode(Invalid):
    code = "incorrect_code"
    sentence = gettext_noop(
        "That code is not right, or it was used already. Try the next one."
    )


class Spent(Invalid):
    """The challenge is over: whatever it belongs to starts again."""

    code = "challenge_over"
    sentence = gettext_noop("That took too many tries or too long. Please start again.")


def current(
    *, user: User, factor: str, purpose: str, session: str, device: Device | None = None
) -> Challenge | None:
    """The challenge of this attempt that can still be answered; with `device`, one of
    that device."""
    found = Challenge.objects.filter(
        user=user,
        factor=factor,
        purpose=purpose,
        session_digest=session_digest(session),
        consumed_at=None,
        expires_at__gt=timezone.now(),
    )
    if device is not None:
        found = found.filter(device_id=device.persistent_id)
    return found.order_by("created_at").last()


def begin(
    *,
    user: User,
    factor: str,
    purpose: str,
    session: str,
    device: Device | None = None,
    is_known: bool = True,
) -> Challenge:
    """The open challenge of this attempt, or a new one; sends what there is to send.

    `session` names the sign-in that may answer it. `device` is one that is being set
    up; otherwise it is the person's own. `is_known`: whether anything but the password
    says that it is they. Raises `Conflict` when they have none, and what sending raises.
    """
    declared = named(factor)
    found = device or declared.device(user)
    if found is None:
        raise Conflict(gettext("That is not set up for you."), code="not_enrolled")
    challenge, is_new = _open(user, declared, found, purpose, session, is_known)
    if is_new and declared.is_sent:
        try:
            send(challenge)
        except Exception:
            _close(challenge)
            raise
    return challenge


def insist_typed(name: str) -> None:
    """A code that has to be sent is asked for first. Raises `Invalid`."""
    if named(name).is_sent:
        raise Invalid(gettext("Ask for a code first."), code="nothing_sent")


def send(challenge: Challenge) -> None:
    """Text the code, or a new one. Raises `TooMany`, `Unavailable`, `Conflict`."""
    deliver = named(challenge.factor).send
    assert deliver is not None  # asked for of what is sent only
    with transaction.atomic():
        deliver(challenge)
        audit.done(
            SEND,
            actor=challenge.user,
            obj=challenge,
            private={"factor": challenge.factor, "purpose": challenge.purpose},
        )


def verify(challenge: Challenge, typed: str) -> Device:
    """The device that the code proves. Good once.

    Raises `Invalid` for what is no code (nothing is counted), `WrongCode`, `Spent`,
    `TooMany` and `Unavailable`.
    """
    factor = named(challenge.factor)
    code = factor.tidied(typed)
    device = Device.from_persistent_id(challenge.device_id)
    if device is None:
        # Replaced or removed meanwhile: the next attempt asks the device of today.
        _close(challenge)
        raise Spent
    if factor.can_be_guessed:
        _insist_ready(challenge)
    key = f"{challenge.user_id}:{challenge.side}:{factor.id}"
    ticket = guessing.CODES.charge(key)
    _charge(challenge, factor)
    found: Device | None = django_otp.verify_token(
        challenge.user, challenge.device_id, factor.token(challenge, code)
    )
    # Apps and paper take a code once by themselves; of a text two may be right at once.
    # (A wrong last try may have closed the challenge a moment before.)
    counts = found is not None and (_close(challenge) or not factor.is_sent)
    if found is None or not counts:
        raise _refusal(challenge)
    guessing.CODES.give_back(key, ticket)
    proved(challenge.user, _counted(challenge))
    _recorded(challenge, allowed=True)
    return found


def proved(user: User, wrong: QuerySet[WrongCodes]) -> None:
    """A factor was: the wrong ones before it are forgotten, and none is lost."""
    wrong.delete()
    LostFactors.objects.filter(user=user).end(LostFactors.Ended.PROVED)


def _open(
    user: User,
    factor: Factor,
    device: Device,
    purpose: str,
    session: str,
    is_known: bool,
) -> tuple[Challenge, bool]:
    now = timezone.now()
    place = {
        "user": user,
        "device_id": device.persistent_id,
        "purpose": purpose,
        "session_digest": session_digest(session),
    }
    ours = Challenge.objects.filter(consumed_at=None, **place)
    ours.filter(expires_at__lte=now).update(consumed_at=now)
    until = now + Challenge.GOOD_FOR
    try:
        with transaction.atomic():
            made = Challenge.objects.create(
                **place, factor=factor.id, expires_at=until, is_known=is_known
            )
            return made, True
    except IntegrityError:
        # There is one, perhaps begun this very moment by another request.
        found = ours.first()
        if found is None:
            raise Spent from None
        return found, False


def _counted(challenge: Challenge) -> QuerySet[WrongCodes]:
    return WrongCodes.objects.filter(user=challenge.user, is_known=challenge.is_known)


def _insist_ready(challenge: Challenge) -> None:
    """Nothing is charged for an answer that would not be looked at anyway."""
    wrong = _counted(challenge).first()
    if wrong is not None and wrong.pause:
        raise _frozen(wrong.pause) if wrong.is_frozen else _wait(wrong.pause)


@transaction.atomic(durable=True)
def _charge(challenge: Challenge, factor: Factor) -> None:
    """Durable: inside a transaction of the caller it could be rolled back, unpaid."""
    charged = Challenge.objects.filter(
        pk=challenge.pk,
        consumed_at=None,
        expires_at__gt=timezone.now(),
        attempts__lt=guessing.TRIES_PER_CHALLENGE,
    ).update(attempts=F("attempts") + 1)
    if not charged:
        raise Spent
    if factor.can_be_guessed and not WrongCodes.objects.charge(
        challenge.user, is_known=challenge.is_known
    ):
        # Another one was given this very moment.
        _insist_ready(challenge)
        raise _wait(timezone.now())
    challenge.refresh_from_db(fields=["attempts"])


def _close(challenge: Challenge) -> bool:
    """False when it was over already: of two right answers one counts."""
    still_open = Challenge.objects.filter(pk=challenge.pk, consumed_at=None)
    return bool(still_open.update(consumed_at=timezone.now()))


def _refusal(challenge: Challenge) -> Invalid:
    """What to say; after the last try the challenge is over."""
    _recorded(challenge, allowed=False)
    wrong = _counted(challenge).first()
    if named(challenge.factor).can_be_guessed and wrong and wrong.is_frozen:
        notices.frozen(challenge.user, is_known=challenge.is_known)
    if challenge.attempts >= guessing.TRIES_PER_CHALLENGE:
        _close(challenge)
        return Spent()
    return WrongCode()


def _recorded(challenge: Challenge, *, allowed: bool) -> None:
    audit.decided(
        VERIFY,
        allowed=allowed,
        subject=challenge.user,
        obj=challenge,
        reason="" if allowed else "bad_code",
        private={"factor": challenge.factor, "purpose": challenge.purpose},
    )


def _wait(until: datetime) -> TooMany:
    seconds = max(1, math.ceil((until - timezone.now()).total_seconds()))
    words = ngettext(
        "After a wrong code there is a pause. Wait %(seconds)s second.",
        "After a wrong code there is a pause. Wait %(seconds)s seconds.",
        seconds,
    )
    return TooMany(
        words % {"seconds": seconds},
        retry_after=seconds,
        code="pause",
    )


def _frozen(until: datetime) -> TooMany:
    seconds = max(1, math.ceil((until - timezone.now()).total_seconds()))
    return TooMany(
        gettext("There were too many wrong codes. Use a passkey or a recovery code."),
        retry_after=seconds,
        code="frozen",
    )
