"""Whom the product talks to outside: the carrier, mail, providers, and itself by its
public address."""

import re
from collections.abc import Iterator
from contextlib import suppress
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import get_connection
from django.http.request import validate_host

from apps.core import http
from apps.core.errors import OutsideFailure
from apps.integrations import endpoints
from apps.integrations.models import ProviderState
from apps.sms import addresses
from apps.sms.gateway import NotDone
from apps.sms.gateways.twilio import GATEWAY
from config.doctor.findings import Finding, fail, ok, warn

# As Twilio's console shows them.
_ACCOUNT = re.compile(r"AC[0-9a-f]{32}")
_TOKEN = re.compile(r"[0-9a-f]{32}")
_SERVICE = re.compile(r"MG[0-9a-f]{32}")
_SECONDS = 5.0
_GO_NOWHERE = ("console", "dummy", "filebased", "locmem", "mailbox")


def twilio_settings() -> Iterator[Finding]:
    if settings.SMS_GATEWAY == "simulator":
        if settings.DEBUG:
            yield ok("texts are played by the simulator")
        else:
            yield warn("texts are played, and reach nobody", "Set SMS_GATEWAY=twilio.")
        return
    wrong = list(_wrong_of_twilio())
    for words, remedy in wrong:
        yield fail(words, remedy)
    if settings.TWILIO_API_BASE:
        yield warn(
            "TWILIO_API_BASE leads elsewhere than to Twilio",
            "Take it away, unless it is a proxy of yours.",
        )
    if not wrong:
        yield ok("account, token and number have the form that Twilio gives them")


def _wrong_of_twilio() -> Iterator[tuple[str, str]]:
    copy = "Copy it from the Twilio console."
    if not _ACCOUNT.fullmatch(settings.TWILIO_ACCOUNT_SID):
        yield "TWILIO_ACCOUNT_SID is not AC and 32 digits (0-9, a-f)", copy
    tokens = settings.TWILIO_AUTH_TOKEN.split(",")
    if not all(_TOKEN.fullmatch(each.strip()) for each in tokens):
        yield "TWILIO_AUTH_TOKEN is not 32 digits (0-9, a-f)", copy
    service = settings.TWILIO_MESSAGING_SERVICE_SID
    if service and not _SERVICE.fullmatch(service):
        yield "TWILIO_MESSAGING_SERVICE_SID is not MG and 32 digits (0-9, a-f)", copy


def twilio_addresses() -> Iterator[Finding]:
    """Asked of Twilio: whether it knows us, and brings texts here."""
    if settings.SMS_GATEWAY != "twilio":
        return
    try:
        drift = GATEWAY.drift(addresses.expected())
    except NotDone as error:
        yield fail(
            f"Twilio does not answer as it should: {error}",
            "Look at the account and its token, and at https://status.twilio.com.",
        )
        return
    for each in drift:
        yield fail(str(each), "Run manage.py sms_configure_twilio.")
    if not drift:
        yield ok("Twilio brings texts here")


def mail_settings() -> Iterator[Finding]:
    backend = settings.POST_BACKEND
    if any(word in backend for word in _GO_NOWHERE) and not settings.DEBUG:
        yield warn("letters go nowhere", "Set EMAIL_URL to a mail server or provider.")
    sender = settings.DEFAULT_FROM_EMAIL.rstrip(">").rpartition("@")[2]
    if sender in ("localhost", "") and not settings.DEBUG:
        yield warn(
            f"letters come from {sender or 'nobody'}, and will be taken for spam",
            "Set DEFAULT_FROM_EMAIL to an address of your domain.",
        )
    yield ok(f"letters go by {settings.MAIL_PROVIDER or backend.rsplit('.', 2)[-2]}")


def mail_server() -> Iterator[Finding]:
    """Signs in to the mail server, and sends nothing."""
    if "smtp" not in settings.POST_BACKEND:
        return
    office = get_connection(settings.POST_BACKEND)
    try:
        office.open()
    except (OSError, SMTPException) as error:
        yield fail(
            f"the mail server does not let us in ({type(error).__name__})",
            "Correct EMAIL_URL: host, port, TLS, user and password.",
        )
        return
    finally:
        with suppress(OSError, SMTPException):
            office.close()
    yield ok("the mail server lets us in")


def providers() -> Iterator[Finding]:
    names = [provider.name for provider in endpoints.offered()]
    if not names:
        yield warn(
            "people can connect no account",
            "Register at a provider, and set its _CLIENT_ID and _CLIENT_SECRET.",
        )
        return
    for provider, base in settings.PROVIDER_BASE_URLS.items():
        if base and not settings.DEBUG:
            yield warn(
                f"{provider.upper()}_BASE_URL leads elsewhere than to the provider",
                "Take it away, unless it is a proxy of yours.",
            )
    yield ok(f"people can connect {', '.join(names)}")


def providers_that_refuse() -> Iterator[Finding]:
    for state in ProviderState.objects.order_by("provider"):
        if state.is_open:
            yield fail(
                f"{state.provider} refuses us, and no token of it is renewed",
                f"Look at the registration, and at {state.provider.upper()}_CLIENT_…",
            )


def proxy_settings() -> Iterator[Finding]:
    parts = urlsplit(settings.PUBLIC_URL)
    if not validate_host(parts.hostname or "", settings.ALLOWED_HOSTS):
        yield fail(
            f"{parts.hostname} is not in ALLOWED_HOSTS, so nobody is answered there",
            "Add it.",
        )
    if settings.DEBUG:
        yield ok("a laptop has no proxy")
    elif not settings.TRUSTED_PROXY_COUNT:
        yield warn(
            "no proxy is trusted: all requests seem to be plain, and of one address",
            "Set TRUSTED_PROXY_COUNT to the number of proxies in front, each of which "
            "overwrites X-Forwarded-For and X-Forwarded-Proto.",
        )
    else:
        yield ok(f"{settings.TRUSTED_PROXY_COUNT} in front, known as {parts.netloc}")


def site() -> Iterator[Finding]:
    """By its public address, as the world sees it. Figures are for inside: a proxy that
    says nothing of who asks shows by giving them out. A laptop has nobody outside."""
    try:
        is_live = _answers("/health/live")
        shows_figures = not settings.DEBUG and _answers("/metrics")
    except OutsideFailure as error:
        yield fail(
            f"{settings.PUBLIC_URL} does not answer: {error.sentence}",
            "Look at the name, the certificate and the proxy.",
        )
        return
    if not is_live:
        yield fail(
            f"{settings.PUBLIC_URL}/health/live is not 200",
            "Something else answers there, or the proxy leads elsewhere.",
        )
    if shows_figures:
        yield fail(
            f"{settings.PUBLIC_URL}/metrics is for everybody to read",
            "The proxy has to set X-Forwarded-For, or to refuse /metrics.",
        )
    if is_live and not shows_figures:
        alone = "" if settings.DEBUG else ", and keeps its figures to itself"
        yield ok(f"{settings.PUBLIC_URL} answers{alone}")


def _answers(path: str) -> bool:
    origin = settings.PUBLIC_URL
    # Its beginning is enough: what is read does not matter.
    answer = http.ask(
        "GET", origin + path, trusted=origin, seconds=_SECONDS, most_bytes=1, cut=True
    )
    return answer.status == 200
