"""How mail leaves: what `EMAIL_URL` means.

    smtp+tls://user:password@mail.example:587
    mailgun://KEY@mg.example.com?api_url=https://api.eu.mailgun.net/v3
    postmark://TOKEN@

A provider's address is `name://KEY@domain` or `name://KEY:SECRET@`, where it asks for
these; django-anymail knows how to talk to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from config.env import Env


@dataclass(frozen=True)
class Provider:
    """What its parts are called in anymail's settings; empty where it has none."""

    key: str
    secret: str = ""
    domain: str = ""
    # What its webhooks are signed with. Others prove themselves by basic
    # authentication.
    signing: str = ""


PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        "brevo": Provider("BREVO_API_KEY"),
        "mailgun": Provider(
            "MAILGUN_API_KEY",
            domain="MAILGUN_SENDER_DOMAIN",
            signing="MAILGUN_WEBHOOK_SIGNING_KEY",
        ),
        "mailjet": Provider("MAILJET_API_KEY", secret="MAILJET_SECRET_KEY"),
        "postmark": Provider("POSTMARK_SERVER_TOKEN"),
        "resend": Provider("RESEND_API_KEY"),
        "sendgrid": Provider(
            "SENDGRID_API_KEY", signing="SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY"
        ),
    }
)


_OURS = {"django.core.mail.backends.smtp.EmailBackend": "apps.jobs.smtp.EmailBackend"}


def settings(env: Env, *, seconds: int) -> dict[str, Any]:
    """What Django and anymail are to be told. `seconds`: the longest to wait for an
    answer. Mistakes are left to `env` to tell, and mail is then printed."""
    schemes = [*env.EMAIL_SCHEMES, *PROVIDERS]
    address = env.address("EMAIL_URL", schemes, default="consolemail://")
    name = address.partition("://")[0]
    if name not in PROVIDERS:
        found: dict[str, Any] = env.email_url_config(address)
        backend = _OURS.get(found["EMAIL_BACKEND"], found.pop("EMAIL_BACKEND"))
        return {**found, "POST_BACKEND": backend, "MAIL_PROVIDER": "", "ANYMAIL": {}}
    return {
        "POST_BACKEND": f"anymail.backends.{name}.EmailBackend",
        "MAIL_PROVIDER": name,
        "ANYMAIL": {"REQUESTS_TIMEOUT": seconds, **_told(env, name, address)},
    }


def _told(env: Env, name: str, address: str) -> dict[str, Any]:
    provider, parts = PROVIDERS[name], urlsplit(address)
    given = {
        provider.key: unquote(parts.username or ""),
        provider.secret: unquote(parts.password or ""),
        provider.domain: parts.hostname or "",
    }
    wanted = {setting: value for setting, value in given.items() if setting}
    if not all(wanted.values()):
        secret = ":SECRET" if provider.secret else ""
        domain = "DOMAIN" if provider.domain else ""
        env.mistakes.append(
            f"EMAIL_URL lacks a part; it takes {name}://KEY{secret}@{domain}."
        )
    if api_url := parse_qs(parts.query).get("api_url"):
        wanted[f"{name.upper()}_API_URL"] = api_url[0]
    return wanted | _proofs(env, name)


def _proofs(env: Env, name: str) -> dict[str, Any]:
    """How the provider's webhook shows that it is the provider."""
    found: dict[str, Any] = {}
    if secret := env.str("EMAIL_WEBHOOK_SECRET", default=""):
        if not all(secret.partition(":")):
            env.mistakes.append("EMAIL_WEBHOOK_SECRET takes name:password.")
        found["WEBHOOK_SECRET"] = secret
    if key := env.str("EMAIL_WEBHOOK_SIGNING_KEY", default=""):
        setting = PROVIDERS[name].signing
        if not setting:
            env.mistakes.append(
                f"EMAIL_WEBHOOK_SIGNING_KEY is of no use: {name} does not sign."
                " Set EMAIL_WEBHOOK_SECRET."
            )
        else:
            found[setting] = key
    return found
