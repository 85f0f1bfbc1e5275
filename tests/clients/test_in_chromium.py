"""The TypeScript client in a real browser: on the server's own origin, and on others that
the server's setting lets in, with the cookie and with tokens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import LoginSession, User
from tests.clients.server import files
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
_CLIENT = "/app/node_modules/@switchboard/client"
_HTML = f"""<!doctype html><title>An app of mine</title><link rel="icon" href="data:,">
<script type="importmap">{{"imports": {{
    "@switchboard/client": "{_CLIENT}/dist/index.js",
    "openapi-fetch": "{_CLIENT}/node_modules/openapi-fetch/dist/index.mjs"
}}}}</script>
"""
_TRIED = """async facts => {
    const { tried } = await import('/app/out/page.js')
    return tried(...facts)
}"""


@pytest.fixture
def elsewhere(programs: Path) -> Iterator[int]:
    """The port at which the app is served by itself."""
    with files(programs.parent, "/app/", _HTML) as port:
        yield port


@pytest.fixture
def letting_in(
    transactional_db: None, settings: Settings, elsewhere: int
) -> Iterator[str]:
    """A server that was started with a setting like the one of the guide."""
    listed = [f"http://{host}:{elsewhere}" for host in ("127.0.0.1", "localhost")]
    settings.CORS_ALLOWED_ORIGINS = listed
    settings.CSRF_TRUSTED_ORIGINS = [*settings.CSRF_TRUSTED_ORIGINS, *listed]
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.mark.parametrize(
    ("host", "how"),
    [
        ("", "cookie"),
        # Of the same site, whose cookie it cannot read.
        ("127.0.0.1", "cookie"),
        # Of another one.
        ("localhost", "tokens"),
    ],
)
def test_in_a_page(
    page: Page,
    programs: Path,
    elsewhere: int,
    letting_in: str,
    alice: User,
    host: str,
    how: str,
) -> None:
    keys: list[str] = []
    page.on("request", lambda asked: keys.append(_key(asked)))
    if not host:
        page.route("**/app/**", lambda route: _served(route, elsewhere))
    page.goto(f"http://{host}:{elsewhere}/app/" if host else f"{letting_in}/app/")
    site = letting_in if host else ""
    found = page.evaluate(_TRIED, [site, how, alice.email, PASSWORD])
    assert (found["nobody"], found["next"]) == ("unauthorized", None)
    assert found["theme"] == "dark" and len(found["id"]) == 32
    assert found["late"] == ["precondition_failed", True]
    assert found["out"] == 401
    row = LoginSession.objects.get()
    client = "browser" if how == "cookie" else "app"
    assert (row.client, row.ending) == (client, "signed_out")
    assert len([key for key in keys if key]) == 1


def _key(asked: Request) -> str:
    return asked.headers.get("idempotency-key", "")


def _served(route: Route, port: int) -> None:
    """As if the server had the app too."""
    path = route.request.url.partition("/app/")[2]
    route.fulfill(response=route.fetch(url=f"http://127.0.0.1:{port}/app/{path}"))
