"""The timetable as operators see it: what the code enters, and what runs when."""

from typing import Any

from celery import current_app
from django_celery_beat.models import PeriodicTask

from apps.core import kinds

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


def names() -> frozenset[str]:
    """Of the entries that the code makes (`TIMETABLE` of each app)."""
    current_app.finalize()
    return frozenset(current_app.conf.beat_schedule)


def tasks() -> list[tuple[str, str]]:
    """The tasks there are, as choices."""
    jobs = kinds.names()
    bells = [name for name in current_app.tasks if not name.startswith("celery.")]
    return [(name, name) for name in sorted({*jobs, *bells})]


def switched_off() -> list[str]:
    """Entries of the code's that an operator has switched off, or that are not there
    though others are: until beat has run once there are none."""
    rows = dict(PeriodicTask.objects.values_list("name", "enabled"))
    ours = sorted(names())
    if not rows.keys() & set(ours):
        return []
    return [name for name in ours if not rows.get(name)]


def shown(entry: PeriodicTask) -> dict[str, Any]:
    """For the record."""
    kept = {name: getattr(entry, name) for name in _SHOWN}
    return {**kept, "schedule": str(entry.interval or entry.crontab)}
