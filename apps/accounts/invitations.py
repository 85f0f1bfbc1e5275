"""An operator has somebody come in: an account with a letter, never with a password.

The link of the letter leads to the page where a password is chosen. It proves nothing of
the address by itself, so the first sign-in still asks for a code from the mailbox.
"""

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from apps.accounts import email_addresses, email_changes, letters, tries
from apps.accounts.models import User
from apps.core import languages
from apps.core.errors import Conflict, Forbidden, Invalid
from apps.jobs import mail
from apps.rbac import assignments, audit, policy
from apps.rbac.catalog import Permission

_INVITATION, _RESET = "invitation", "password_by_operator"


def invite(*, by: User, email: str, name: str = "", timezone: str = "UTC") -> User:
    """A new account, and the letter that opens it.

    Raises Forbidden, Invalid for an address that is none, Conflict for one that has an
    account, TooMany for one that is written to too often.
    """
    if not policy.can(by, Permission.PERSON_ADD):
        raise Forbidden
    address = _tidied(email)
    tries.of_letter(address, _INVITATION)
    with email_addresses.nobody_elses():
        if _is_taken(address):
            raise Conflict("This address has an account, or belongs to one.")
        user = User.objects.create_user(
            address, None, name=name, timezone=timezone, is_setting_up=True
        )
        EmailAddress.objects.create(user=user, email=address, primary=True)
        audit.done(
            "accounts.user.create",
            actor=by,
            subject=user,
            obj=user,
            after={"email": address},
        )
        _write(user, address, _INVITATION)
    return user


def send_reset(*, by: User, user: User, reason: str) -> None:
    """A letter to the person, with a link to choose a password; nothing else changes,
    and nobody but the mailbox sees the link. Who was invited and never came is invited
    once more.

    Raises Forbidden for somebody who may do more, Conflict for an account that is not
    open, TooMany for an address that is written to too often.
    """
    assignments.insist_within_reach(by, user)
    if not user.is_active:
        raise Conflict("This account is closed or suspended.")
    address = letters.primary_address(user) or user.email
    came = user.last_login is not None or user.has_usable_password()
    name = _RESET if came else _INVITATION
    tries.of_letter(address, name)
    with transaction.atomic():
        audit.done(
            "accounts.password.send", actor=by, subject=user, obj=user, words=reason
        )
        _write(user, address, name)


def _tidied(email: str) -> str:
    """Judged as at sign-up."""
    try:
        validate_email(email)
        return str(get_adapter().clean_email(email))
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from None


def _is_taken(address: str) -> bool:
    return (
        User.objects.filter(email_canonical=address).exists()
        or EmailAddress.objects.filter(email=address).exists()
        or email_changes.is_held(address)
    )


def _write(user: User, address: str, name: str) -> None:
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    key = f"{user_pk_to_url_str(user)}-{token}"
    link = get_adapter().get_reset_password_from_key_url(key)
    with languages.speaking(user.locale):
        letter = letters.written(name, to=address, about={"password_reset_url": link})
    mail.post(letter, name=name, person=user)
