"""A person's addresses change one after the other, under the lock of their row.

allauth reads an address, judges it and writes it without one: two changes at once
could leave no primary address, and one on its way could outlive what undid it. So every
door that changes addresses opens `changing` first, and reads under it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.internal.flows.email_verification_by_code import (
    EmailVerificationProcess,
)
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from apps.accounts import cookies, sessions
from apps.accounts.models import User
from apps.core import spelling
from apps.core.errors import Conflict, Invalid


@contextmanager
def changing(request: Any) -> Iterator[None]:
    """One change, of whoever is signed in or about to be.

    Raises `sessions.Over` when their sign-in has ended while they waited, and Conflict
    for an address that somebody else was faster with.
    """
    with nobody_elses():
        _lock(request)
        yield


@contextmanager
def nobody_elses() -> Iterator[None]:
    """A transaction. Raises Conflict for an address that somebody else was faster
    with."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Conflict(
            gettext("This address belongs to another account by now.")
        ) from None


def spelled(email: str) -> str:
    """As the account has it that this address leads to, else as a new one is kept.

    Raises Invalid.
    """
    known = EmailAddress.objects.filter(email__in=spelling.spellings(email))
    found = known.order_by("-verified", "pk").values_list("email", flat=True).first()
    return found or spelling.kept(email)


def as_kept(email: str) -> str:
    """An address to sign in with; nobody's stays as it is, and finds nobody."""
    try:
        return spelled(email)
    except Invalid:
        return email


def _lock(request: Any) -> None:
    user = request.user
    if user.is_authenticated:
        now = User.objects.locked(user.pk)
        sessions.current(request.sign_in.pk)
        # What allauth would write back otherwise.
        user.email, user.email_canonical = now.email, now.email_canonical
        return
    process = EmailVerificationProcess.resume(request)
    if process and process.user:
        cookies.insist_unchanged(request, User.objects.locked(process.user.pk))
