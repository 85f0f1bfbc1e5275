"""The clock of the house: what the timetable says is due is asked for, once.

The timetable is django-celery-beat's tables, which the console edits. Its scheduler is
not used: it has no leader, reckons a crontab's zone by the offset of one winter's day,
and forgets what it was about to save when it is killed (tests/jobs/test_beat.py).

Several may run: one leads, another takes over within two seconds, also from one that is
frozen. One that thaws in the middle of a look asks for no run that another has asked
for: the entry remembers for which time it was asked last.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from celery import current_app
from celery.beat import Scheduler
from django.db import (
    DatabaseError,
    InterfaceError,
    close_old_connections,
    connection,
    transaction,
)
from django.db.models import F
from django_celery_beat.models import PeriodicTask

from apps.core import heartbeats, kinds
from apps.core.logs import logger
from apps.core.tasks import send
from apps.jobs import jobs, timetable
from apps.jobs.leader import Leader
from apps.jobs.models import MissedRuns
from apps.jobs.occurrences import BadCrontab, Due, due, upcoming

LEADERSHIP = "beat"
# How often each asks whether it leads: takeover within two seconds.
_ASK_EVERY = 0.5
# What the code makes to come oftener is a sweep, done with the next one: nobody is told
# that one was left out. Of what operators make each run is somebody's.
_TOLD_FROM = timedelta(minutes=1)


@dataclass(frozen=True)
class Look:
    """What one look at the timetable found: asked for, and seconds to the next."""

    asked: list[str]
    wait: float


class BeatScheduler(Scheduler):
    """What `celery beat` runs: Celery keeps the process, the rest is here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._leadership = Leader(LEADERSHIP)
        self._leads = False
        self._said = float("-inf")
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Entered by whoever leads, once it does."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Seconds until the next look."""
        heartbeats.touch()
        led, self._leads = self._leads, self._leadership.is_mine()
        if not self._leads:
            return _ASK_EVERY
        try:
            close_old_connections()
            if not led:
                logger.info("beat_leads")
                timetable.enter(timetable.of_code())
            found = look(_now())
        except (DatabaseError, InterfaceError) as error:
            logger.warning("timetable_not_read", error=type(error).__name__)
            # What the code enters may not have been.
            self._leads = False
            return _ASK_EVERY
        self._say_so()
        return found.wait

    def _say_so(self) -> None:
        if time.monotonic() - self._said >= heartbeats.EVERY_SECONDS:
            self._said = time.monotonic()
            heartbeats.beat(heartbeats.BEAT)

    def close(self) -> None:
        self._leadership.give_up()
        super().close()


def look(now: datetime) -> Look:
    """Ask for everything that is due. Safe to run side by side."""
    asked: list[str] = []
    soonest = now + timedelta(seconds=_ASK_EVERY)
    entries = PeriodicTask.objects.filter(enabled=True).select_related(
        "interval", "crontab", "clocked"
    )
    for entry in entries:
        try:
            found, following = _reckoned(entry, now)
            if found is not None and _ask(entry, found):
                asked.append(entry.name)
        except (timetable.Unreadable, BadCrontab, OverflowError) as error:
            # One entry that nobody can read must not stop the others.
            _tell_once(entry, error)
            continue
        if following is not None:
            soonest = min(soonest, following)
    return Look(asked, max(0.05, (soonest - now).total_seconds()))


# Entries that could not be read, as they were then.
_told: dict[int, datetime] = {}


def _tell_once(entry: PeriodicTask, error: Exception) -> None:
    """Until somebody changes it: there are two looks a second."""
    if _told.get(entry.pk) != entry.date_changed:
        _told[entry.pk] = entry.date_changed
        logger.warning("entry_not_read", entry=entry.name, error=str(error))


def _now() -> datetime:
    """The database's: all who may lead have the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def _reckoned(entry: PeriodicTask, now: datetime) -> tuple[Due | None, datetime | None]:
    """What is due, and when the next is."""
    last = _last(entry, now)
    if entry.expires and now >= entry.expires:
        return None, None
    # In this order: asking for kinds is what gathers the tasks.
    if kinds.named(entry.task) is None and entry.task not in current_app.tasks:
        raise timetable.Unreadable(f"no task is called {entry.task}")
    schedule = timetable.when(entry)
    found = due(schedule, last=last, now=now)
    return found, upcoming(schedule, found.at if found else last)


def _last(entry: PeriodicTask, now: datetime) -> datetime:
    """For which time it was asked last; an entry that was made, changed or switched on
    since counts from then. A clock that was set back silences none until it has caught
    up."""
    changed: datetime = entry.date_changed
    last = min(now, max(entry.last_run_at or changed, changed))
    start: datetime | None = entry.start_time
    if start is not None and start > last:
        return start - timedelta(microseconds=1)
    return last


def _ask(entry: PeriodicTask, found: Due) -> bool:
    """Ask for one run, if nobody else has."""
    is_once = entry.one_off or entry.clocked_id is not None
    arguments = timetable.arguments_of(entry)
    with transaction.atomic():
        # As `update`, so that no reader takes it for an operator's change.
        mine = PeriodicTask.objects.filter(
            pk=entry.pk, enabled=True, last_run_at=entry.last_run_at
        ).update(
            last_run_at=found.at,
            total_run_count=F("total_run_count") + 1,
            enabled=not is_once,
        )
        if not mine:
            return False
        kind = kinds.named(entry.task)
        if kind is not None:
            at = f"{found.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            jobs.enqueue(kind, *arguments, key=f"entry {entry.pk}, {at}")
        if found.missed and _is_told(entry, found):
            MissedRuns.objects.create(
                entry=entry.name, count=found.missed, since=found.since
            )
            logger.warning("runs_missed", entry=entry.name, count=found.missed)
    if kind is None:
        _ring(entry.task)
    return True


def _is_told(entry: PeriodicTask, found: Due) -> bool:
    if entry.name not in timetable.names() and kinds.named(entry.task) is not None:
        return True
    return (found.at - found.since) / found.missed >= _TOLD_FROM


def _ring(task: str) -> None:
    """A bell of Celery's; one that is lost is the next one's work."""
    try:
        send(task)
    except Exception as error:
        # Whatever the broker's client makes of an outage.
        logger.warning("bell_lost", bell=task, error=type(error).__name__)
