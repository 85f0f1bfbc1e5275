"""A token is renewed by one at a time, and what goes wrong is told from what is not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection, connections
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.core.errors import Unavailable
from apps.integrations import alerts, breaker, keeping_fresh
from apps.integrations import provider as shelf
from apps.integrations import tokens
from apps.integrations.models import (
    Connection,
    Consent,
    OAuthEvent,
    ProviderState,
    Token,
)
from apps.integrations.models.token import Secrets
from tests import races
from tests.factories import UserFactory
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator

pytestmark = pytest.mark.django_db


def run_out(row: Connection) -> None:
    Token.objects.filter(pk=row.pk).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )


def about_to(row: Connection) -> None:
    Token.objects.filter(pk=row.pk).update(
        expires_at=timezone.now() + timedelta(seconds=60)
    )


def renewals(providers: Simulator, path: str = "/token") -> int:
    """Requests of the token endpoint after the first, which exchanged the code."""
    return len(providers.requests(path)) - 1


@pytest.fixture
def google(alice: User, providers: Simulator) -> Connection:
    return connect(alice, providers)


def test_one_that_lasts_is_read_by_one_query(
    google: Connection, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        tokens.bearer(google)


def test_one_that_ran_out_is_renewed_and_kept(
    google: Connection, providers: Simulator
) -> None:
    old = tokens.bearer(google)
    run_out(google)
    new = tokens.bearer(google)
    assert new.value != old.value
    assert tokens.bearer(google) == new
    assert renewals(providers) == 1
    token = Token.objects.get(pk=google.pk)
    assert token.open().refresh, "Google sends none the second time: the old one holds"


def test_notions_rotate_and_the_new_one_is_used(
    alice: User, providers: Simulator
) -> None:
    row = connect(alice, providers, "notion", ["pages.read"])
    seen = {Token.objects.get(pk=row.pk).open().refresh}
    for _ in range(3):
        tokens.renew_now(row)
        seen.add(Token.objects.get(pk=row.pk).open().refresh)
    assert len(seen) == 4


def test_what_is_about_to_run_out_is_used_while_the_provider_is_down(
    google: Connection, providers: Simulator
) -> None:
    about_to(google)
    before = Token.objects.get(pk=google.pk).open().access
    providers.order("fault", path="/token", kind="answer", status=503, times=1)
    assert tokens.bearer(google).value == before
    google.refresh_from_db()
    assert google.status == "connected"
    assert google.next_attempt_at is not None
    # Not asked again before that.
    assert tokens.bearer(google).value == before
    assert renewals(providers) == 1


def test_a_provider_that_stays_away_is_told_and_comes_back(
    google: Connection, providers: Simulator
) -> None:
    run_out(google)
    providers.order("fault", path="/token", kind="answer", status=500, times=3)
    with time_machine.travel(timezone.now()) as clock:
        for _ in range(3):
            with pytest.raises(tokens.NotNow):
                tokens.bearer(google)
            clock.shift(timedelta(minutes=20))
        google.refresh_from_db()
        assert (google.status, google.reason) == ("limited", "trouble")
        assert google.told_at is None
        tokens.bearer(google)
    google.refresh_from_db()
    assert (google.status, google.reason, google.failures) == ("connected", "", 0)


def test_the_provider_says_how_long_to_wait(
    google: Connection, providers: Simulator
) -> None:
    run_out(google)
    providers.order(
        "fault",
        path="/token",
        kind="answer",
        status=429,
        headers={"Retry-After": "3600"},
    )
    with pytest.raises(tokens.NotNow):
        tokens.bearer(google)
    google.refresh_from_db()
    assert google.next_attempt_at is not None
    assert google.next_attempt_at > timezone.now() + timedelta(minutes=59)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"kind": "garbage"}, "protocol"),
        ({"kind": "answer", "body": {}}, "protocol"),
        ({"kind": "answer", "body": {"access_token": ""}}, "protocol"),
        ({"kind": "answer", "body": {"access_token": 1}}, "protocol"),
        (
            {"kind": "answer", "body": {"access_token": "x", "expires_in": "soon"}},
            "protocol",
        ),
        ({"kind": "answer", "status": 302, "headers": {"Location": "/"}}, "protocol"),
        ({"kind": "answer", "status": 400, "body": {"object": "error"}}, "protocol"),
        ({"kind": "huge", "bytes": 3_000_000}, "protocol"),
        ({"kind": "answer", "status": 429}, "transient"),
        ({"kind": "answer", "status": 502}, "transient"),
    ],
    ids=str,
)
def test_an_answer_that_is_none_changes_nothing(
    fault: dict[str, Any], outcome: str, google: Connection, providers: Simulator
) -> None:
    run_out(google)
    before = Token.objects.get(pk=google.pk).sealed
    providers.order("fault", path="/token", **fault)
    with pytest.raises(tokens.NotNow):
        tokens.bearer(google)
    assert Token.objects.get(pk=google.pk).sealed == before
    google.refresh_from_db()
    assert google.status == "connected"
    event = OAuthEvent.objects.filter(kind="refresh").get()
    assert event.outcome == outcome


@pytest.mark.parametrize("kind", ["reset", "truncate", "lose"])
def test_an_answer_that_is_lost_is_asked_for_once_more(
    kind: str, google: Connection, providers: Simulator
) -> None:
    run_out(google)
    providers.order("fault", path="/token", kind=kind)
    assert tokens.bearer(google).value in providers.tokens()["access"]
    assert renewals(providers) == 2


def test_a_rotated_token_whose_answer_was_lost_is_said_honestly(
    alice: User, providers: Simulator
) -> None:
    row = connect(alice, providers, "notion", ["pages.read"])
    providers.order("fault", path="/v1/oauth/token", kind="lose")
    with pytest.raises(tokens.NotUsable):
        tokens.renew_now(row)
    event = OAuthEvent.objects.filter(kind="refresh").get()
    assert (event.outcome, event.code) == ("refused", "lost_response")
    row.refresh_from_db()
    assert (row.status, row.reason) == ("attention", "refused")


def test_a_grant_that_is_dead_is_told_once_and_its_secrets_go(
    google: Connection, providers: Simulator
) -> None:
    run_out(google)
    providers.order("revoke", provider="google")
    for _ in range(3):
        with pytest.raises(tokens.NotUsable, match="Connect it once more"):
            tokens.bearer(google)
    assert renewals(providers) == 1
    google.refresh_from_db()
    assert (google.status, google.reason) == ("attention", "refused")
    assert not Token.objects.exists()
    assert [letter.subject for letter in mail.outbox] == [
        "A connection needs your attention"
    ]
    assert "/app/connections/" in mail.outbox[0].body
    assert Consent.objects.filter(event="lost").count() == 1


def test_connecting_it_once_more_mends_it(
    alice: User, google: Connection, providers: Simulator
) -> None:
    run_out(google)
    providers.order("revoke", provider="google")
    with pytest.raises(tokens.NotUsable):
        tokens.bearer(google)
    again = connect(alice, providers)
    assert again.pk == google.pk
    assert again.status == "connected"
    assert tokens.bearer(again).value


def test_the_provider_wants_to_see_its_person(
    google: Connection, providers: Simulator
) -> None:
    run_out(google)
    said = {"error": "invalid_grant", "error_subtype": "invalid_rapt"}
    providers.order("fault", path="/token", kind="answer", status=400, body=said)
    with pytest.raises(tokens.NotUsable, match="sign in there again"):
        tokens.bearer(google)


@pytest.mark.parametrize("code", ["invalid_client", "unauthorized_client"])
def test_what_is_our_fault_marks_nobody_and_wakes_the_operators(
    code: str, google: Connection, providers: Simulator
) -> None:
    run_out(google)
    providers.order(
        "fault", path="/token", kind="answer", status=401, body={"error": code}, times=9
    )
    for _ in range(3):
        with pytest.raises(tokens.NotNow):
            tokens.bearer(google)
    google.refresh_from_db()
    assert (google.status, google.told_at) == ("connected", None)
    assert renewals(providers) == 1, "it is not asked again by everybody"
    rules = {rule.key: rule for rule in alerts.RULES}
    assert rules["integrations.provider_refuses_us"].measure() == 1


def test_one_try_every_few_minutes_closes_the_breaker(
    google: Connection, providers: Simulator
) -> None:
    run_out(google)
    providers.order(
        "fault",
        path="/token",
        kind="answer",
        status=401,
        body={"error": "invalid_client"},
    )
    with pytest.raises(tokens.NotNow):
        tokens.bearer(google)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert tokens.bearer(google).value
    assert ProviderState.objects.get(provider="google").opened_at is None


def test_when_many_are_refused_at_once_nobody_is_marked(
    providers: Simulator, db: None
) -> None:
    google = shelf.named("google")
    rows = [_connected(f"p{number}@example.com") for number in range(26)]
    said = {"error": "invalid_grant"}
    providers.order(
        "fault", path="/token", kind="answer", status=400, body=said, times=99
    )
    for row in rows:
        with pytest.raises((tokens.NotUsable, tokens.NotNow)):
            tokens.bearer(row)
    marked = Connection.objects.filter(status="attention").count()
    assert marked == 19, "the twentieth shows that it is a wave"
    assert not breaker.is_closed(google)
    assert ProviderState.objects.get(provider="google").reason == "wave"


def test_one_person_stops_a_provider_for_nobody(google: Connection) -> None:
    """Whoever takes a grant back and connects again, over and over."""
    events = [
        OAuthEvent(
            kind="refresh",
            provider="google",
            user=google.user,
            connection=google,
            outcome="refused" if number % 2 else "renewed",
        )
        for number in range(60)
    ]
    OAuthEvent.objects.bulk_create(events)
    assert not breaker.is_wave(shelf.named("google"))


def test_a_row_that_does_not_open_is_our_fault(
    google: Connection, providers: Simulator
) -> None:
    other = _connected("bob@example.com")
    theirs = Token.objects.get(pk=other.pk).sealed
    Token.objects.filter(pk=google.pk).update(sealed=theirs)
    with pytest.raises(Unavailable):
        tokens.bearer(google)
    google.refresh_from_db()
    assert google.status == "connected"
    rules = {rule.key: rule for rule in alerts.RULES}
    assert rules["integrations.unreadable"].measure() == 1


def test_refreshes_that_fail_are_an_alert(
    google: Connection, providers: Simulator
) -> None:
    rules = {rule.key: rule for rule in alerts.RULES}
    rule = rules["integrations.refresh_failures"]
    assert rule.measure() is None
    for number in range(10):
        OAuthEvent.objects.create(
            kind="refresh",
            provider="google",
            outcome="transient" if number == 0 else "renewed",
        )
    assert rule.measure() == 10.0
    OAuthEvent.objects.create(kind="refresh", provider="google", outcome="refused")
    assert rule.measure() == 10.0, "who took a grant back is no failure"


def test_what_is_used_is_renewed_ahead_and_what_lies_still_once_a_month(
    google: Connection,
) -> None:
    assert not keeping_fresh.due().exists()
    about_to(google)
    assert list(keeping_fresh.due()) == [google]
    Connection.objects.update(
        last_used_at=None, connected_at=timezone.now() - timedelta(days=20)
    )
    assert not keeping_fresh.due().exists()
    Token.objects.update(refreshed_at=timezone.now() - timedelta(days=31))
    assert list(keeping_fresh.due()) == [google]


def test_the_job_renews_what_is_due(google: Connection, providers: Simulator) -> None:
    about_to(google)
    keeping_fresh.refresh(google.pk)
    keeping_fresh.refresh(google.pk)
    assert renewals(providers) == 1
    assert Token.objects.get().generation == 2


def test_a_clock_that_is_fast_there_is_met_by_a_forced_renewal(
    google: Connection, providers: Simulator
) -> None:
    """Refused though it lasts by our clock: one renewal, not one for each caller."""
    used = tokens.bearer(google)
    new = tokens.again(google, used)
    assert new.generation == used.generation + 1
    assert tokens.again(google, used) == new
    assert renewals(providers) == 1


def _connected(email: str) -> Connection:
    """As after a handshake, with a token that has run out."""
    user = UserFactory.create(email=email)
    now = timezone.now()
    row = Connection.objects.create(
        user=user,
        provider="google",
        uid=email,
        label=email,
        features=["calendar.read"],
        connected_at=now,
    )
    token = Token(connection=row, expires_at=now, refreshed_at=now)
    token.seal(Secrets("none", "none"))
    token.save()
    return row


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture(autouse=True)
    def _closed(self) -> Iterator[None]:
        yield
        connections.close_all()

    def test_thirty_two_callers_make_one_request(
        self, alice: User, providers: Simulator
    ) -> None:
        row = connect(alice, providers, "notion", ["pages.read"])
        Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        providers.order(
            "fault", path="/v1/oauth/token", kind="hang", seconds=0.3, times=99
        )
        found = races.together(32, lambda: tokens.bearer(row))
        assert renewals(providers, "/v1/oauth/token") == 1
        assert len({each.value for each in found}) == 1

    def test_eight_processes_make_one_request(
        self, alice: User, providers: Simulator, settings: Settings
    ) -> None:
        row = connect(alice, providers, "notion", ["pages.read"])
        Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        providers.order(
            "fault", path="/v1/oauth/token", kind="hang", seconds=0.3, times=99
        )
        script = (
            "import django; django.setup();"
            "from apps.integrations import tokens;"
            "from apps.integrations.models import Connection;"
            f"print(tokens.bearer(Connection.objects.get(pk={row.pk})).value)"
        )
        environment = {
            **os.environ,
            "NOTION_CLIENT_ID": settings.OAUTH_CLIENTS["notion"][0],
            "NOTION_CLIENT_SECRET": "demo",
            "NOTION_BASE_URL": providers.url,
            "FIELD_ENCRYPTION_KEYS": settings.FIELD_ENCRYPTION_KEYS,
            "DATABASE_URL": _url_of_this_database(),
        }
        running = [
            subprocess.Popen(
                [sys.executable, "-W", "ignore", "-c", script],
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(8)
        ]
        said = [each.communicate()[0].strip() for each in running]
        assert [each.returncode for each in running] == [0] * 8
        assert renewals(providers, "/v1/oauth/token") == 1
        assert set(said) == {Token.objects.get().open().access}


def _url_of_this_database() -> str:
    known = connection.settings_dict
    host = f"{known['HOST']}:{known['PORT']}"
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{host}/{known['NAME']}"
