"""Gathers the background tasks of this app, and when they run by themselves."""

from celery import signals

from apps.jobs.dead_letters import drop_found, requeue_found
from apps.jobs.jobs import BELLS
from apps.jobs.keeping import retain
from apps.jobs.mail import deliver
from apps.jobs.runner import drain
from apps.jobs.runs import start_pipeline
from apps.jobs.sweeper import EVERY_SECONDS, sweep
from apps.jobs.telling import gather, tell_together

__all__ = [
    "TIMETABLE",
    "deliver",
    "drain",
    "drop_found",
    "gather",
    "requeue_found",
    "retain",
    "start_pipeline",
    "sweep",
    "tell_together",
]

TIMETABLE = {
    "jobs-sweep": ("jobs.sweep", EVERY_SECONDS),
    # When the fewest texts come.
    "night": ("jobs.start_pipeline", "20 3 * * *", "night"),
}


@signals.worker_ready.connect
def _look_around(**_: object) -> None:
    """A worker that comes up need not wait for the next sweep."""
    for bell in BELLS.values():
        bell.ring_now()
