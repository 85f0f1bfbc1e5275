"""From the changes that other apps leave behind to the sums of hours, days and people.

A change is written in the transaction of what it tells of. What a drain takes is gone
from there in the transaction that adds it up, so each counts exactly once, however often
a worker is killed. There is no place up to which all is done, which a transaction that is
still open could be passed over by: what it wrote is seen when it ends, and taken then
(docs/decisions/0009).
"""

import time

from django.db import transaction

from apps.analytics import alone, holders
from apps.analytics.sums import SOURCES, Source
from apps.core import heartbeats, prepared
from apps.core.tasks import task

BATCH = 20_000
# One drain works this long, and the next goes on.
_SECONDS = 10.0


@task("analytics.drain", soft_time_limit=60, time_limit=90)
def drain() -> int:
    """Add up what waits; answers how many changes. Safe to run side by side."""
    done, until = 0, time.monotonic() + _SECONDS
    while (followed := holders.follow()) == holders.BATCH:
        if time.monotonic() > until:
            return done
    if followed is None:
        return done
    for source in SOURCES:
        taken: int | None = BATCH
        while taken == BATCH:
            if time.monotonic() > until:
                return done
            taken = take(source)
            if taken is None:
                return done
            done += taken
    heartbeats.beat(alone.LOCK)
    return done


@transaction.atomic
def take(source: Source) -> int | None:
    """A batch; None where somebody else is at it."""
    if not alone.is_mine():
        return None
    ((taken,),) = prepared.rows(source.statement, [BATCH])
    return int(taken)


def behind() -> float:
    """Seconds since everything that waited was added up; zero where nothing waits. That
    it was never tried is told by whoever watches the timetable."""
    waits = any(source.model.objects.exists() for source in SOURCES)
    return heartbeats.ages().get(alone.LOCK, 0.0) if waits else 0.0
