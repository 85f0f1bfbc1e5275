"""What is handed over by name, and pipelines that cannot run, when a process starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

from apps.jobs import graphs
from apps.jobs.graphs import BadPipeline


@register
def pipelines(**_: Any) -> list[CheckMessage]:
    try:
        graphs.every()
    except BadPipeline as error:
        return [Error(f"A pipeline cannot run: {error}.", id="jobs.E001")]
    return []


@register
def channels(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"ALERT_CHANNELS hands {channel} over to {name!r}, which is not there.",
            hint="It is the dotted name of a function like apps.accounts.operators.tell.",
            id="jobs.E002",
        )
        for channel, name in settings.ALERT_CHANNELS.items()
        if not _is_there(name)
    ]


def _is_there(name: str) -> bool:
    try:
        return callable(import_string(name))
    except ImportError:
        return False
