"""The timetable: what the code enters, when each entry comes, and what is wrong.

The tables are django-celery-beat's.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.db.models import Q
from django.utils import timezone
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
)

from apps.core import heartbeats
from apps.jobs.occurrences import BadCrontab, Crontab, Interval, Once, Schedule

# The least and the most of an interval. A year comes; what lies behind it is a slip.
SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=366)
# What the code makes may be slowed to ease the load, not until it does not do its work:
# texts that are due every five seconds come within a minute.
_SLOWED, _AT_LEAST = 10, timedelta(minutes=1)
# Late is what has missed three runs, and a minute for a busy machine.
_MISSED, _PATIENCE = 3, timedelta(minutes=1)
_SHOWN = (
    "name",
    "task",
    "enabled",
    "description",
    "args",
    "kwargs",
    "queue",
    "headers",
)


class Unreadable(ValueError):
    """An entry that says no time, or nothing that can be done."""


def of_code() -> dict[str, dict[str, Any]]:
    """Name → `task` and `schedule`: seconds, or five crontab fields."""
    current_app.finalize()
    found: dict[str, dict[str, Any]] = current_app.conf.beat_schedule
    return found


def names() -> frozenset[str]:
    """Of the entries that the code makes (`TIMETABLE` of each app)."""
    return frozenset(of_code())


def enter(entries: Mapping[str, Mapping[str, Any]]) -> None:
    """What the code says (`of_code`), for entries that are not there; of the others only what they
    do: when they run is for operators to say."""
    for name, entry in entries.items():
        does = {"task": entry["task"], "args": json.dumps(entry.get("args", []))}
        if not PeriodicTask.objects.filter(name=name).update(**does):
            PeriodicTask.objects.create(name=name, **does, **_row(entry["schedule"]))


def schedule_of(row: Any) -> Schedule:
    """Of a schedule's row. Raises Unreadable, BadCrontab."""
    if isinstance(row, IntervalSchedule):
        try:
            every = timedelta(**{row.period: row.every})
        except OverflowError as error:
            raise Unreadable("its interval is beyond the calendar") from error
        if every <= timedelta():
            raise Unreadable("its interval is nothing")
        return Interval(every)
    if isinstance(row, CrontabSchedule):
        return Crontab(
            row.minute,
            row.hour,
            row.day_of_month,
            row.month_of_year,
            row.day_of_week,
            str(row.timezone),
        )
    if isinstance(row, ClockedSchedule):
        return Once(row.clocked_time)
    raise Unreadable("it has no schedule")


def when(entry: PeriodicTask) -> Schedule:
    """Raises Unreadable, BadCrontab."""
    return schedule_of(entry.interval or entry.crontab or entry.clocked)


def arguments_of(entry: PeriodicTask) -> list[Any]:
    """Raises Unreadable."""
    try:
        found = json.loads(entry.args or "[]")
    except ValueError:
        found = None
    if not isinstance(found, list) or (entry.kwargs or "{}").strip() != "{}":
        raise Unreadable("its arguments are no list")
    return found


def most(name: str) -> timedelta | None:
    """The longest that an entry of the code's may wait; None for anybody else's."""
    entry = of_code().get(name)
    if entry is None:
        return None
    own = wait(Crontab(*entry["schedule"].split())) if _is_cron(entry) else None
    return max((own or timedelta(seconds=entry["schedule"])) * _SLOWED, _AT_LEAST)


def wait(schedule: Schedule) -> timedelta | None:
    """The longest time between two runs. None for what does not come again. Raises
    BadCrontab."""
    if isinstance(schedule, Interval):
        return schedule.every
    return schedule.longest_gap() if isinstance(schedule, Crontab) else None


def switched_off() -> list[str]:
    """Entries of the code's that an operator has switched off, or that are not there
    though others are: until beat has run once there are none."""
    rows = dict(PeriodicTask.objects.values_list("name", "enabled"))
    ours = sorted(names())
    if not rows.keys() & set(ours):
        return []
    return [name for name in ours if not rows.get(name)]


def troubles() -> Iterator[tuple[str, str]]:
    """Entries of which somebody should know, and what is the matter."""
    for name in switched_off():
        yield name, "is switched off."
    is_alive = heartbeats.is_alive(heartbeats.BEAT)
    # What has come to its end does not run, and should not.
    going_on = Q(expires=None) | Q(expires__gt=timezone.now())
    rows = PeriodicTask.objects.filter(going_on, enabled=True, clocked=None)
    for entry in rows.select_related("interval", "crontab").order_by("name"):
        waits, bound = _wait(entry), most(entry.name)
        if waits is None:
            yield entry.name, "never runs: its schedule is no time there is."
        elif bound and waits > bound:
            yield entry.name, "is set to run too seldom."
        elif is_alive and timezone.now() - _begun(entry) > waits * _MISSED + _PATIENCE:
            yield entry.name, "is late: beat is alive and has not run it."


def shown(entry: PeriodicTask) -> dict[str, Any]:
    """For the record."""
    kept = {name: getattr(entry, name) for name in _SHOWN}
    row = entry.interval or entry.crontab or entry.clocked
    bounds = {
        name: str(getattr(entry, name) or "") for name in ("start_time", "expires")
    }
    return {**kept, **bounds, "schedule": str(row)}


def _is_cron(entry: dict[str, Any]) -> bool:
    return isinstance(entry["schedule"], str)


def _row(when: float | str) -> dict[str, Any]:
    if isinstance(when, str):
        fields = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
        row, _ = CrontabSchedule.objects.get_or_create(
            **dict(zip(fields, when.split(), strict=True)), timezone="UTC"
        )
        return {"crontab": row}
    every, _ = IntervalSchedule.objects.get_or_create(
        every=round(when), period=IntervalSchedule.SECONDS
    )
    return {"interval": every}


def _wait(entry: PeriodicTask) -> timedelta | None:
    try:
        return wait(when(entry))
    except (Unreadable, BadCrontab):
        return None


def _begun(entry: PeriodicTask) -> datetime:
    """Moving an entry begins its time anew, and it may be yet to start."""
    moved: datetime = entry.date_changed
    return max(entry.last_run_at or moved, entry.start_time or moved, moved)
