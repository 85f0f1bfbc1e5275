"""A changed primary address can be undone from the old one, for a week.

Whoever took over an account and gave it an address of their own keeps nothing by that:
not the address, not a sign-in, not the password they know, not another address or an
account elsewhere to sign in with, not a second factor or a phone of since. Each app says in `on_revert.py`,
a tuple `ON_REVERT`, what else it takes back.
"""

import secrets
from typing import Any

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts import email_addresses, letters, linked, passwords, sessions
from apps.accounts.models import EmailChange, User
from apps.accounts.models.email_changes import DAYS_TO_UNDO
from apps.core import shelves, vault
from apps.core.errors import NotFound
from apps.rbac import audit

_PURPOSE = "accounts.email_change"


def record(*, user: User, old: str, new: str) -> None:
    """Tell both addresses; the old one how to undo it."""
    key = secrets.token_urlsafe(32)
    digest, *_older = vault.digests(key, purpose=_PURPOSE)
    EmailChange.objects.create(user=user, old=old, new=new, key_digest=digest)
    link = letters.public(reverse("revert_email", args=[key]))
    facts: dict[str, Any] = {"old": old, "new": new, "days": DAYS_TO_UNDO}
    letters.tell(user, "email_changed_from", to=old, revert_url=link, **facts)
    letters.tell(user, "email_changed", to=new, **facts)


def find(key: str) -> EmailChange:
    """The change that a link undoes. Raises NotFound for one used or too old."""
    digests = vault.digests(key, purpose=_PURPOSE)
    found = EmailChange.objects.open().filter(key_digest__in=digests)
    change = found.first()
    if change is None:
        raise NotFound(
            gettext(
                "This link was used already, or it is older than %(days_to_undo)s days."
            )
            % {"days_to_undo": DAYS_TO_UNDO}
        )
    return change


def undo(key: str) -> str:
    """Put the old address back; where its owner chooses a new password.

    All other addresses go, all sign-ins end and the old password counts no more. Raises
    NotFound, or Conflict for an address that belongs to another account by now.
    """
    with email_addresses.nobody_elses():
        user = User.objects.locked(find(key).user_id)
        # Of two who follow one link at once, the second finds it used; of two links,
        # the older one wins in the end: it closes the later, not the other way round.
        change = find(key)
        _put_back(user, change.old)
        _close(change)
        for stop in shelves.across_apps("on_revert", "ON_REVERT"):
            stop(user, change.changed_at)
        # Last: it waits for whoever names this person, and that may be a text which
        # holds their lane; those above have it.
        user.save(update_fields=["email", "password"])
        audit.done(
            "accounts.email.revert",
            subject=user,
            before={"email": change.new},
            after={"email": change.old},
        )
        for address in (change.old, change.new):
            facts = {"old": change.old, "new": change.new}
            letters.tell(user, "email_reverted", to=address, **facts)
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    names = {"uidb36": user_pk_to_url_str(user), "key": token}
    return reverse("account_reset_password_from_key", kwargs=names)


def is_held(email: str) -> bool:
    """Whether its owner may still want it back, so that nobody else signs up with it."""
    return EmailChange.objects.open().filter(old=email).exists()


def _put_back(user: User, address: str) -> None:
    # While it is still known which ones the old password began.
    sessions.end_others(user, sessions.Ending.PASSWORD, reason="email_reverted")
    # Any of the others may be a door that was left open on purpose.
    EmailAddress.objects.filter(user=user).exclude(email=address).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=address, defaults={"verified": True, "primary": True}
    )
    linked.remove_all(user)
    user.email = address
    passwords.retire(user)


def _close(change: EmailChange) -> None:
    """Later changes are the same hand's: their links lead back to its addresses."""
    later = EmailChange.objects.open().filter(
        user=change.user_id, changed_at__gte=change.changed_at
    )
    later.update(undone_at=timezone.now())
