"""An account is closed by an operator, and opened again."""

from django.db import transaction

from apps.accounts import letters, personal_tokens, sessions
from apps.accounts.models import User
from apps.core.errors import Conflict, Forbidden
from apps.rbac import assignments, audit


def suspend(*, by: User, user: User, reason: str) -> None:
    """They can neither sign in nor text, from the next request on.

    Raises Forbidden for oneself or somebody who may do more, Conflict for the last
    administrator.
    """
    _change(by, user, reason, is_active=False)


def restore(*, by: User, user: User, reason: str) -> None:
    """As it was before."""
    _change(by, user, reason, is_active=True)


def _change(by: User, user: User, reason: str, *, is_active: bool) -> None:
    if by.pk == user.pk:
        raise Forbidden("Nobody suspends themself.")
    with transaction.atomic():
        assignments.insist_within_reach(by, user)
        # Before the person's row: roles change under the same lock.
        if not is_active:
            assignments.insist_not_the_last_administrator(user)
        found = User.objects.select_for_update().get(pk=user.pk)
        if found.is_active == is_active and found.closed_at is None:
            raise Conflict("That is so already.")
        # Somebody who closed their account does not open a suspended one.
        before = {"is_active": found.is_active, "closed": found.closed_at is not None}
        found.is_active, found.closed_at = is_active, None
        found.save(update_fields=["is_active", "closed_at"])
        audit.done(
            "accounts.user.restore" if is_active else "accounts.user.suspend",
            actor=by,
            subject=found,
            obj=found,
            words=reason,
            before=before,
            after={"is_active": is_active, "closed": False},
        )
        name = "account_restored" if is_active else "account_suspended"
        if not is_active:
            # Now, not at their next request: that may come after a restoring.
            sessions.end_others(found, sessions.Ending.SUSPENDED, by=by)
            personal_tokens.revoke_all(found)
        # Where the operator sits is theirs.
        letters.tell(found, name, place="")
