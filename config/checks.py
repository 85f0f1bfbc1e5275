"""What is wrong with the installation's settings, in words, at start-up."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import (
    ManifestStaticFilesStorage,
    staticfiles_storage,
)
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.checks.registry import registry
from django.core.exceptions import ImproperlyConfigured

from apps.accounts import breached
from apps.core.vault import BadKeyRing, parse_ring
from apps.jobs import webhooks
from config.env import env, served


@register
def servers(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{name} is not set, and no server of `make run` is up.",
            hint=f"Start `make run`, or set {name}.",
            id=f"config.E00{number}",
        )
        for number, name in enumerate(("DATABASE_URL", "REDIS_URL"), 1)
        if not served(name)
    ]


@register
def mistakes(**_: Any) -> list[CheckMessage]:
    return [
        Error(words, hint="See .env.example.", id="config.E006")
        for words in env.mistakes
    ]


@register
def keys(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for name in ("FIELD_ENCRYPTION_KEYS", "JWT_SIGNING_KEYS"):
        try:
            parse_ring(getattr(settings, name))
        except BadKeyRing as error:
            found.append(
                Error(
                    f"{name} cannot be used: {error}.",
                    hint="One is made by: openssl rand -base64 32 (then k1:<that>).",
                    id="config.E003",
                )
            )
    return found


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
def chosen(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{name} is not set, and a server cannot guess it.",
            hint="See .env.example.",
            id="config.E005",
        )
        for name in getattr(settings, "MUST_BE_CHOSEN", ())
        if not env.str(name, default="")
    ]


@register
def https(**_: Any) -> list[CheckMessage]:
    """Of a server, which everything else relies on: cookies, passkeys, links."""
    here = ("https://", "http://localhost", "http://127.0.0.1")
    if not hasattr(settings, "MUST_BE_CHOSEN") or not settings.PUBLIC_URL:
        return []
    if settings.PUBLIC_URL.startswith(here):
        return []
    return [
        Error(
            "PUBLIC_URL does not begin with https://.",
            hint="Cookies and passkeys are safe over HTTPS only.",
            id="config.E008",
        )
    ]


@register(deploy=True)
def gathered(**_: Any) -> list[CheckMessage]:
    """Pages find their styles and scripts by a list that `collectstatic` writes. What
    makes no pages, like a migration before that, does without."""
    if not isinstance(staticfiles_storage, ManifestStaticFilesStorage):
        return []
    if staticfiles_storage.hashed_files:
        return []
    return [
        Error(
            "The styles and scripts of the pages were not gathered.",
            hint="Run: manage.py collectstatic --no-input",
            id="config.E009",
        )
    ]


@register
def mail_webhook(**_: Any) -> list[CheckMessage]:
    if not settings.MAIL_PROVIDER or webhooks.has_proof():
        return []
    return [
        Warning(
            "Nobody can prove to be the mail provider, so bounces are not heard of.",
            hint="Set EMAIL_WEBHOOK_SECRET; see docs/mail.md.",
            id="config.W002",
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


@register
def breached_passwords(**_: Any) -> list[CheckMessage]:
    path = settings.BREACHED_PASSWORDS_FILE
    if not path:
        return []
    try:
        breached.look_over(path)
    except OSError as error:
        wrong = error.strerror
    except breached.BadList as error:
        wrong = str(error)
    else:
        return []
    return [
        Error(
            f"BREACHED_PASSWORDS_FILE is {path!r} and cannot be used: {wrong}.",
            hint="It takes the list of SHA-1 hashes in the order of the hashes, as the"
            " downloader of haveibeenpwned.com/Passwords writes it.",
            id="config.E007",
        )
    ]


def _ours() -> list[Callable[..., Iterable[CheckMessage]]]:
    return [
        check
        for check in registry.get_checks()
        if check.__module__.startswith(("apps.", "config."))
    ]


def insist(*, makes_pages: bool = False) -> None:
    """Refuse to serve with a setting that one of our checks calls an error.

    For processes that Django does not check by itself: web server, worker, beat. What
    Django checks besides is code, which has been tested, and would have a worker load
    every page.
    """
    found = [message for check in _ours() for message in check()]
    found += gathered() if makes_pages else []
    bad = [each for each in found if each.is_serious(logging.ERROR)]
    if bad:
        words = "; ".join(f"{each.msg} {each.hint or ''}".strip() for each in bad)
        raise ImproperlyConfigured(words)
