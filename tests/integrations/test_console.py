"""Operators see how connections stand and act on them for a reason, never on a token."""

import re

import pytest
from django.core import mail
from django.test import Client

from apps.accounts.models import User
from apps.integrations import breaker, tokens
from apps.integrations.models import Connection, Consent, ProviderState, Token
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator
from tests.rbac.factories import person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
LIST = "/admin/integrations/connection/"
PROVIDERS = "/admin/integrations/providerstate/"


@pytest.fixture
def ada() -> Client:
    return signed_in(person("administrator", email="ada@example.com"))


@pytest.fixture
def google(alice: User, providers: Simulator) -> Connection:
    return connect(alice, providers)


def act(ada: Client, page: str, action: str, pk: object, **more: str) -> None:
    form = {"action": action, "_selected_action": str(pk), **more}
    answer = ada.post(page, {**form, "confirm": "1", "reason": "they asked for it"})
    assert answer.status_code == 302, answer.content


def offered(ada: Client, page: str) -> list[str]:
    said = ada.get(page).content.decode()
    return re.findall(r'name="action" value="(\w+)"', said)


def test_no_page_shows_a_token_nor_what_it_is_sealed_in(
    ada: Client, google: Connection, providers: Simulator
) -> None:
    secrets = [token for kind in providers.tokens().values() for token in kind]
    secrets.append(Token.objects.get().sealed)
    for page in (
        LIST,
        f"{LIST}{google.pk}/change/",
        "/admin/integrations/consent/",
        "/admin/integrations/oauthevent/",
        PROVIDERS,
        f"{PROVIDERS}google/change/",
    ):
        answer = ada.get(page)
        assert answer.status_code == 200, page
        said = answer.content.decode()
        assert not [each for each in secrets if each in said]
    assert ada.get("/admin/integrations/token/").status_code == 404
    assert ada.get("/admin/socialaccount/socialtoken/").status_code == 404


def test_a_connection_is_paused_resumed_and_ended_for_a_reason(
    ada: Client, google: Connection, recorded: object
) -> None:
    act(ada, LIST, "pause", google.pk)
    google.refresh_from_db()
    assert (google.status, google.reason) == ("paused", "operator")
    act(ada, LIST, "resume", google.pk)
    google.refresh_from_db()
    assert google.status == "connected"
    act(ada, LIST, "disconnect", google.pk, typed="google")
    google.refresh_from_db()
    assert google.status == "ended"
    assert not Token.objects.exists()
    said = Consent.objects.order_by("id").values_list("event", "channel")
    assert list(said)[2:] == [
        ("paused", "operator"),
        ("resumed", "operator"),
        ("withdrawn", "operator"),
    ]
    assert [letter.subject for letter in mail.outbox] == ["A connection was ended"]


def test_only_what_its_state_allows_is_offered(ada: Client, google: Connection) -> None:
    page = f"{LIST}{google.pk}/change/"
    assert offered(ada, page) == ["pause", "renew", "disconnect"]
    act(ada, LIST, "pause", google.pk)
    assert offered(ada, page) == ["resume", "disconnect"]
    act(ada, LIST, "disconnect", google.pk, typed="Google")
    assert offered(ada, page) == []
    assert offered(ada, f"{PROVIDERS}google/change/") == ["stop"]
    act(ada, PROVIDERS, "stop", "google")
    assert offered(ada, f"{PROVIDERS}google/change/") == ["let_go"]


@pytest.mark.parametrize("typed", ["", "Microsoft", "alice@example.com"])
def test_another_name_disconnects_nothing(
    ada: Client, google: Connection, typed: str
) -> None:
    form = {"action": "disconnect", "_selected_action": str(google.pk), "typed": typed}
    said = ada.post(LIST, {**form, "confirm": "1", "reason": "they asked for it"})
    assert b"so nothing was done." in said.content
    assert b"Type the name of the provider, Google" in said.content
    google.refresh_from_db()
    assert google.status == "connected"


def test_a_token_is_renewed_now(ada: Client, google: Connection) -> None:
    before = tokens.bearer(google)
    act(ada, LIST, "renew", google.pk)
    assert tokens.bearer(google).generation == before.generation + 1


def test_a_provider_is_stopped_and_let_go(
    ada: Client, google: Connection, providers: Simulator
) -> None:
    act(ada, PROVIDERS, "stop", "google")
    assert not breaker.is_closed(google.declared)
    with pytest.raises(tokens.NotNow):
        tokens.renew_now(google)
    assert "Nothing is renewed at Google" in ada.get("/admin/").content.decode()
    act(ada, PROVIDERS, "let_go", "google")
    tokens.renew_now(google)


def test_every_provider_has_its_line(ada: Client, google: Connection) -> None:
    tokens.renew_now(google)
    said = ada.get(PROVIDERS).content.decode()
    assert ProviderState.objects.count() == 4
    for name in ("google", "microsoft", "notion", "youtube"):
        assert name in said
    assert "100 %" in said


def test_prometheus_hears_how_they_stand(google: Connection) -> None:
    tokens.renew_now(google)
    said = Client().get("/metrics").content.decode()
    line = 'switchboard_oauth_connections{provider="google",status="connected"} 1.0'
    assert line in said
    assert 'switchboard_oauth_provider_stopped{provider="google"} 0.0' in said
    assert (
        'switchboard_oauth_refreshes_total{outcome="renewed",provider="google"' in said
    )
