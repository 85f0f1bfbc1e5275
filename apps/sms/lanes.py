"""Whose turn it is: one worker at a time in each lane, and none forgotten.

A worker claims a lane that is due, with a deadline and a fencing token, does all its
work and gives it back with the time it falls due again. A worker that dies keeps the
lane until its deadline only.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from django.db import DatabaseError, connection, transaction
from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from apps.accounts.models import User
from apps.core import prepared
from apps.core.per_process import PerProcess
from apps.sms import bell, pacing
from apps.sms.models import InboundText, Lane, OutboundText

# Longer than the slowest step without a renewal, a gateway call of 9 s; short enough
# that what a killed worker held is soon another's.
LEASE = timedelta(seconds=15)
# A lease with so much left was just taken: a turn without a language model needs less
# than two seconds.
FRESH = 7 / 8

# A lane is drained within a second or two; one that waits this long is stuck.
STUCK_AFTER = timedelta(minutes=2)

# A claim that is undone was none: what is done under it waits for the disk.
_CLAIM = f"""
UPDATE sms_lane
SET lease_until = now() + %s * interval '1 second', lease_token = lease_token + 1
WHERE id = (
    SELECT id FROM sms_lane
    WHERE due_at <= now() AND (lease_until IS NULL OR lease_until < now())
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, user_id, key, lease_token, EXISTS (
    SELECT FROM sms_outboundtext
    WHERE lane_id = sms_lane.id AND state IN ({OutboundText.OPEN_WRITTEN})
), {prepared.LAZILY}
"""


# Whoever only names the lane in a row of theirs does not wait (see `_locked`).
_HOLD = (
    f"SELECT {prepared.columns(Lane)} FROM sms_lane"
    " WHERE id = %s AND lease_token = %s FOR NO KEY UPDATE"
)
# With the turn that is open in it: only who has the lease opens one, so none can come
# while this waits for the lock.
_HOLD_WITH_TURN = (
    "SELECT (SELECT min(id) FROM sms_turn WHERE lane_id = lane.id AND finished_at IS NULL),"
    f" {prepared.columns(Lane, 'lane')} FROM sms_lane lane"
    " WHERE id = %s AND lease_token = %s FOR NO KEY UPDATE"
)
# As nearly always: there is nothing left. Where giving it back is undone, its lease ends
# by itself.
_LAY_DOWN = f"SELECT sms_lay_down(%s, %s), {prepared.LAZILY}"
# Of a lane: whether a turn is open, when its first text may be sent, which number of
# ours the first one came to that nobody took.
_LEFT = (
    "SELECT EXISTS (SELECT FROM sms_turn WHERE lane_id = %s AND finished_at IS NULL),"
    " (SELECT next_at FROM sms_outboundtext"
    f" WHERE lane_id = %s AND state IN ({OutboundText.OPEN_WRITTEN})"
    " ORDER BY id LIMIT 1),"
    " (SELECT our_number FROM sms_inboundtext"
    " WHERE lane_id = %s AND turn_id IS NULL ORDER BY id LIMIT 1),"
    f" {prepared.LAZILY}"
)


# By the database's clock. A lease that ended is nobody's.
_WAITED = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(due_at)
        FILTER (WHERE lease_until IS NULL OR lease_until < now())), 0)::float8,
    coalesce(extract(epoch FROM clock_timestamp() - min(due_at)), 0)::float8
FROM sms_lane WHERE due_at <= now()
"""


class LeaseLost(Exception):
    """Another worker has taken the lane over; this one's work is void."""


@dataclass(frozen=True)
class Lease:
    lane_id: int
    user_id: int | None
    key: str
    token: int
    # On this process' own clock, so that setting the system clock moves nothing.
    deadline: float
    # Whether a text was waiting to be sent when the lane was claimed.
    is_sending: bool

    def seconds_left(self) -> float:
        return self.deadline - time.monotonic()


def stuck() -> QuerySet[Lane]:
    """Lanes that nobody works in though they have long been due."""
    since = timezone.now() - STUCK_AFTER
    return Lane.objects.filter(due_at__lt=since).exclude(lease_until__gt=since)


class Waited(NamedTuple):
    """Seconds of whoever has waited longest; zero where nobody waits."""

    # In a lane that no worker has taken up.
    untaken: float
    # In any, those included whose answer a worker is making.
    unanswered: float


def waited() -> Waited:
    """How long texts that are due wait now. What is held back on purpose is not due."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITED)
        untaken, unanswered = cursor.fetchone()
    return Waited(untaken, unanswered)


def claim() -> Lease | None:
    """The lane that has waited longest, or None when nothing is due."""
    deadline = time.monotonic() + LEASE.total_seconds()
    found = prepared.rows(_CLAIM, [LEASE.total_seconds()])
    if not found:
        return None
    lane_id, user_id, key, token, is_sending, _ = found[0]
    return Lease(lane_id, user_id, key, token, deadline, is_sending)


def hold(lease: Lease) -> Lane:
    """Lock the lane for the rest of the transaction. Raises `LeaseLost`."""
    found = prepared.objects(Lane, _HOLD, [lease.lane_id, lease.token])
    if not found:
        raise LeaseLost(f"lane {lease.lane_id}")
    return found[0]


def hold_with_turn(lease: Lease) -> tuple[Lane, int | None]:
    """The same, and the turn that a dead worker left open in it."""
    found = prepared.rows(_HOLD_WITH_TURN, [lease.lane_id, lease.token])
    if not found:
        raise LeaseLost(f"lane {lease.lane_id}")
    ((open_id, *row),) = found
    return prepared.made(Lane, row), open_id


def fresh(lease: Lease) -> Lease:
    """Renewed unless it just was: what is left holds a slow intent and a gateway call.
    Raises `LeaseLost` where it had to ask; whoever writes holds the lane anyway."""
    return lease if is_fresh(lease) else renew(lease)


def is_fresh(lease: Lease) -> bool:
    return lease.seconds_left() > (LEASE * FRESH).total_seconds()


def renew(lease: Lease) -> Lease:
    """A fresh deadline. Raises `LeaseLost`."""
    deadline = time.monotonic() + LEASE.total_seconds()
    held = Lane.objects.filter(pk=lease.lane_id, lease_token=lease.token)
    if not held.update(lease_until=Now() + LEASE):
        raise LeaseLost(f"lane {lease.lane_id}")
    return replace(lease, deadline=deadline)


@contextmanager
def kept(lease: Lease) -> Iterator[None]:
    """Keep the lease for as long as the block takes, by renewing it from a thread."""
    keeper = _of_this_process()
    keeper.take(lease)
    try:
        yield
    finally:
        keeper.drop(lease)


class _Keeper:
    """The thread that renews, started when a process keeps a lease for the first time."""

    def __init__(self) -> None:
        self._leases: set[Lease] = set()
        self._changed = threading.Condition()
        self._looks_at = 0.0
        threading.Thread(target=self._serve, name="leases", daemon=True).start()

    def take(self, lease: Lease) -> None:
        with self._changed:
            self._leases.add(lease)
            if self._looks_at > time.monotonic() + _third():
                self._changed.notify()

    def drop(self, lease: Lease) -> None:
        """It is renewed no more, and is not being renewed."""
        with self._changed:
            self._leases.remove(lease)

    def _serve(self) -> None:
        while True:
            with self._changed:
                self._looks_at = time.monotonic() + _third()
                self._changed.wait(_third())
                for lease in self._leases:
                    # Whoever holds it finds out when they come to use it.
                    with suppress(LeaseLost, DatabaseError):
                        renew(lease)
            connection.close()


def _third() -> float:
    """Two renewals may fail."""
    return LEASE.total_seconds() / 3


_of_this_process = PerProcess(_Keeper)


def release(lease: Lease, *, not_before: datetime | None = None) -> None:
    """Give the lane back, due when its remaining work is. Raises `LeaseLost`."""
    ((is_done, _),) = prepared.rows(_LAY_DOWN, [lease.lane_id, lease.token])
    if not is_done:
        _leave(lease, not_before)


@transaction.atomic
def _leave(lease: Lease, not_before: datetime | None) -> None:
    lane = hold(lease)
    # Looked at only under the lock: a text that is being received waits for it.
    due_at = _due(lane)
    lane.due_at = max(due_at, not_before or due_at) if due_at else None
    lane.lease_until = None
    prepared.update(lane, "due_at", "lease_until")


def _due(lane: Lane) -> datetime | None:
    ((is_open, due, came_to, _),) = prepared.rows(_LEFT, [lane.pk] * 3)
    if is_open:
        return timezone.now()
    if came_to:
        ready_at = pacing.ready_at(lane, came_to)
        due = min(due, ready_at) if due else ready_at
    return cast(datetime | None, due)


def is_any_due() -> bool:
    """Whether a claim would find something."""
    due = Lane.objects.filter(due_at__lte=Now())
    return due.filter(Q(lease_until=None) | Q(lease_until__lt=Now())).exists()


def next_due(within: timedelta) -> datetime | None:
    """When the next lane can be claimed, if that is soon; a lease may have to end."""
    waiting = Lane.objects.filter(due_at__isnull=False)
    # PostgreSQL's GREATEST passes over a lease that is not there.
    soon = waiting.annotate(at=Greatest("due_at", "lease_until")).filter(
        at__lte=timezone.now() + within
    )
    first: datetime | None = soon.aggregate(first=Min("at"))["first"]
    return first


def lock_person(user: User) -> Lane:
    """The person's lane, made if need be, locked for the rest of the transaction."""
    return _lock(Lane(key=f"u:{user.pk}", user=user))


def lock_people(*people: User) -> dict[int, Lane]:
    """The lanes of several by their ids, always locked in one order."""
    ordered = sorted({user.pk: user for user in people}.items())
    return {pk: lock_person(user) for pk, user in ordered}


def lock_number(number: str) -> Lane:
    """The lane of a number nobody has linked, made if need be, locked likewise."""
    return _lock(Lane(key=f"n:{number}"))


def _lock(lane: Lane) -> Lane:
    Lane.objects.bulk_create([lane], ignore_conflicts=True)
    return _locked().get(key=lane.key)


def _locked() -> QuerySet[Lane]:
    """Whoever only names a lane in a row of theirs does not wait: news of a text, which
    holds that text, would wait for who holds the lane and wants the text."""
    return Lane.objects.select_for_update(no_key=True)


def move(lane: Lane, to: Lane) -> None:
    """Let another lane go on with what waits in this one. Both are locked."""
    came = InboundText.objects.filter(lane=lane, turn=None)
    leaving = OutboundText.objects.filter(lane=lane, state__in=OutboundText.OPEN)
    if came.update(lane=to, user=to.user) + leaving.update(lane=to):
        wake(to)


def move_texts(lane: Lane, to: Lane, *, number: str) -> None:
    """Let another lane answer what came from one number and waits in this one. Both are
    locked."""
    came = InboundText.objects.filter(lane=lane, turn=None, number=number)
    if came.update(lane=to, user=to.user):
        wake(to)


def wake(lane: Lane) -> None:
    """Mark a locked lane as due now and ring once its work is committed."""
    lane.due_at = timezone.now()
    lane.save(update_fields=["due_at"])
    transaction.on_commit(bell.ring)
