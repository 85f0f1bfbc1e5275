"""Logs: one JSON object a line on a server, one readable line on a laptop.

Lines carry ids, never bodies, numbers, codes or tokens, nor the keys that are in paths
(`paths.py`). Tracebacks come without local
variables: a frame of a failed connection holds the database password.
"""

import logging.config
import sys
from typing import Any

import structlog

from apps.core import paths

logger: structlog.typing.FilteringBoundLogger = structlog.get_logger("switchboard")

_STAMP = structlog.processors.TimeStamper(fmt="iso", utc=True)
_ENRICH: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    paths.hide,
    _STAMP,
]


class _Stderr:
    """Writes a finished line. Our own lines skip the standard library's records and
    formatters, which cost a webhook more than its signature."""

    def __init__(self, *_: object) -> None:
        pass

    def msg(self, line: str) -> None:
        # In one piece: two threads' lines must not mix.
        sys.stderr.write(f"{line}\n")

    debug = info = warning = error = critical = msg


def configure(options: dict[str, str]) -> None:
    """`LOGGING_CONFIG` of the settings. `options`: format ("json" or "plain"), level."""
    level = logging.getLevelNamesMapping()[options["level"]]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _ours,
            _STAMP,
            *_renderers(options["format"]),
        ],
        logger_factory=_Stderr,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    logging.config.dictConfig(_standard(options["format"], options["level"]))


def _ours(
    _: Any, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    event["logger"] = "switchboard"
    return event


def _standard(style: str, level: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "house": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _ENRICH,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *_renderers(style),
                ],
            }
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "house"}
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Every request line of these holds a path or a URL with its query.
            "httpx": {"level": "WARNING"},
            "twilio": {"level": "WARNING"},
            "celery": {"level": "WARNING"},
            "django.server": {"level": "WARNING"},
            # Of a worker; gunicorn itself writes before there is a site.
            "gunicorn.error": {"handlers": ["stderr"], "propagate": False},
        },
    }


def _renderers(style: str) -> list[structlog.typing.Processor]:
    if style == "plain":
        return [
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            )
        ]
    return [
        structlog.processors.ExceptionRenderer(
            structlog.tracebacks.ExceptionDictTransformer(
                show_locals=False, max_frames=12
            )
        ),
        structlog.processors.JSONRenderer(),
    ]
