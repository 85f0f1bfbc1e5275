"""An account is connected: by whom it was begun, in the browser where it was."""

import json
import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.core import http
from apps.integrations import granted, tokens
from apps.integrations.models import Connection, Consent, OAuthEvent, Revocation, Token
from apps.jobs import leases, runner
from tests.integrations.connecting import come_back, connect, decided, leave
from tests.integrations.servers import Simulator
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
READ_EVENTS = "https://www.googleapis.com/auth/calendar.events.readonly"
PROVIDERS = {
    "google": ["calendar.read", "mail.send"],
    "youtube": ["videos.read"],
    "microsoft": ["calendar.read"],
    "notion": ["pages.read", "pages.write"],
}


def work() -> None:
    while (lease := leases.claim("mail")) is not None:
        runner.run(lease)


@pytest.mark.parametrize("name", PROVIDERS)
def test_an_account_is_connected_and_works(
    name: str, alice: User, providers: Simulator
) -> None:
    row = connect(alice, providers, name, PROVIDERS[name])
    assert row.status == Connection.Status.CONNECTED
    assert row.features == PROVIDERS[name]
    assert row.label
    assert tokens.bearer(row).value in providers.tokens()["access"]


def test_it_makes_no_second_way_to_sign_in(alice: User, providers: Simulator) -> None:
    connect(alice, providers)
    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()


def test_what_was_read_and_allowed_is_on_record(
    alice: User, providers: Simulator
) -> None:
    row = connect(alice, providers)
    asked, allowed = Consent.objects.owned_by(alice).order_by("id")
    assert (asked.event, allowed.event) == ("asked", "granted")
    assert "Reads events of your main calendar" in asked.text
    assert asked.text_version == allowed.text_version != ""
    assert set(asked.scopes_asked) == set(allowed.scopes_granted)
    assert allowed.connection == row.public_id
    assert asked.channel == "portal"


def test_activity_tells_of_what_was_connected_and_of_nothing_else(
    alice: User, providers: Simulator
) -> None:
    """That somebody was let connect one is no deed: they may have turned back."""
    browser, told = signed_in(alice), "<p>Connected an account</p>"
    leave(browser, "google", ["calendar.read"])
    browser.post("/app/connections/google/connect/", {"features": ["nothing"]})
    assert told not in browser.get("/app/activity/").content.decode()
    connect(alice, providers, browser=browser)
    assert browser.get("/app/activity/").content.decode().count(told) == 1


def test_a_consent_is_never_changed_nor_deleted(
    alice: User, providers: Simulator
) -> None:
    connect(alice, providers)
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.update(event="denied")
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.all().delete()
    for table in ("oauth_consents", "accounts_user CASCADE"):
        with pytest.raises(IntegrityError, match="TRUNCATE of oauth_consents"):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f"TRUNCATE {table}")


def test_the_address_asks_for_no_more_than_was_chosen(
    alice: User, providers: Simulator
) -> None:
    address = leave(signed_in(alice), "google", ["calendar.read"])
    asked = dict(parse_qsl(urlsplit(address).query))
    assert set(asked["scope"].split()) == {
        "openid",
        "email",
        "https://www.googleapis.com/auth/calendar.events.readonly",
    }
    assert asked["code_challenge_method"] == "S256"
    assert asked["access_type"] == "offline"


def test_where_it_comes_back_to_is_ours_whatever_the_host_header_says(
    alice: User, providers: Simulator, settings: Settings
) -> None:
    browser = signed_in(alice)
    page = browser.post(
        "/app/connections/google/connect/?auth_params=redirect_uri%3Dhttps://evil.example"
        "&scope=https://mail.google.com/",
        {"features": ["calendar.read"]},
        headers={"Host": "evil.example"},
    )
    asked = dict(parse_qsl(urlsplit(page.context["url"]).query))
    assert asked["redirect_uri"] == (
        f"{settings.PUBLIC_URL}/app/connections/google/callback/"
    )
    assert "mail.google.com" not in asked["scope"]


def test_a_code_comes_back_once(alice: User, providers: Simulator) -> None:
    browser = signed_in(alice)
    providers.order("decide", account="alice@example.com")
    query = decided(leave(browser, "google", ["calendar.read"]))
    come_back(browser, "google", query)
    again = come_back(browser, "google", query)
    assert "not begun here, or was done already" in again.content.decode()
    assert len(providers.requests("/token")) == 1
    assert tokens.bearer(Connection.objects.get()).value


def test_a_state_is_worth_nothing_in_another_browser(
    alice: User, bob: User, providers: Simulator
) -> None:
    """Whoever is led to a link that another began connects nothing, to nobody."""
    providers.order("decide", account="bob@example.com")
    query = decided(leave(signed_in(alice), "google", ["calendar.read"]))
    for victim in (signed_in(bob), Client()):
        page = come_back(victim, "google", query)
        assert page.status_code == 200
    assert not Connection.objects.exists()
    assert not providers.requests("/token")


def test_somebody_else_who_signed_in_meanwhile_gets_nothing(
    alice: User, bob: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    providers.order("decide", account="alice@example.com")
    query = decided(leave(browser, "google", ["calendar.read"]))
    state = browser.session["socialaccount_states"]
    signed_in(bob, browser)
    kept = browser.session
    kept["socialaccount_states"] = state
    kept.save()
    come_back(browser, "google", query)
    assert not Connection.objects.exists()
    assert not providers.requests("/token")


def test_a_state_of_one_provider_is_none_of_another(
    alice: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    providers.order("decide", account="alice@example.com")
    query = decided(leave(browser, "google", ["calendar.read"]))
    come_back(browser, "youtube", query)
    assert not Connection.objects.exists()
    assert not providers.requests("/token")


def test_a_state_is_good_for_ten_minutes(alice: User, providers: Simulator) -> None:
    browser = signed_in(alice)
    providers.order("decide", account="alice@example.com")
    query = decided(leave(browser, "google", ["calendar.read"]))
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        come_back(browser, "google", query)
    assert not Connection.objects.exists()


def test_an_answer_that_names_another_issuer_is_refused(
    alice: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    providers.order("set", issuer="https://evil.example")
    providers.order("decide", account="alice@example.com")
    query = decided(leave(browser, "google", ["calendar.read"]))
    come_back(browser, "google", query)
    assert not Connection.objects.exists()
    assert not providers.requests("/token")


def test_saying_no_there_connects_nothing_and_is_on_record(
    alice: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    providers.order("decide", allow=False)
    query = decided(leave(browser, "google", ["calendar.read"]))
    page = come_back(browser, "google", query)
    assert "it was not allowed there" in page.content.decode()
    assert not Connection.objects.exists()
    events = list(Consent.objects.owned_by(alice).values_list("event", flat=True))
    assert events == ["denied", "asked"]


def test_what_was_not_allowed_is_said(alice: User, providers: Simulator) -> None:
    row = connect(
        alice,
        providers,
        features=["calendar.read", "mail.send"],
        scopes=["https://www.googleapis.com/auth/calendar.events.readonly"],
    )
    assert (row.status, row.reason) == ("limited", "partial")
    missing = granted.missing(row, granted.of(row))
    assert [each.id for each in missing] == ["mail.send"]
    assert Consent.objects.owned_by(alice)[0].event == "narrowed"


def test_more_is_added_later_to_the_same_connection(
    alice: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    row = connect(alice, providers, browser=browser)
    providers.order("decide", account="alice@example.com")
    address = leave(browser, "google", ["mail.send"], connection=str(row.public_id))
    come_back(browser, "google", decided(address))
    row.refresh_from_db()
    assert row.features == ["calendar.read", "mail.send"]
    assert row.status == "connected"
    assert Connection.objects.count() == 1


def test_another_account_is_a_connection_of_its_own(
    alice: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    row = connect(alice, providers, browser=browser)
    providers.order("decide", account="work@example.com")
    address = leave(browser, "google", ["mail.send"], connection=str(row.public_id))
    page = come_back(browser, "google", decided(address))
    assert "another account" in page.content.decode()
    assert Connection.objects.owned_by(alice).count() == 2
    row.refresh_from_db()
    assert row.features == ["calendar.read"]


def test_two_people_may_connect_one_account_and_touch_nothing_of_each_other(
    alice: User, bob: User, providers: Simulator
) -> None:
    first = connect(alice, providers, account="family@example.com")
    before = Token.objects.get(pk=first.pk).sealed
    second = connect(bob, providers, account="family@example.com")
    assert first.uid == second.uid
    assert Token.objects.get(pk=first.pk).sealed == before
    assert tokens.bearer(first).value != tokens.bearer(second).value


def test_there_are_as_many_as_the_role_allows(
    alice: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    for number in range(4):
        connect(alice, providers, browser=browser, account=f"a{number}@example.com")
    page = browser.post(
        "/app/connections/google/connect/", {"features": ["calendar.read"]}, follow=True
    )
    assert "You can have 4 connected accounts" in page.content.decode()


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "answer", "status": 500},
        {"kind": "answer", "status": 400, "body": {"error": "invalid_grant"}},
        {"kind": "garbage"},
        {"kind": "answer", "status": 200, "body": {"access_token": 7}},
        {"kind": "answer", "status": 200, "body": {"access_token": "x"}},
        {"kind": "answer", "status": 200, "body": []},
        {"kind": "reset"},
        {"kind": "truncate"},
    ],
    ids=str,
)
def test_an_exchange_that_fails_connects_nothing_and_tells_no_secret(
    fault: dict[str, object],
    alice: User,
    providers: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    browser = signed_in(alice)
    providers.order("decide", account="alice@example.com")
    query = decided(leave(browser, "google", ["calendar.read"]))
    providers.order("fault", path="/token", **fault)
    page = come_back(browser, "google", query)
    assert "Nothing has changed" in page.content.decode()
    assert not Connection.objects.exists()
    said = caplog.text + page.content.decode()
    assert query["code"] not in said
    for token in providers.tokens()["access"] + providers.tokens()["refresh"]:
        assert token not in said
    assert OAuthEvent.objects.filter(kind="not_connected").count() == 1


@pytest.mark.parametrize("path", ["/token", "/v1.0/me"])
def test_an_exchange_that_drips_comes_to_an_end(
    path: str, alice: User, providers: Simulator
) -> None:
    """Not each part of it has a time, but all."""
    browser = signed_in(alice)
    providers.order("decide", account="alice@example.com")
    query = decided(leave(browser, "microsoft", ["calendar.read"]))
    providers.order("fault", path=f"*{path}", kind="drip", seconds=0.05)
    began = time.monotonic()
    # For ten seconds a call.
    with http.within(0.5):
        page = come_back(browser, "microsoft", query)
    assert time.monotonic() - began < 5
    assert "Nothing has changed" in page.content.decode()


def test_no_token_lies_open_in_the_database(alice: User, providers: Simulator) -> None:
    for name, features in PROVIDERS.items():
        connect(alice, providers, name, features)
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows = "\n".join(str(row[0]) for row in cursor.fetchall())
            for kind in providers.tokens().values():
                for token in kind:
                    assert token not in rows, table


# --- odd answers -----------------------------------------------------------------------


def told(**claims: Any) -> dict[str, Any]:
    """What Google's token endpoint says; `claims` of who it is."""
    now = int(time.time())
    client_id = settings.OAUTH_CLIENTS["google"][0]
    said = {
        "iss": "https://accounts.google.com",
        "aud": client_id,
        "iat": now,
        "exp": now + 3600,
        "sub": "1234567890",
        "email": "alice@example.com",
        "email_verified": True,
        **claims,
    }
    return {
        "access_token": "an-access-token",
        "refresh_token": "renewal",
        "expires_in": 3600,
        "scope": f"openid {READ_EVENTS}",
        "id_token": jwt.encode(said, "k" * 32, headers={"kid": "any"}),
    }


def arrive(user: User, providers: Simulator, answer: Any) -> str:
    """The page somebody ends at whose provider answers that at the token endpoint."""
    browser = signed_in(user)
    providers.order("decide", account=user.email)
    query = decided(leave(browser, "google", ["calendar.read"]))
    providers.order("fault", path="/token", kind="answer", body=json.dumps(answer))
    page = come_back(browser, "google", query)
    assert page.status_code == 200
    return str(page.content.decode())


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "a\x00b"},
        {"sub": "\ud800"},
        {"sub": "x" * 5_000},
        {"sub": 7},
        {"sub": None},
        {"sub": ["x"]},
    ],
    ids=["nul", "half a pair", "long", "number", "null", "list"],
)
def test_nobody_that_can_be_named_is_nobody(
    claims: dict[str, Any], alice: User, providers: Simulator
) -> None:
    page = arrive(alice, providers, told(**claims))
    assert "Nothing has changed" in page
    assert "may stand there: https://myaccount.google.com/connections" in page
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    "more",
    [
        {"scope": f"a\x00b {READ_EVENTS} {'x' * 300}"},
        {"expires_in": 1e300},
        {"expires_in": "3600"},
    ],
    ids=["scope", "no end", "words"],
)
def test_what_is_odd_beside_keeps_nothing_from_being_connected(
    more: dict[str, Any], alice: User, providers: Simulator
) -> None:
    arrive(alice, providers, told() | more)
    row = Connection.objects.get()
    assert granted.of(row)[-1] == READ_EVENTS
    assert row.token.expires_at is not None


@pytest.mark.parametrize("token", ["a\x00b", "\ud800", "\n", "ü", 7])
def test_what_can_stand_in_no_header_is_no_token(
    token: object, alice: User, providers: Simulator
) -> None:
    answer = told() | {"access_token": token}
    assert "Nothing has changed" in arrive(alice, providers, answer)


@pytest.mark.parametrize(
    "email", ["a\x00@example.com", f"{'x' * 300}@example.com", ["a@example.com"], None]
)
def test_an_account_without_an_address_has_something_to_tell_it_by(
    email: object, alice: User, providers: Simulator
) -> None:
    page = arrive(alice, providers, told(email=email))
    assert Connection.objects.get().label == "Account …34567890"
    assert "Account …34567890" in page


def test_an_account_of_microsoft_is_called_by_words_or_not_at_all(
    alice: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    for said, label in (
        ({"id": None, "mail": "a@example.com"}, None),
        ({"id": "0123456789", "mail": ["x"]}, "Account …23456789"),
    ):
        providers.order("decide", account="alice@example.com")
        query = decided(leave(browser, "microsoft", ["calendar.read"]))
        providers.order("fault", path="/v1.0/me", kind="answer", body=said)
        come_back(browser, "microsoft", query)
        found = Connection.objects.values_list("label", flat=True).first()
        assert found == label


# --- a grant that is not kept ----------------------------------------------------------


def too_late(user: User, providers: Simulator, provider: str) -> str:
    """Back with one account too many; the page they end at."""
    browser = signed_in(user)
    providers.order("decide", account="late@example.com")
    late = decided(leave(browser, provider, ["calendar.read"]))
    for number in range(4):
        connect(user, providers, browser=browser, account=f"a{number}@example.com")
    return str(come_back(browser, provider, late).content.decode())


def test_a_grant_that_is_not_kept_is_taken_back(
    alice: User, providers: Simulator
) -> None:
    page = too_late(alice, providers, "google")
    assert "You can have 4 connected accounts" in page
    assert "What you allowed at Google is taken back there." in page
    work()
    assert len(providers.requests("/revoke")) == 1
    assert not Revocation.objects.exists()


def test_one_that_others_hang_on_stays(
    alice: User, bob: User, providers: Simulator
) -> None:
    theirs = connect(bob, providers, account="late@example.com")
    too_late(alice, providers, "google")
    work()
    assert providers.requests("/revoke") == []
    assert tokens.bearer(theirs).value


def test_one_that_cannot_be_taken_back_is_said_to_stand(
    alice: User, providers: Simulator
) -> None:
    page = too_late(alice, providers, "microsoft")
    assert "stands there: https://myapps.microsoft.com" in page
