"""Gathers the background tasks of this app, and when they run by themselves."""

from celery import signals

from apps.jobs.jobs import BELLS
from apps.jobs.runner import drain
from apps.jobs.sweeper import EVERY_SECONDS, sweep

__all__ = ["TIMETABLE", "drain", "sweep"]

TIMETABLE = {"jobs-sweep": ("jobs.sweep", EVERY_SECONDS)}


@signals.worker_ready.connect
def _look_around(**_: object) -> None:
    """A worker that comes up need not wait for the next sweep."""
    for bell in BELLS.values():
        bell.ring_now()
