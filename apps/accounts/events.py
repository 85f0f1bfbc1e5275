"""What the audit and the person hear of sign-ins, of passwords and of addresses."""

from typing import Any

from allauth.account import signals
from allauth.account.models import EmailAddress
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver

from apps.accounts import (
    browsers,
    closing,
    email_changes,
    letters,
    linked,
    places,
    tries,
)
from apps.accounts.models import User
from apps.core import vault
from apps.jobs import suppressions
from apps.rbac import audit


@receiver(user_login_failed)
def _refused(credentials: dict[str, Any], **_: Any) -> None:
    """Belongs to the account that was tried. An address without one is kept only as a
    keyed digest: enough to tell many tries at one from one try at many."""
    given = str(credentials.get("email") or credentials.get("username") or "")
    address = tries.as_counted(given)
    user = browsers.person_at(address)
    digest, *_older = vault.digests(address, purpose="accounts.unknown_address")
    audit.decided(
        "accounts.session.open",
        allowed=False,
        subject=user,
        reason="bad_credentials",
        private=None if user else {"address_digest": digest},
    )


@receiver(user_logged_in)
def _signed_in(request: Any, user: User, **_: Any) -> None:
    # `cookies` has begun it: its receivers come first.
    row = getattr(request, "sign_in", None)
    if row is not None and places.is_new(row):
        letters.tell(user, "new_sign_in")


@receiver(signals.user_signed_up)
def _signed_up(user: User, **_: Any) -> None:
    audit.done("accounts.user.create", actor=user, after={"email": user.email})


@receiver(signals.password_changed)
def _password_changed(user: User, **_: Any) -> None:
    audit.done("accounts.password.change", actor=user)
    letters.tell(user, "password_changed")


@receiver(signals.password_set)
def _password_set(user: User, **_: Any) -> None:
    audit.done("accounts.password.set", actor=user)
    letters.tell(user, "password_changed")


@receiver(signals.password_reset)
def _password_reset(user: User, **_: Any) -> None:
    # Whoever has the link from the letter: not signed in.
    audit.done("accounts.password.reset", subject=user)
    linked.remove_all(user)
    if not closing.reopen(user=user):
        letters.tell(user, "password_reset")


@receiver(signals.email_added)
def _email_added(user: User, email_address: EmailAddress, **_: Any) -> None:
    audit.done("accounts.email.add", subject=user, after={"email": email_address.email})
    letters.tell(user, "email_added", address=email_address.email)


@receiver(signals.email_confirmed)
def _email_confirmed(request: Any, email_address: EmailAddress, **_: Any) -> None:
    suppressions.proved(email_address.email)
    linked.first_proved(request, email_address.user)
    audit.done(
        "accounts.email.confirm",
        subject=email_address.user_id,
        after={"email": email_address.email},
    )


@receiver(signals.email_changed)
def _email_changed(
    user: User,
    from_email_address: EmailAddress | None,
    to_email_address: EmailAddress,
    **_: Any,
) -> None:
    before = from_email_address and from_email_address.email
    audit.done(
        "accounts.email.change",
        subject=user,
        before={"email": before},
        after={"email": to_email_address.email},
    )
    if before:
        email_changes.record(user=user, old=before, new=to_email_address.email)


@receiver(signals.email_removed)
def _email_removed(user: User, email_address: EmailAddress, **_: Any) -> None:
    before = {"email": email_address.email}
    audit.done("accounts.email.remove", subject=user, before=before)
    letters.tell(user, "email_removed", address=email_address.email)


@receiver(signals.email_verification_code_rejected)
def _email_code_refused(user: User | None = None, **_: Any) -> None:
    audit.decided(
        "accounts.email.confirm", allowed=False, subject=user, reason="bad_code"
    )
