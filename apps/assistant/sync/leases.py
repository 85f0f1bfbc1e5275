"""Who works on what is kept in step: one at a time, and never for longer than they live.

What is asked for while somebody works is noted, and done by them after.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from apps.assistant.models import Sync

AFTER_TROUBLE = timedelta(minutes=15)
# Longer than one run may take, all its answers together.
LIVES = timedelta(minutes=6)


class Lost(Exception):
    """The lease is another's by now, or nobody wants it any more."""


def begin(sync_id: int, lease: uuid.UUID) -> bool:
    """Whether it is ours. Where it is another's, they do once more what we wanted."""
    now = timezone.now()
    rows = Sync.objects.on().filter(pk=sync_id)
    is_free = Q(lease_until=None) | Q(lease_until__lte=now)
    taken: dict[str, Any] = {"lease": lease, "lease_until": now + LIVES}
    if rows.filter(is_free).update(is_wanted=False, **taken):
        return True
    if rows.filter(lease_until__gt=now).update(is_wanted=True):
        return False
    # It was given back in this very moment.
    return bool(rows.filter(is_free).update(is_wanted=False, **taken))


def insist(sync: Sync, lease: uuid.UUID) -> None:
    """In a transaction: raises Lost where another has the lease, or it is paused."""
    rows = Sync.objects.on().select_for_update(no_key=True)
    if not rows.filter(pk=sync.pk, lease=lease).exists():
        raise Lost


def end(sync_id: int, lease: uuid.UUID, problem: str) -> bool:
    """Whether it is over: not where somebody wanted more meanwhile."""
    now = timezone.now()
    rows = Sync.objects.filter(pk=sync_id, lease=lease)
    told: dict[str, Any] = {"problem": problem}
    told |= {"next_at": now + AFTER_TROUBLE} if problem else {"last_at": now}
    ended = rows if problem else rows.filter(is_wanted=False)
    if ended.update(lease=None, lease_until=None, **told):
        return True
    if not rows.update(is_wanted=False, lease_until=now + LIVES, **told):
        raise Lost
    return False


def give_back(sync_id: int, lease: uuid.UUID) -> None:
    """Whatever went wrong."""
    rows = Sync.objects.filter(pk=sync_id, lease=lease)
    rows.update(lease=None, lease_until=None)
