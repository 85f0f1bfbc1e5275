"""One press ends everything: sign-ins, tokens, the password, texting.

Whoever pressed it believes that somebody else is in. What is left is the way back: a
new password through a letter, and the second factor of whoever has one. Each app says
in `on_panic.py`, a tuple `ON_PANIC`, what else it stops.
"""

from django.db import transaction
from django.utils import timezone

from apps.accounts import letters, linked, passwords, sessions
from apps.accounts.models import LoginSession, User
from apps.core import shelves
from apps.rbac import audit


def begin(user: User) -> None:
    """Nobody is signed in, no password fits and nothing is done for them by text, from
    the next request and the next text on."""
    with transaction.atomic():
        row = User.objects.locked(user.pk)
        rows = LoginSession.objects.filter(user=row, ended_at=None)
        sessions.end(rows, sessions.Ending.PANIC, by=row)
        row.frozen_at = timezone.now()
        passwords.retire(row)
        row.save(update_fields=["frozen_at", "password"])
        linked.remove_all(row)
        for stop in shelves.across_apps("on_panic", "ON_PANIC"):
            stop(row)
        audit.done("accounts.user.panic", actor=row, obj=row)
        letters.tell(row, "panic")


def end(user: User) -> None:
    """They are in again, by all they have to prove: texting goes on."""
    with transaction.atomic():
        row = User.objects.locked(user.pk)
        if row.frozen_at is None:
            return
        row.frozen_at = user.frozen_at = None
        row.save(update_fields=["frozen_at"])
        audit.done("accounts.user.thaw", actor=row, obj=row)
        letters.tell(row, "panic_over")
