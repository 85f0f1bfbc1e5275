"""Setting factors up and taking them away.

A factor counts once a code of it was given. What changes is recorded and told to the
owner; recovery codes come with the first factor and go with the last.
"""

import base64
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import segno
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts import cookies, sessions
from apps.accounts.models import User
from apps.core.errors import Conflict, NotFound
from apps.mfa import challenges, enforcement, factor, notices
from apps.mfa.factors import recovery
from apps.mfa.factors import sms as texts
from apps.mfa.factors import totp
from apps.mfa.models import (
    Challenge,
    FactorState,
    RecoveryCode,
    RecoveryDevice,
    SMSDevice,
    TOTPDevice,
    WrongCodes,
)
from apps.mfa.models.device import Device
from apps.mfa.models.recovery import SELECTOR_LENGTH, VERIFIER_LENGTH
from apps.rbac import audit
from apps.sms import line_types
from apps.sms.models import PhoneNumber

CODES = 10
# A secret that is shown waits no longer for its first code.
SET_UP_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Setup:
    """What an authenticator app needs: the picture, or the key to type."""

    qr: str
    key: str
    url: str


@transaction.atomic
def begin_totp(*, user: User) -> None:
    """A new secret. An app that is set up already goes on until this one is confirmed."""
    _lock(user)
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    TOTPDevice.make(user, confirmed=False)


def totp_setup(user: User) -> Setup | None:
    """What was begun and waits for its first code."""
    device = _begun(TOTPDevice, user)
    if device is None:
        return None
    issuer = settings.OTP_TOTP_ISSUER
    given = {
        "secret": device.key,
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": 6,
        "period": 30,
    }
    label = quote(f"{issuer}:{user.email}", safe=":")
    url = f"otpauth://totp/{label}?{urlencode(given, quote_via=quote)}"
    code = segno.make(url, error="m", micro=False)
    spaced = " ".join(device.key[i : i + 4] for i in range(0, len(device.key), 4))
    return Setup(code.svg_data_uri(scale=4, border=1), spaced, url)


def confirm_totp(*, user: User, code: str, session: str) -> list[str]:
    """The first code of the new app. Recovery codes to show, if these are the first.

    Raises what `challenges.verify` raises, and Conflict when nothing was begun.
    """
    return _confirm(_begun(TOTPDevice, user), totp.FACTOR, code, session)


def begin_sms(*, user: User, number: UUID, session: str) -> Challenge:
    """Text a code to one of the person's verified phones, or another one.

    Raises NotFound, Conflict for a line that is no mobile phone's, and what sending
    raises.
    """
    own = PhoneNumber.objects.owned_by(user).verified()
    found = own.filter(public_id=number).first()
    if found is None:
        raise NotFound(
            gettext("That phone is not verified. Link it under Phones first.")
        )
    line_types.insist_proof(found)
    place: dict[str, Any] = {
        "user": user,
        "factor": texts.FACTOR.id,
        "purpose": Challenge.Purpose.ENROL,
        "session": session,
    }
    device = sms_setup(user)
    waiting = challenges.current(**place, device=device)
    if device and waiting and device.phone_id == found.pk:
        # Asked again: when that was too soon, the code that was sent stays good.
        challenges.send(waiting)
        return waiting
    with transaction.atomic():
        _lock(user)
        SMSDevice.objects.filter(user=user, confirmed=False).delete()
        device = SMSDevice.objects.create(
            user=user, phone=found, name="Code by text", confirmed=False
        )
    return challenges.begin(**place, device=device)


def sms_setup(user: User) -> SMSDevice | None:
    """The phone that waits for its first code."""
    found: SMSDevice | None = _begun(SMSDevice, user)
    return found


def confirm_sms(*, user: User, code: str, session: str) -> list[str]:
    """As `confirm_totp`."""
    return _confirm(_begun(SMSDevice, user), texts.FACTOR, code, session)


@transaction.atomic
def remove(*, user: User, name: str) -> None:
    """Take a typed factor away. Raises Conflict for the last one of somebody who may
    not be without, and for recovery codes, which go with the last factor."""
    declared = factor.named(name)
    _lock(user)
    device = declared.device(user)
    if device is None or declared.is_backup:
        raise Conflict(gettext("That is not set up for you."), code="not_enrolled")
    insist_removable(user, declared)
    device.delete()
    removed(user, declared, by=user)


def insist_removable(user: User, declared: factor.Factor) -> None:
    """Raises Conflict."""
    if factor.is_last(user, declared) and enforcement.is_required(user):
        raise Conflict(
            gettext(
                "Your role needs a second factor. Set up another one before you "
                "remove this."
            ),
            code="last_factor",
        )


def added(user: User, declared: factor.Factor, **private: Any) -> None:
    """What follows once a factor was proved for the first time."""
    FactorState.objects.update_or_create(user=user, defaults={"enforced_at": None})
    audit.done(
        "mfa.factor.add",
        actor=user,
        subject=user,
        after={"factor": declared.id},
        private=private or None,
    )
    _others_out(user)
    notices.added(user, declared.name)


def removed(user: User, declared: factor.Factor, *, by: User) -> None:
    """What follows once a factor is gone."""
    if not factor.are_set_up(user):
        RecoveryDevice.objects.filter(user=user).delete()
    audit.done(
        "mfa.factor.remove", actor=by, subject=user, before={"factor": declared.id}
    )
    _others_out(user)
    notices.removed(user, declared.name)


def take_back(user: User, since: datetime) -> None:
    """What was set up since then is not the owner's. Recovery codes go with it, or with
    the last factor."""
    gone = 0
    for model in (TOTPDevice, SMSDevice, Authenticator, RecoveryDevice):
        gone += model.objects.filter(user=user, created_at__gte=since).delete()[0]
    if gone:
        if not factor.are_set_up(user):
            RecoveryDevice.objects.filter(user=user).delete()
        WrongCodes.objects.filter(user=user).delete()
        notices.factors_taken_back(user)


def new_recovery_codes(*, user: User) -> list[str]:
    """Ten codes to show this once; older ones are dead. Raises Conflict for somebody
    without a factor, who would only have a second password."""
    if not factor.are_set_up(user):
        raise Conflict(gettext("Set up a second factor first."), code="not_enrolled")
    fresh = _fresh_codes()
    with transaction.atomic():
        _lock(user)
        _keep(user, fresh)
        audit.done("mfa.recovery.regenerate", actor=user, subject=user)
        _others_out(user)
        notices.recovery_codes_made(user)
    return list(fresh)


def is_only_one_left(known: Sequence[factor.Factor], codes_left: int) -> bool:
    """Whether losing one thing would leave nothing but waiting: a single factor, and
    at most two recovery codes beside it."""
    real = [each for each in known if not each.is_backup]
    return len(real) == 1 and codes_left <= 2


def _confirm(
    device: Device | None, declared: factor.Factor, code: str, session: str
) -> list[str]:
    if device is None:
        raise Conflict(
            gettext("That took too long. Please start again."), code="not_begun"
        )
    user: User = device.user
    place: dict[str, Any] = {
        "user": user,
        "factor": declared.id,
        "purpose": Challenge.Purpose.ENROL,
        "session": session,
        "device": device,
    }
    challenge = challenges.current(**place)
    if challenge is None:
        challenges.insist_typed(declared.id)
        challenge = challenges.begin(**place)
    challenges.verify(challenge, code)
    fresh = {} if recovery.device(user) else _fresh_codes()
    with transaction.atomic():
        _lock(user)
        model = type(device)
        model.objects.filter(user=user, confirmed=True).delete()
        if not model.objects.filter(pk=device.pk).update(confirmed=True):
            raise Conflict(
                gettext("That took too long. Please start again."), code="not_begun"
            )
        if fresh:
            _keep(user, fresh)
        added(user, declared)
    return list(fresh)


def _begun(model: type[Any], user: User) -> Any:
    since = timezone.now() - SET_UP_WITHIN
    begun = model.objects.filter(user=user, confirmed=False, created_at__gt=since)
    return begun.order_by("pk").last()


def _fresh_codes() -> dict[str, str]:
    """Code → hash of its verifier. Ten hashes take seconds, so on all processors and
    before any lock is taken."""
    codes: dict[str, str] = {}
    while len(codes) < CODES:
        code = base64.b32encode(secrets.token_bytes(10)).decode()
        assert len(code) == SELECTOR_LENGTH + VERIFIER_LENGTH
        if code[:SELECTOR_LENGTH] not in {each[:SELECTOR_LENGTH] for each in codes}:
            codes[code] = ""
    with ThreadPoolExecutor(max_workers=4) as pool:
        hashes = pool.map(make_password, [code[SELECTOR_LENGTH:] for code in codes])
        return dict(zip(codes, hashes, strict=True))


def _keep(user: User, fresh: dict[str, str]) -> None:
    RecoveryDevice.objects.filter(user=user).delete()
    device = RecoveryDevice.objects.create(user=user, name="Recovery codes")
    RecoveryCode.objects.bulk_create(
        RecoveryCode(device=device, selector=code[:SELECTOR_LENGTH], verifier_hash=kept)
        for code, kept in fresh.items()
    )


def _others_out(user: User) -> None:
    """What was signed in under the old factors, but for where they are changed."""
    sessions.end_others(user, sessions.Ending.FACTORS, but=cookies.here(user))


def _lock(user: User) -> None:
    """Changes to one person's factors take turns."""
    User.objects.select_for_update().get(pk=user.pk)
