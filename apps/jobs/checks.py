"""A pipeline that cannot run is found when a process starts."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from apps.jobs import graphs
from apps.jobs.graphs import BadPipeline


@register
def pipelines(**_: Any) -> list[CheckMessage]:
    try:
        graphs.every()
    except BadPipeline as error:
        return [Error(f"A pipeline cannot run: {error}.", id="jobs.E001")]
    return []
