"""Somebody closes their own account, or an operator does; they may come back for a
while, and are then erased.

Closed is not suspended: both keep everybody out (`is_active`), but only an account with
`closed_at` is opened again by its owner, through a link to the proved address.
"""

from datetime import datetime
from typing import Any

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts import erasure, letters, personal_tokens, sessions
from apps.accounts.models import User
from apps.core.errors import Conflict, Forbidden
from apps.rbac import assignments, audit

DAYS_TO_RETURN = erasure.GRACE.days


def close(*, user: User, by: User | None = None, reason: str = "") -> None:
    """Out everywhere, from the next request and the next text on. One that is out
    already stays as it is: suspended meanwhile, it has no way back.

    `by` is an operator who does it for a reason. Raises Conflict for the last
    administrator, and of an operator for one that is out already; Forbidden for an
    operator's own and for somebody who may do more.
    """
    if by is not None and by.pk == user.pk:
        raise Forbidden(gettext("Nobody closes their own account here."))
    with transaction.atomic():
        if by is not None:
            assignments.insist_within_reach(by, user)
        # Before the person's row: roles change under the same lock.
        assignments.insist_not_the_last_administrator(user)
        row = User.objects.select_for_update().get(pk=user.pk)
        if not row.is_active:
            if by is not None:
                raise Conflict(gettext("It is closed or suspended already."))
            return
        row.is_active, row.closed_at = False, timezone.now()
        row.save(update_fields=["is_active", "closed_at"])
        doer = row if by is None else by
        sessions.end_others(row, sessions.Ending.SUSPENDED, by=doer, reason="closed")
        personal_tokens.revoke_all(row)
        erasure.schedule(row)
        audit.done(
            "accounts.user.close", actor=doer, subject=row, obj=row, words=reason
        )
        until = letters.in_words(row.closed_at + erasure.GRACE, row)
        told: dict[str, Any] = {"days": DAYS_TO_RETURN, "until": until}
        if by is None:
            letters.tell(row, "account_closed", **told)
        else:
            # Where the operator sits is theirs.
            letters.tell(row, "account_closed_by_us", place="", **told)


def reopen(*, user: User) -> bool:
    """By whoever has just chosen a new password through a letter; whether it was closed
    by its owner, and not too long ago."""
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        if not may_return(row):
            return False
        row.is_active, row.closed_at = True, None
        row.save(update_fields=["is_active", "closed_at"])
        audit.done("accounts.user.reopen", subject=row, obj=row)
        letters.tell(row, "account_reopened")
    return True


def may_return(user: User) -> bool:
    closed = None if user.is_active else user.closed_at
    return closed is not None and closed > _earliest()


def key_for(email: str) -> str:
    """Of the page where the owner of a closed account chooses a new password, in
    allauth's form; empty for every other address."""
    address = EmailAddress.objects.filter(
        email=email.lower(),
        verified=True,
        user__is_active=False,
        user__closed_at__gt=_earliest(),
    )
    found = address.select_related("user").first()
    if found is None:
        return ""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(found.user)
    return f"{user_pk_to_url_str(found.user)}-{token}"


def _earliest() -> datetime:
    return timezone.now() - erasure.GRACE
