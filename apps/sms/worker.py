"""What a worker does when the bell rings: lane after lane, until nothing is due.

Where no bell rings, for Redis is away or hangs, each process that works lanes looks by
itself: one statement each five seconds, which an index answers.
"""

import math
import threading
import time
from datetime import timedelta

from celery import signals
from django.db import connection
from django.utils import timezone

from apps.core import prepared
from apps.core.logs import logger
from apps.core.tasks import task
from apps.rbac import audit
from apps.sms import bell, lanes, router, turns
from apps.sms.lanes import Lease, LeaseLost
from apps.sms.money import prices

# One drain works this long and then lets other tasks of the queue in.
DRAIN_SECONDS = 5.0
# A lane whose work failed unexpectedly waits a little before the next try.
PAUSE_AFTER_DEFECT = timedelta(seconds=2)
# The sweeper's interval: what falls due later than that it finds by itself.
SWEEP = timedelta(seconds=5)
# When this process last looked for work, on its own clock; still to come while it answers
# a bell.
_looked_at = -math.inf
_TICK_SECONDS = 1.0


@task("sms.drain", soft_time_limit=60, time_limit=90)
def drain() -> int:
    """Work every lane that is due; answers how many. Safe to run side by side."""
    global _looked_at
    _looked_at = math.inf
    try:
        return _drain()
    finally:
        _looked_at = time.monotonic()


def drain_unasked() -> int:
    """The same without any bell, where none has rung for the time of a sweep."""
    global _looked_at
    if time.monotonic() - _looked_at < SWEEP.total_seconds():
        return 0
    worked = 0
    while _looked_at < math.inf and (lease := lanes.claim()):
        _work(lease)
        worked += 1
    if worked:
        logger.info("lanes_found_unasked", lanes=worked)
    _looked_at = time.monotonic()
    return worked


@signals.worker_process_init.connect
def _keep_looking(**_: object) -> None:
    if bell.is_answered_here():
        threading.Thread(target=_look, name="lanes", daemon=True).start()


def _look() -> None:
    while True:
        time.sleep(_TICK_SECONDS)
        try:
            drain_unasked()
        except Exception as error:  # whatever it is, this thread has to look again
            logger.warning("lanes_not_looked_at", error=type(error).__name__)
            connection.close()


def _drain() -> int:
    bell.answer()
    # Settings and prices are looked up once: a change of them counts for the next drain.
    with prepared.kept_plans(), router.kept(), prices.kept():
        return _work_what_is_due()


def _work_what_is_due() -> int:
    worked, until = 0, time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < until:
        lease = lanes.claim()
        if lease is None:
            _ring_when_due()
            return worked
        _work(lease)
        worked += 1
        if worked == 1 and lanes.is_any_due():
            # One ring is all that a backlog may have had: let somebody help.
            bell.ring()
    bell.ring()
    return worked


def _work(lease: Lease) -> None:
    try:
        # What was decided on the way is recorded once, after the transactions.
        with audit.collecting(), router.kept():
            lanes.release(turns.work(lease))
    except LeaseLost as lost:
        logger.warning("lease_lost", why=str(lost))
    except Exception:
        logger.exception("lane_failed", lane=lease.lane_id)
        _set_aside(lease)


def _set_aside(lease: Lease) -> None:
    try:
        lanes.release(lease, not_before=timezone.now() + PAUSE_AFTER_DEFECT)
    except LeaseLost:
        return


def _ring_when_due() -> None:
    """A lane that falls due before the next sweep gets a bell of its own."""
    due_at = lanes.next_due(within=SWEEP)
    if due_at is not None:
        bell.ring_in(max(0.1, (due_at - timezone.now()).total_seconds()))
