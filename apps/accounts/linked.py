"""Accounts elsewhere that a person signs in with.

Whoever takes an account back has its mailbox, and nothing else is known to be theirs: a
link may be of whoever claimed the address first, or was in meanwhile. So all go then;
they are linked again from inside.
"""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount

from apps.accounts.models import User
from apps.rbac import audit

LINK, UNLINK = "accounts.user.link_sign_in", "accounts.user.unlink_sign_in"


def of(user: User) -> list[SocialAccount]:
    return list(SocialAccount.objects.filter(user=user).order_by("pk"))


def remove(row: SocialAccount, *, by: User | None = None) -> None:
    """It signs nobody in any more. `by`: whoever is signed in and does it."""
    provider = {"provider": row.provider}
    audit.done(UNLINK, actor=by, subject=row.user, obj=row.user, before=provider)
    row.delete()


def remove_all(user: User) -> None:
    for row in of(user):
        remove(row)


def first_proved(request: Any, user: User) -> None:
    """The account's address has just been proved, in this browser: what signs in and
    did not lead here was linked by somebody who did not prove it."""
    if EmailAddress.objects.filter(user=user, verified=True).count() > 1:
        return
    led = {
        (record.get("provider"), record.get("uid"))
        for record in get_authentication_records(request, user)
    }
    for row in of(user):
        if (row.provider, row.uid) not in led:
            remove(row)
