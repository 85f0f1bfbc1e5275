"""An account that its owner closed, and did not open again, is erased everywhere.

What other services hold for them is taken back first: each app says in `on_erase.py`, a
tuple `ON_ERASE`, what. What hangs on numbers that were proven to be theirs goes next, while those are known;
then their rows, in batches; the person last, and with them the rest and the key that
what was recorded of them is sealed under. Whoever is interrupted begins anew and finds
less.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from apps.accounts.models import User
from apps.core import dossier, shelves
from apps.core.kinds import Queue, job
from apps.jobs import jobs, progress
from apps.jobs.models import Job
from apps.rbac import audit

# After which nothing brings an account back. Long enough to read one's mail after a
# holiday; the letter about the closing says it.
GRACE = timedelta(days=14)
_BATCH = 500


def schedule(user: User) -> None:
    """Of one that has just been closed."""
    if user.closed_at is not None:
        jobs.enqueue(erase, user.pk, at=user.closed_at + GRACE)


@job("accounts.erase_due")
def erase_due() -> None:
    """Whatever became of the job that an account was closed with: one that was cancelled
    or dropped is asked for again. One that failed for good waits for a decision."""
    asked = Job.objects.filter(
        kind=erase.name,
        state__in=[Job.State.WAITING, Job.State.RUNNING, Job.State.DEAD],
    ).values_list("arguments__0", flat=True)
    due = User.objects.filter(closed_at__lte=Now() - GRACE).exclude(pk__in=set(asked))
    for user in due:
        jobs.enqueue(erase, user.pk)


@job("accounts.erase", queue=Queue.BULK, seconds=3_600)
def erase(user_id: int) -> None:
    """Does nothing for an account that is open or suspended by now, or closed anew."""
    with transaction.atomic():
        user = _wanted(user_id)
    if user is None:
        return
    for before in shelves.across_apps("on_erase", "ON_ERASE"):
        before(user)
    gone = 0
    for name, rows in _batches(user):
        while True:
            with transaction.atomic():
                if _wanted(user_id) is None:
                    return
                ids = list(rows.order_by().values_list("pk", flat=True)[:_BATCH])
                rows.model._base_manager.filter(pk__in=ids).delete()
            if not ids:
                break
            gone += len(ids)
            # How much there is, is not counted first: it would take as long.
            progress.say(0, 0, f"Erasing {name}, {gone:,} rows are gone")
    _finish(user_id)


def _batches(user: User) -> Iterator[tuple[str, QuerySet[Any]]]:
    every = [kept for kept in dossier.every() if kept.model is not User]
    for kept in every:
        if kept.also:
            yield kept.called, kept.also(user)
    for kept in every:
        if not kept.stays and kept.is_owned(User):
            yield kept.called, kept.model._base_manager.filter(**{kept.ways[0]: user})


def _finish(user_id: int) -> None:
    with transaction.atomic():
        user = _wanted(user_id)
        if user is None:
            return
        audit.done("accounts.user.erase", subject=user, obj=user)
        user.delete()


def _wanted(user_id: int) -> User | None:
    """Under a lock: an operator may restore it until the last moment. By the clock of
    the database, which the job was due by. One that was opened and closed again has a
    later job of its own."""
    # Rows that only name the person can be written: a text may, and holds their lane.
    locked = User.objects.select_for_update(no_key=True)
    over = locked.filter(closed_at__lte=Now() - GRACE)
    return over.filter(pk=user_id).first()
