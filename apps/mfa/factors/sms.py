"""Codes by text, to a verified phone of the person's own."""

import secrets
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext, gettext_noop

from apps.accounts import guessing
from apps.accounts.models import User
from apps.core import languages
from apps.core.errors import Conflict
from apps.mfa.factor import Factor
from apps.mfa.models import Challenge, SMSDevice
from apps.mfa.models.challenge import code_digests
from apps.sms import outbox, texted_codes
from apps.sms.areas import area
from apps.sms.models import OutboundText

UNREACHABLE = gettext_noop(
    "We cannot text that phone: it was given up, or has opted out with STOP. Use "
    "another way."
)
SPENT = gettext_noop(
    "We may send no more codes there for now. Use another way, or try again later."
)


def enrolled(user: User) -> "QuerySet[Any]":
    """Also of a number that was given up: whoever gives it up must not thereby need no
    second factor any more."""
    found: QuerySet[Any] = SMSDevice.objects.filter(user=user, confirmed=True)
    return found


def device(user: User) -> SMSDevice | None:
    return enrolled(user).select_related("phone").first()


def send(challenge: Challenge) -> None:
    """Text a new code; an earlier one for the same attempt dies.

    Raises `TooMany`, `Unavailable`, or `Conflict` for a phone we cannot text.
    """
    found = SMSDevice.from_persistent_id(challenge.device_id)
    if found is None or not found.is_reachable:
        raise Conflict(gettext(UNREACHABLE), code="unreachable")
    _charge(found, challenge.side)
    code = f"{secrets.randbelow(10**6):06}"
    with transaction.atomic():
        # Wrong answers stay counted: a new text is no new set of tries.
        Challenge.objects.filter(pk=challenge.pk).update(
            code_digest=code_digests(challenge.pk, code)[0], sends=F("sends") + 1
        )
        challenge.refresh_from_db()
        with languages.speaking(challenge.user.locale):
            body = texted_codes.words(code, challenge.purpose)
        text = outbox.queue(
            user=challenge.user,
            to=found.phone,
            body=body,
            kind=OutboundText.Kind.CODE,
            dedupe_key=f"mfa:{challenge.pk}:{challenge.sends}",
            secret=code,
        )
        if text is None:
            raise Conflict(gettext(UNREACHABLE), code="unreachable")
        if text.is_over_budget:
            raise Conflict(gettext(SPENT), code="over_budget")


def _charge(found: SMSDevice, side: str) -> None:
    """The pause first: who is only impatient pays for nothing else."""
    number = found.phone.e164
    to_number, person = f"{number}:{side}", f"{found.user_id}:{side}"
    guessing.TEXT_PAUSE.charge(to_number)
    guessing.TEXTS_PER_PERSON.charge(person)
    guessing.TEXTS_PER_PERSON_A_DAY.charge(person)
    guessing.TEXTS_PER_NUMBER.charge(to_number)
    guessing.TEXTS_PER_AREA.charge(area(number))
    guessing.TEXTS_A_DAY.charge("")


FACTOR = Factor(
    id="sms",
    name=gettext_noop("Code by text"),
    words=gettext_noop("Get a code by text"),
    allauth_type="",
    enrolled=enrolled,
    device=device,
    token=lambda challenge, code: f"{challenge.pk}:{code}",
    send=send,
    rank=20,
)
