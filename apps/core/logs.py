"""Logs: one JSON object a line on a server, one readable line on a laptop.

Lines carry ids, never bodies, numbers, codes or tokens. Tracebacks come without local
variables: a frame of a failed connection holds the database password.
"""

import logging.config
from typing import Any

import structlog

logger: structlog.stdlib.BoundLogger = structlog.get_logger("switchboard")

_ENRICH: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(options: dict[str, str]) -> None:
    """`LOGGING_CONFIG` of the settings. `options`: format ("json" or "plain"), level."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_ENRICH,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    logging.config.dictConfig(_standard(options["format"], options["level"]))


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
