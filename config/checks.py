"""What is wrong with the installation's settings, in words, at start-up."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from apps.core.vault import BadKeyRing, parse_ring
from config.env import service_url


@register
def servers(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{name} is not set, and no server of `make run` is up.",
            hint=f"Start `make run`, or set {name}.",
            id=f"config.E00{number}",
        )
        for number, name in enumerate(("DATABASE_URL", "REDIS_URL"), 1)
        if not service_url(name)
    ]


@register
def keys(**_: Any) -> list[CheckMessage]:
    try:
        parse_ring(settings.FIELD_ENCRYPTION_KEYS)
    except BadKeyRing as error:
        return [
            Error(
                f"FIELD_ENCRYPTION_KEYS cannot be used: {error}.",
                hint="One is made by: openssl rand -base64 32 (then k1:<that>).",
                id="config.E003",
            )
        ]
    return []


@register
def secret_key(**_: Any) -> list[CheckMessage]:
    if len(settings.SECRET_KEY) >= 32:
        return []
    return [
        Error(
            "SECRET_KEY is not set or shorter than 32 characters.",
            hint="One is made by: openssl rand -base64 48",
            id="config.E004",
        )
    ]


@register
def hosts(**_: Any) -> list[CheckMessage]:
    if not settings.DEBUG or settings.PUBLIC_URL.startswith(
        ("http://localhost", "http://127.0.0.1")
    ):
        return []
    return [
        Warning(
            "DEBUG is on, and PUBLIC_URL is not this machine.",
            hint="Set DEBUG=0 wherever others can reach the site.",
            id="config.W001",
        )
    ]
