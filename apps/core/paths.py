"""Addresses in logs, without what is secret in them.

A path may hold the key of a password reset, of an unsubscription or of a webhook. What
Django and gunicorn say of a request names its path, so it is written anew: as the route
that answers it, and where none does, by its plain words alone.
"""

import re
from typing import Any

import structlog
from django.urls import Resolver404, resolve

# Who writes of requests. Elsewhere a path is one of a file.
_TELL = ("django.request", "django.security", "django.server", "gunicorn")
_PATH = re.compile(r"""(https?://[^\s/"'<>]+|(?<![\w./:]))(/[^\s"'<>]*)""")
_HIDDEN = "…"
# What people name pages with. Keys have digits, capitals or signs in them.
_WORD = re.compile(r"[a-z]+([_-][a-z]+)*(\.[a-z]{2,5})?")
_LONGEST_WORD = 24


def shown(path: str) -> str:
    """The path with its query, as it may be written down."""
    path, asks, _ = path.partition("?")
    try:
        told = "/" + resolve(path).route
    except Resolver404:
        told = "/".join(map(_word, path.split("/")))
    return told + (f"?{_HIDDEN}" if asks else "")


def hide(
    _: Any, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """A processor of log lines."""
    if str(event.get("logger", "")).startswith(_TELL):
        event["event"] = _PATH.sub(
            lambda found: found[1] + shown(found[2]), str(event["event"])
        )
    return event


def _word(part: str) -> str:
    plain = len(part) <= _LONGEST_WORD and _WORD.fullmatch(part)
    return part if plain or not part else _HIDDEN
