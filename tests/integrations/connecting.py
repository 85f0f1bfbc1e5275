"""Alice at the pages, in a browser of her own; the provider is the simulator."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.test import Client

from apps.accounts.models import User
from apps.integrations.models import Connection
from tests.integrations.servers import Simulator, http
from tests.sign_in import signed_in


def leave(browser: Client, provider: str, features: Sequence[str], **more: str) -> str:
    """The address at the provider that a press of Connect leads to."""
    page = browser.post(
        f"/app/connections/{provider}/connect/", {"features": features, **more}
    )
    assert page.status_code == 200, page.status_code
    return str(page.context["url"])


def decided(address: str) -> dict[str, str]:
    """What the provider sends back, where the simulator was told how to decide."""
    answer = http.get(address)
    assert answer.is_redirect, answer.text
    target = answer.headers["location"]
    assert target.startswith(f"{settings.PUBLIC_URL}/app/connections/")
    return dict(parse_qsl(urlsplit(target).query))


def come_back(browser: Client, provider: str, query: dict[str, str]) -> Any:
    return browser.get(f"/app/connections/{provider}/callback/", query, follow=True)


def connect(
    user: User,
    simulator: Simulator,
    provider: str = "google",
    features: Sequence[str] = ("calendar.read",),
    browser: Client | None = None,
    **decision: Any,
) -> Connection:
    """The whole way; the connection that it made."""
    browser = browser or signed_in(user)
    decision.setdefault("account", user.email)
    simulator.order("decide", **decision)
    come_back(browser, provider, decided(leave(browser, provider, features)))
    return Connection.objects.owned_by(user).filter(provider=provider).latest("pk")
