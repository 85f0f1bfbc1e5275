"""The product against servers that others have written: a strict authorization server at
Google's addresses, and emulators of Google and Microsoft."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.integrations import connections, granted, tokens
from apps.integrations.consents import Channel
from apps.integrations.models import Connection, OAuthEvent, Token
from apps.jobs import leases, runner
from tests import races
from tests.integrations import browser, servers
from tests.integrations.apps import EVENTS, READ_EVENTS
from tests.integrations.connecting import come_back, leave
from tests.integrations.servers import Server
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
PATHS = {
    "authorization": "/o/oauth2/v2/auth",
    "token": "/token",
    "revocation": "/revoke",
}
BACK = f"{django_settings.PUBLIC_URL}/app/connections"
PERSON: dict[str, Any] = {"login": "alice", "password": "any"}


@pytest.fixture(scope="session")
def _strict() -> Iterator[Server]:
    with servers.oidc(
        f"{BACK}/google/callback/",
        scopes=f"{READ_EVENTS} {EVENTS}",
        ISSUER="https://accounts.google.com",
        PATHS=json.dumps(PATHS),
    ) as found:
        yield found


@pytest.fixture
def strict(_strict: Server, settings: Settings) -> Server:
    settings.OAUTH_CLIENTS = {"google": ("demo", "demo-secret")}
    settings.PROVIDER_BASE_URLS = {"google": _strict.url}
    return _strict


@pytest.fixture(scope="session")
def _googles_shapes() -> Iterator[Server]:
    with servers.emulated("google", "https://accounts.google.com") as found:
        yield found


@pytest.fixture(scope="session")
def _microsofts_shapes() -> Iterator[Server]:
    with servers.emulated("microsoft") as found:
        yield found


def connected(
    user: User, provider: str = "google", more: str = "", **answers: Any
) -> Connection:
    """As a person does it, page by page."""
    mine = signed_in(user)
    address = leave(mine, provider, ["calendar.read"])
    query = browser.consent(address + more, back=BACK, **answers)
    come_back(mine, provider, query)
    return Connection.objects.get(user=user, provider=provider)


def work() -> None:
    while (lease := leases.claim("mail")) is not None:
        runner.run(lease)


def test_a_strict_server_takes_our_handshake(alice: User, strict: Server) -> None:
    """PKCE or nothing, the exact address to come back to, `iss` in the answer."""
    row = connected(alice, **PERSON)
    assert row.status == "connected"
    assert row.label == "alice@example.com"
    assert READ_EVENTS in granted.of(row)


def test_what_a_person_did_not_tick_is_seen(alice: User, strict: Server) -> None:
    row = connected(alice, more=f"&deny={READ_EVENTS}", **PERSON)
    assert (row.status, row.reason) == ("limited", "partial")


def test_a_code_that_comes_back_twice_is_redeemed_once(
    alice: User, strict: Server
) -> None:
    """The second time would end what the first one gave."""
    mine = signed_in(alice)
    query = browser.consent(
        leave(mine, "google", ["calendar.read"]), back=BACK, **PERSON
    )
    for _ in range(2):
        come_back(mine, "google", query)
    row = Connection.objects.get()
    tokens.renew_now(row)
    assert OAuthEvent.objects.get(kind="refresh").outcome == "renewed"


def test_a_token_that_rotates_is_renewed_again_and_again(
    alice: User, strict: Server
) -> None:
    row = connected(alice, **PERSON)
    for _ in range(4):
        tokens.renew_now(row)
    row.refresh_from_db()
    assert row.status == "connected"
    assert Token.objects.get().generation == 5


def test_a_token_that_was_used_by_somebody_else_is_the_end_and_is_said(
    alice: User, strict: Server
) -> None:
    row = connected(alice, **PERSON)
    stolen = Token.objects.get().open().refresh
    servers.http.post(
        f"{strict.url}/token",
        data={
            "grant_type": "refresh_token",
            "refresh_token": stolen,
            "client_id": "demo",
            "client_secret": "demo-secret",
        },
    )
    with pytest.raises(tokens.NotUsable):
        tokens.renew_now(row)
    row.refresh_from_db()
    assert (row.status, row.reason) == ("attention", "refused")


def test_disconnecting_revokes_the_whole_family(alice: User, strict: Server) -> None:
    row = connected(alice, **PERSON)
    kept = Token.objects.get().open().refresh
    connections.disconnect(row=row, channel=Channel.PORTAL)
    work()
    said = servers.http.post(
        f"{strict.url}/token",
        data={
            "grant_type": "refresh_token",
            "refresh_token": kept,
            "client_id": "demo",
            "client_secret": "demo-secret",
        },
    )
    assert said.json()["error"] == "invalid_grant"
    assert OAuthEvent.objects.get(kind="revoke").outcome == "revoked"


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_leave_the_family_alive(alice: User, strict: Server) -> None:
    row = connected(alice, **PERSON)
    Token.objects.update(expires_at="2020-01-01T00:00:00Z")
    found = races.together(8, lambda: tokens.bearer(row))
    assert len({each.value for each in found}) == 1
    tokens.renew_now(row)
    row.refresh_from_db()
    assert row.status == "connected"


@pytest.mark.parametrize("name", ["google", "microsoft"])
def test_answers_shaped_like_theirs_are_read(
    name: str,
    alice: User,
    settings: Settings,
    request: pytest.FixtureRequest,
) -> None:
    server = request.getfixturevalue(f"_{name}s_shapes")
    settings.OAUTH_CLIENTS = {name: ("demo", "demo-secret")}
    settings.PROVIDER_BASE_URLS = {name: server.url}
    row = connected(alice, name)
    assert row.uid
    assert "@" in row.label
    assert row.status in ("connected", "limited")
    tokens.renew_now(row)
    assert OAuthEvent.objects.get(kind="refresh").outcome == "renewed"


def test_the_pages_of_a_provider_that_is_away_say_so(
    alice: User, settings: Settings
) -> None:
    settings.OAUTH_CLIENTS = {"google": ("demo", "demo-secret")}
    settings.PROVIDER_BASE_URLS = {"google": "http://127.0.0.1:9"}
    mine: Client = signed_in(alice)
    address = leave(mine, "google", ["calendar.read"])
    state = address.partition("state=")[2].partition("&")[0]
    page = come_back(mine, "google", {"code": "x", "state": state})
    assert "Nothing has changed" in page.content.decode()
