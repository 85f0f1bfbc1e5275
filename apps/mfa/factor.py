"""What a second factor is. Factors stand on the shelf `apps.mfa.factors`, one file each.

A factor declares how it is called, who has it and what an answer looks like; the code
around it acts (challenges.py, enrolment.py).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, cast

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.core.shelves import collect
from apps.mfa.models import Challenge
from apps.mfa.models.device import Device

# Exactly these: "１２３４５６", "+12345" and "123_456" are numbers to int(), not codes.
SIX_DIGITS = re.compile(r"[0-9]{6}", re.ASCII)


def digits(typed: str) -> str:
    """Six ASCII digits; the blanks people type between them go. Raises `Invalid`."""
    code = typed.replace(" ", "")
    if len(typed) > 20 or not SIX_DIGITS.fullmatch(code):
        raise Invalid(gettext("A code has six digits."), code="incorrect_code")
    return code


@dataclass(frozen=True)
class Factor:
    """`id` is its word in addresses and in allauth's record of a sign-in."""

    id: str
    name: str
    # What to do, for whoever chooses among several.
    words: str
    # allauth's word for it, empty where it has none.
    allauth_type: str
    # What somebody has of it, ready to be used.
    enrolled: Callable[[User], "QuerySet[Any]"]
    # The device that answers; None for a passkey, which the browser asks.
    device: Callable[[User], Device | None] = lambda user: None
    # What was typed, as it is compared. Raises `Invalid` before any work is done.
    tidied: Callable[[str], str] = digits
    # The answer as django-otp is given it.
    token: Callable[[Challenge, str], str] = lambda challenge, code: code
    # Sends a code; None where there is nothing to send.
    send: Callable[[Challenge], None] | None = None
    is_typed: bool = True
    # Six digits can be guessed: wrong ones are counted and freeze (FactorState).
    can_be_guessed: bool = True
    # Takes the place of another factor, and is none by itself.
    is_backup: bool = False
    # The first that somebody has is offered first.
    rank: int = 0

    def is_enrolled(self, user: User) -> bool:
        return self.enrolled(user).exists()

    @property
    def is_sent(self) -> bool:
        """Whether its code has to be asked for."""
        return self.send is not None


def every() -> list[Factor]:
    """Every factor there is, best first."""
    found = cast("tuple[Factor, ...]", collect("apps.mfa.factors", "FACTOR"))
    return sorted(found, key=lambda factor: factor.rank)


def named(name: str) -> Factor:
    """Raises `Invalid`."""
    for factor in every():
        if factor.id == name:
            return factor
    raise Invalid(gettext("There is no such second factor."), code="unknown_factor")


def of(user: User) -> list[Factor]:
    """What this person can prove, recovery codes last. One query."""
    factors = every()
    asked = {factor.id: Exists(factor.enrolled(user)) for factor in factors}
    rows: Any = User.objects.values(**asked)
    has = rows.get(pk=user.pk)
    return [factor for factor in factors if has[factor.id]]


def are_set_up(user: User) -> bool:
    """Whether a password alone is not enough for this person. One query."""
    asked = [Exists(f.enrolled(user)) for f in every() if not f.is_backup]
    return User.objects.filter(reduce(or_, asked), pk=user.pk).exists()


def is_last(user: User, factor: Factor) -> bool:
    """Whether nothing but recovery codes would be left without it."""
    others = [f for f in of(user) if not f.is_backup and f.id != factor.id]
    return not others


def are_set_up_of_each(person: str = "pk") -> Q:
    """The same inside a query, whose column `person` names somebody."""
    of_row: Any = OuterRef(person)
    asked = [Q(Exists(f.enrolled(of_row))) for f in every() if not f.is_backup]
    return reduce(or_, asked)
