"""Where a provider is, and as whom we are known there.

Both come from the settings: the client of each provider, and `<PROVIDER>_BASE_URL`,
which replaces scheme and host of every address of that provider.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from apps.core.errors import NotFound
from apps.integrations import provider as shelf
from apps.integrations.provider import Provider


@dataclass(frozen=True)
class Client:
    """As whom we are registered; the secret is shown nowhere."""

    id: str
    secret: str

    def __repr__(self) -> str:
        return f"Client({self.id!r})"


def offered() -> list[Provider]:
    """Those that are set up here."""
    return [each for each in shelf.every() if is_offered(each)]


def is_offered(provider: Provider) -> bool:
    return bool(settings.OAUTH_CLIENTS.get(provider.id))


def offer(provider_id: str) -> Provider:
    """Raises NotFound for one that is not set up here."""
    provider = shelf.named(provider_id)
    if not is_offered(provider):
        raise NotFound(
            gettext("%(name)s cannot be connected here.") % {"name": provider.name}
        )
    return provider


def client(provider: Provider) -> Client:
    """Raises NotFound for a provider that is not set up here (any more)."""
    if not is_offered(provider):
        raise NotFound(
            gettext("%(name)s cannot be connected here.") % {"name": provider.name}
        )
    return Client(*settings.OAUTH_CLIENTS[provider.id])


def callback(provider: Provider, page: str) -> str:
    """Registered at the provider, to the letter; never made from the Host header."""
    path = reverse(page, args=[provider.id])
    return f"{settings.PUBLIC_URL}{path}"


def authorize(provider: Provider) -> str:
    return at(provider, provider.authorize_url)


def token(provider: Provider) -> str:
    return at(provider, provider.token_url)


def at(provider: Provider, url: str) -> str:
    """The same address where this provider is reached from here."""
    url = url.replace("{tenant}", settings.MICROSOFT_TENANT)
    base = trusted(provider)
    if not base:
        return url
    parts = urlsplit(url)
    return base + parts._replace(scheme="", netloc="").geturl()


def trusted(provider: Provider) -> str:
    """The origin that stands for all of this provider's, if one was set."""
    base: str = settings.PROVIDER_BASE_URLS.get(provider.id, "")
    return base


def trusted_origin(url: str) -> str:
    """Of an address of any provider, the origin that was set for it, if one was."""
    bases: list[str] = [each for each in settings.PROVIDER_BASE_URLS.values() if each]
    return next((each for each in bases if url.startswith(f"{each}/")), "")


def project(provider: Provider) -> str:
    """Grants of one person to clients of one project are one grant there. Of Google's
    clients the number before the dash names the project."""
    return f"{provider.family}:{client(provider).id.partition('-')[0]}"
