"""Recovery codes: ten on paper, each good once."""

import re
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_noop

from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.mfa.factor import Factor
from apps.mfa.models import RecoveryDevice
from apps.mfa.models.recovery import SELECTOR_LENGTH, VERIFIER_LENGTH

# Base32 (RFC 4648): no 0, 1, 8 or 9 to mistake for a letter.
_SHAPE = re.compile(f"[A-Z2-7]{{{SELECTOR_LENGTH + VERIFIER_LENGTH}}}", re.ASCII)


def enrolled(user: User) -> "QuerySet[Any]":
    found: QuerySet[Any] = RecoveryDevice.objects.filter(user=user, confirmed=True)
    return found


def device(user: User) -> RecoveryDevice | None:
    return enrolled(user).first()


def tidied(typed: str) -> str:
    code = typed.replace(" ", "").replace("-", "").upper()
    if len(typed) > 40 or not typed.isascii() or not _SHAPE.fullmatch(code):
        raise Invalid(
            gettext("A recovery code has sixteen letters."), code="incorrect_code"
        )
    return code


def grouped(code: str) -> str:
    """As people read it: "ABCD-EFGH-IJKL-MNOP"."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


FACTOR = Factor(
    id="recovery",
    name=gettext_noop("Recovery codes"),
    words=gettext_noop("Use a recovery code"),
    allauth_type="recovery_codes",
    enrolled=enrolled,
    device=device,
    tidied=tidied,
    can_be_guessed=False,
    is_backup=True,
    rank=90,
)
