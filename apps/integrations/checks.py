"""What is wrong with the settings of providers, in words, at start-up."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from apps.integrations import endpoints
from apps.integrations import provider as shelf


@register
def shelf_is_known(**_: Any) -> list[CheckMessage]:
    """Each provider on the shelf has its variables, and the other way round."""
    there, set_up = set(shelf.ids()), set(settings.PROVIDER_BASE_URLS)
    return [
        Error(
            f"{name} is a provider in one of apps/integrations/providers and "
            "config/settings/integrations.py, and not in the other.",
            hint="Name it in both.",
            id="integrations.E001",
        )
        for name in sorted(there ^ set_up)
    ]


@register
def clients(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{provider.id.upper()}_CLIENT_ID is set, and its secret is not.",
            hint=f"Set {provider.id.upper()}_CLIENT_SECRET as {provider.name} shows it.",
            id="integrations.E002",
        )
        for provider in endpoints.offered()
        if not endpoints.client(provider).secret
    ]


@register
def base_urls(**_: Any) -> list[CheckMessage]:
    found = list[CheckMessage]()
    for provider, url in settings.PROVIDER_BASE_URLS.items():
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or parts.path or not url):
            found.append(
                Error(
                    f"{provider.upper()}_BASE_URL is {url!r}, which is not an origin.",
                    hint="Write scheme and host only, like https://proxy.example.",
                    id="integrations.E003",
                )
            )
    return found


@register
def proof_of_the_code(**_: Any) -> list[CheckMessage]:
    """RFC 9700 §2.1.1: a handshake without PKCE is one a stolen code ends."""
    return [
        Error(
            f"{provider.name} is to be connected without PKCE.",
            hint="Only Notion, which has none, may be declared so.",
            id="integrations.E004",
        )
        for provider in shelf.every()
        if not provider.has_pkce and provider.id != "notion"
    ]
