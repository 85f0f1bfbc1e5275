"""The Celery app: a doorbell and a timetable, never a place where work is kept.

Which settings hold is for whoever starts a process to say (DJANGO_SETTINGS_MODULE).
"""

import gc
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from celery import Celery
from celery.signals import (
    beat_init,
    setup_logging,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
)
from django.apps import apps

app = Celery("switchboard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# For every thread: `current_app` elsewhere would be one that knows no broker.
app.set_default()


@worker_init.connect
@beat_init.connect
def check_settings(**_: object) -> None:
    import_module("config.checks").insist()
    import_module("apps.core.worker_metrics")  # listens for what comes next


@worker_init.connect
def count_from_nought(**_: object) -> None:
    import_module("apps.core.from_nought").begin()


def _telemetry() -> Any:
    return import_module("config.telemetry")


@worker_process_init.connect
def keep_what_is_loaded(**_: object) -> None:
    """What is there before the first task stays: it is not searched for rubbish again and
    again, and its memory stays shared with the other processes."""
    gc.freeze()
    _telemetry().begin("worker")


@worker_process_shutdown.connect
def tell_the_rest(**_: object) -> None:
    _telemetry().end()


@setup_logging.connect
def keep_django_logging(**_: object) -> None:
    """A receiver here stops Celery from replacing the logging set up by Django."""


@app.on_after_finalize.connect
def gather_timetables(sender: Celery, **_: object) -> None:
    """Each app's `tasks.TIMETABLE`: name → (task, seconds or five crontab fields, and
    its arguments, if it takes any)."""
    for name, (task, when, *arguments) in _timetables().items():
        sender.conf.beat_schedule[name] = {
            "task": task,
            "schedule": when,
            "args": arguments,
        }


def _timetables() -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for config in apps.get_app_configs():
        if config.name.startswith("apps.") and find_spec(f"{config.name}.tasks"):
            found |= getattr(import_module(f"{config.name}.tasks"), "TIMETABLE", {})
    return found
