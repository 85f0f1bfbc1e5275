"""A call of a provider's API, and all that can go wrong with it."""

import traceback
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from prometheus_client import REGISTRY

from apps.accounts.models import User
from apps.core.errors import AppError, Conflict, NotFound, Unavailable
from apps.integrations import breaker, client, connections, history
from apps.integrations import provider as provider_shelf
from apps.integrations import tokens, usage
from apps.integrations.answers import (
    Busy,
    FeatureOff,
    OutcomeUnknown,
    ProviderDown,
    Refused,
    UsedUp,
)
from apps.integrations.models import (
    CallDelta,
    Connection,
    OAuthEvent,
    ProviderState,
    Token,
    Usage,
)
from tests.factories import UserFactory
from tests.integrations.accounts import connected
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator

pytestmark = pytest.mark.django_db
EVENTS = "/calendar/v3/calendars/primary/events"
VIEW = "/v1.0/me/calendarView"
RANGE = {"timeMin": "2031-03-03T00:00:00Z", "timeMax": "2031-03-04T00:00:00Z"}
VIEWED = {
    "startDateTime": "2020-01-01T00:00:00Z",
    "endDateTime": "2040-01-01T00:00:00Z",
}
GRANTED = ["calendar.read", "calendar.write", "mail.send"]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are there, and short."""
    monkeypatch.setattr(client, "_PAUSE", 0.01)


@pytest.fixture
def google(alice: User, providers: Simulator) -> Connection:
    row = connect(alice, providers, "google", GRANTED)
    providers.order("clear_log")
    return row


@pytest.fixture
def microsoft(alice: User, providers: Simulator) -> Connection:
    row = connect(alice, providers, "microsoft", ["calendar.read"])
    providers.order("clear_log")
    return row


def listed(row: Connection) -> Any:
    return client.of(row, "calendar.list").call(query=RANGE)


def sent(row: Connection) -> Any:
    raw = "VG86IGJvYkBleGFtcGxlLmNvbQpTdWJqZWN0OiBIaQoKSGk="
    return client.of(row, "mail.send").call(body={"raw": raw})


def outcomes() -> list[str]:
    return list(CallDelta.objects.order_by("id").values_list("outcome", flat=True))


# --- The token -------------------------------------------------------------------------


def test_a_token_that_is_refused_is_renewed_once_and_the_call_is_made(
    google: Connection, providers: Simulator
) -> None:
    providers.order("expire", provider="google")
    assert listed(google)["kind"] == "calendar#events"
    assert [line["status"] for line in providers.requests(EVENTS)] == [401, 200]
    assert len(providers.requests("/token")) == 1
    google.refresh_from_db()
    assert google.status == "connected"
    assert outcomes() == ["ok"], "counted once"


def test_a_write_that_was_refused_for_its_token_is_made_after_all(
    google: Connection, providers: Simulator
) -> None:
    """A 401 says that nothing was done."""
    providers.order("expire", provider="google")
    assert sent(google)["labelIds"] == ["SENT"]
    path = "/gmail/v1/users/me/messages/send"
    assert [line["status"] for line in providers.requests(path)] == [401, 200]


def test_one_that_is_refused_again_needs_attention(
    google: Connection, providers: Simulator
) -> None:
    providers.order("fault", path=EVENTS, kind="answer", status=401, times=9)
    with pytest.raises(tokens.NotUsable, match="Connect it once more"):
        listed(google)
    assert len(providers.requests(EVENTS)) == 2
    assert len(providers.requests("/token")) == 1
    google.refresh_from_db()
    assert (google.status, google.reason) == ("attention", "refused")
    assert not Token.objects.exists()
    event = OAuthEvent.objects.get(kind="call_refused")
    assert (event.outcome, event.code, event.connection) == ("refused", "401", google)
    assert outcomes() == ["connection_not_usable"]
    with pytest.raises(tokens.NotUsable):
        listed(google)
    assert len(providers.requests(EVENTS)) == 2


def test_when_tokens_of_many_are_refused_at_once_nobody_more_is_marked(
    providers: Simulator, db: None
) -> None:
    rows = [connected(UserFactory.create(), "google") for _ in range(26)]
    fresh = {"access_token": "fresh", "expires_in": 3600}
    providers.order("fault", path="/token", kind="answer", body=fresh, times=99)
    providers.order("fault", path=EVENTS, kind="answer", status=401, times=99)
    for row in rows:
        with pytest.raises((tokens.NotUsable, ProviderDown, tokens.NotNow)):
            listed(row)
    marked = Connection.objects.filter(status="attention").count()
    assert marked == 19, "the twentieth shows that it is a wave"
    assert ProviderState.objects.get(provider="google").reason == "wave"
    providers.order("calm")


def test_many_accounts_of_one_person_are_no_wave(alice: User) -> None:
    declared, now = provider_shelf.named("google"), timezone.now()
    for number in range(25):
        row = Connection.objects.create(
            user=alice,
            provider="google",
            uid=f"account {number}",
            connected_at=now,
            last_used_at=now,
        )
        history.record(
            history.Kind.CALL_REFUSED,
            provider=declared,
            connection=row,
            outcome="refused",
        )
    assert not breaker.is_wave_of_calls(declared)


def test_a_grant_that_was_taken_back_there_needs_attention(
    google: Connection, providers: Simulator
) -> None:
    providers.order("revoke", provider="google")
    with pytest.raises(tokens.NotUsable, match="Connect it once more"):
        listed(google)
    google.refresh_from_db()
    assert (google.status, google.reason) == ("attention", "refused")
    assert len(providers.requests(EVENTS)) == 1


def test_trouble_first_and_a_refused_token_then_are_both_met(
    google: Connection, providers: Simulator
) -> None:
    """The renewal is no try of its own."""
    providers.order("fault", path=EVENTS, kind="answer", status=502, times=2)
    providers.order("fault", path=EVENTS, kind="answer", status=401)
    listed(google)
    said = [line["status"] for line in providers.requests(EVENTS)]
    assert len(said) == 4


def test_when_the_renewal_does_not_answer_nobody_is_marked(
    google: Connection, providers: Simulator
) -> None:
    providers.order("expire", provider="google")
    providers.order("fault", path="/token", kind="answer", status=503)
    with pytest.raises(tokens.NotNow):
        listed(google)
    google.refresh_from_db()
    assert google.status == "connected"


# --- What was granted ------------------------------------------------------------------


@pytest.mark.parametrize("provider", ["google", "microsoft"])
def test_a_scope_that_is_missing_limits_the_connection_and_names_the_feature(
    provider: str, alice: User, providers: Simulator
) -> None:
    row = connect(alice, providers, provider, ["calendar.read"])
    said = {
        "google": {
            "error": {
                "code": 403,
                "errors": [{"reason": "insufficientPermissions"}],
                "status": "PERMISSION_DENIED",
            }
        },
        "microsoft": {"error": {"code": "ErrorAccessDenied", "message": "No."}},
    }
    path = {"google": EVENTS, "microsoft": VIEW}[provider]
    providers.order("fault", path=path, kind="answer", status=403, body=said[provider])
    with pytest.raises(FeatureOff, match="did not allow “See your calendar”"):
        client.of(row, "calendar.list").call(query={**RANGE, **VIEWED})
    row.refresh_from_db()
    assert (row.status, row.reason) == ("limited", "partial")
    assert OAuthEvent.objects.get(kind="call_refused").outcome == "not_granted"
    with pytest.raises(FeatureOff, match="not switched on"):
        client.of(row, "calendar.list")


def test_the_newer_words_for_a_missing_scope_are_known_too(
    google: Connection, providers: Simulator
) -> None:
    detail = {"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "domain": "googleapis.com"}
    body = {"error": {"code": 403, "details": [{"@type": "x"}, detail]}}
    providers.order("fault", path=EVENTS, kind="answer", status=403, body=body)
    with pytest.raises(FeatureOff, match="See your calendar"):
        listed(google)
    google.refresh_from_db()
    assert google.status == "limited"


def test_another_refusal_marks_nothing(
    google: Connection, providers: Simulator
) -> None:
    """An event of somebody else may be refused to whoever is only invited."""
    body = {"error": {"errors": [{"reason": "forbiddenForNonOrganizer"}]}}
    for more in ({"body": body}, {"body": "insufficientPermissions"}, {}):
        providers.order("fault", path=EVENTS, kind="answer", status=403, **more)
        with pytest.raises(FeatureOff, match="for this account"):
            listed(google)
    google.refresh_from_db()
    assert google.status == "connected"


def test_an_api_that_is_not_switched_on_for_us_is_our_own_fault(
    google: Connection, providers: Simulator
) -> None:
    body = {"error": {"code": 403, "errors": [{"reason": "accessNotConfigured"}]}}
    providers.order("fault", path=EVENTS, kind="answer", status=403, body=body)
    with pytest.raises(Unavailable):
        listed(google)
    google.refresh_from_db()
    assert google.status == "connected"
    event = OAuthEvent.objects.get(kind="call_refused")
    assert (event.outcome, event.code) == ("client_error", "accessNotConfigured")


# --- Too often -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reason", ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"]
)
def test_a_quota_is_told_from_a_missing_scope(
    reason: str, google: Connection, providers: Simulator
) -> None:
    body = {"error": {"code": 403, "errors": [{"reason": reason}]}}
    providers.order("fault", path=EVENTS, kind="answer", status=403, body=body, times=9)
    with pytest.raises(Busy) as caught:
        listed(google)
    google.refresh_from_db()
    assert google.status == "connected"
    is_over = reason == "quotaExceeded"
    assert isinstance(caught.value, UsedUp) == is_over
    assert len(providers.requests(EVENTS)) == (1 if is_over else client.TRIES)
    assert caught.value.retry_after == 60


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_wait_is_waited_for(
    status: int, google: Connection, providers: Simulator
) -> None:
    providers.order(
        "fault",
        path=EVENTS,
        kind="answer",
        status=status,
        headers={"Retry-After": "1"},
    )
    began = timezone.now()
    listed(google)
    assert timezone.now() - began >= timedelta(seconds=1)
    assert len(providers.requests(EVENTS)) == 2


@pytest.mark.parametrize("said", ["600", None])
def test_a_long_wait_is_told_instead(
    said: str | None, google: Connection, providers: Simulator
) -> None:
    at = timezone.now() + timedelta(seconds=600)
    said = said or f"{at:%a, %d %b %Y %H:%M:%S} GMT"
    headers = {"Retry-After": said}
    providers.order("fault", path=EVENTS, kind="answer", status=429, headers=headers)
    with pytest.raises(Busy, match="too often") as caught:
        listed(google)
    assert 590 <= caught.value.retry_after <= 600
    assert len(providers.requests(EVENTS)) == 1
    google.refresh_from_db()
    assert google.status == "connected"
    assert outcomes() == ["provider_busy"]


def test_it_stays_busy(google: Connection, providers: Simulator) -> None:
    providers.order("fault", path="*send", kind="answer", status=429, times=9)
    with pytest.raises(Busy) as caught:
        sent(google)
    assert caught.value.retry_after == 60
    assert len(providers.requests("/gmail/v1/users/me/messages/send")) == client.TRIES


# --- Trouble ---------------------------------------------------------------------------

TROUBLE: dict[str, dict[str, Any]] = {
    "500": {"kind": "answer", "status": 500},
    "502": {"kind": "answer", "status": 502, "body": "<html>"},
    "503": {"kind": "answer", "status": 503},
    "408": {"kind": "answer", "status": 408},
    "reset": {"kind": "reset"},
    "noise": {"kind": "noise"},
    "garbage": {"kind": "garbage"},
    "list": {"kind": "answer", "body": []},
    "text": {"kind": "answer", "body": '"fine"'},
    "deep": {"kind": "answer", "body": "[" * 100_000},
    "truncate": {"kind": "truncate"},
    "lose": {"kind": "lose"},
}


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
def test_what_only_reads_is_asked_again(
    fault: dict[str, Any], google: Connection, providers: Simulator
) -> None:
    providers.order("fault", path=EVENTS, **fault, times=2)
    assert listed(google)["kind"] == "calendar#events"
    assert len(providers.requests(EVENTS)) == 3
    assert outcomes() == ["ok"]


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
def test_a_provider_that_is_away_is_said_to_be(
    fault: dict[str, Any], google: Connection, providers: Simulator
) -> None:
    providers.order("fault", path=EVENTS, **fault, times=9)
    with pytest.raises(ProviderDown, match="Google does not answer") as caught:
        listed(google)
    assert not caught.value.permanent
    assert len(providers.requests(EVENTS)) == client.TRIES
    assert outcomes() == ["provider_down"]
    google.refresh_from_db()
    assert google.status == "connected"


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
def test_a_write_without_a_handle_is_asked_once(
    fault: dict[str, Any], google: Connection, providers: Simulator
) -> None:
    path = "/gmail/v1/users/me/messages/send"
    providers.order("fault", path=path, **fault, times=9)
    with pytest.raises(OutcomeUnknown, match="did not say whether") as caught:
        sent(google)
    assert caught.value.permanent
    assert len(providers.requests(path)) == 1
    assert outcomes() == ["outcome_unknown"]


@pytest.mark.parametrize(("name", "times"), [("calendar.list", 3), ("mail.send", 1)])
def test_one_that_says_nothing_is_not_waited_for_without_end(
    name: str,
    times: int,
    google: Connection,
    providers: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "SECONDS", 0.1)
    providers.order("fault", path="/calendar/*", kind="hang", seconds=30, times=9)
    providers.order("fault", path="/gmail/*", kind="hang", seconds=30, times=9)
    with pytest.raises((ProviderDown, OutcomeUnknown)):
        client.of(google, name).call(query=RANGE)
    assert len(providers.requests()) == times
    providers.order("calm")


def test_one_that_hangs_each_time_uses_up_our_patience(
    google: Connection, providers: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "SECONDS", 0.1)
    monkeypatch.setattr(client, "_PATIENCE", 0.05)
    providers.order("fault", path=EVENTS, kind="hang", seconds=30, times=9)
    with pytest.raises(ProviderDown):
        listed(google)
    assert len(providers.requests(EVENTS)) == 1
    providers.order("calm")


def test_one_that_drips_is_not_waited_for_without_end(
    google: Connection, providers: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "SECONDS", 0.5)
    monkeypatch.setattr(client, "_PATIENCE", 0)
    providers.order("fault", path=EVENTS, kind="drip", seconds=0.002, times=9)
    began = timezone.now()
    with pytest.raises(ProviderDown):
        listed(google)
    assert timezone.now() - began < timedelta(seconds=3)
    providers.order("calm")


def test_what_is_too_large_is_not_taken(
    google: Connection, providers: Simulator
) -> None:
    providers.order("fault", path="*", kind="huge", bytes=3_000_000, times=2)
    with pytest.raises(Refused, match="more than we can take") as caught:
        listed(google)
    assert caught.value.code == "too_large"
    with pytest.raises(OutcomeUnknown):
        sent(google)
    assert len(providers.requests()) == 2
    assert outcomes() == ["too_large", "outcome_unknown"]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused),
        (405, Refused),
        (404, NotFound),
        (410, NotFound),
        (409, Conflict),
        (412, Conflict),
    ],
)
def test_what_is_wrong_is_not_asked_again(
    status: int, error: type[AppError], google: Connection, providers: Simulator
) -> None:
    secret = {"error": {"message": "Alice's diary of Monday"}}
    providers.order("fault", path=EVENTS, kind="answer", status=status, body=secret)
    with pytest.raises(error) as caught:
        listed(google)
    assert type(caught.value) is error
    assert "diary" not in "".join(traceback.format_exception(caught.value))
    assert len(providers.requests(EVENTS)) == 1


# --- Where it goes ---------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(
    status: int, google: Connection, providers: Simulator
) -> None:
    headers = {"Location": f"{providers.url}/oauth2/v2/userinfo"}
    for call in (listed, sent):
        providers.order(
            "fault", path="*", kind="answer", status=status, headers=headers
        )
        with pytest.raises(Refused):
            call(google)
    assert not providers.requests("/oauth2/v2/userinfo")
    assert len(providers.requests()) == 2


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/me/calendarView",
        "https://graph.microsoft.com.evil.example/",
        "https://graph.microsoft.com@evil.example/",
        "https://graph.microsoft.com:8443/v1.0/me",
        "https://graph.microsoft.com\\@evil.example/",
        "http://graph.microsoft.com/v1.0/me",
        "http://169.254.169.254/latest/meta-data",
        "//evil.example/",
        "/v1.0/me/calendarView",
        "file:///etc/passwd",
        "{origin}.evil.example/",
        "{origin}@evil.example/",
        "{strange}/v1.0/me/calendarView",
    ],
)
def test_a_strange_next_link_gets_no_token(
    link: str, microsoft: Connection, providers: Simulator
) -> None:
    strange = providers.url.replace("127.0.0.1", "localhost")
    link = link.format(origin=providers.url, strange=strange)
    body = {"value": [], "@odata.nextLink": link}
    providers.order("fault", path=VIEW, kind="answer", body=body)
    pages = client.of(microsoft, "calendar.list").pages(query=VIEWED)
    assert next(pages)["value"] == []
    with pytest.raises(Refused, match="a strange address"):
        next(pages)
    assert len(providers.requests()) == 1
    assert outcomes() == ["ok", "provider_refused"]


def test_a_next_link_of_its_own_is_followed_so_many_times(
    microsoft: Connection, providers: Simulator
) -> None:
    for at in range(20):
        body = {
            "value": [{"id": at}],
            "@odata.nextLink": f"https://graph.microsoft.com{VIEW}?$skiptoken={at}",
        }
        providers.order("fault", path=VIEW, kind="answer", body=body)
    asked = client.of(microsoft, "calendar.list")
    assert len(list(asked.pages(query=VIEWED))) == 10
    assert len(list(asked.pages(query=VIEWED, most=3))) == 3
    assert len(providers.requests(VIEW)) == 13
    providers.order("calm")


# --- Who may ---------------------------------------------------------------------------


def test_what_is_paused_ended_or_off_asks_nobody(
    alice: User, google: Connection, providers: Simulator
) -> None:
    ready = client.of(google, "calendar.list")
    Connection.objects.filter(pk=google.pk).update(status="paused", reason="owner")
    with pytest.raises(tokens.NotUsable, match="paused it"):
        ready.call(query=RANGE)
    for status in ("paused", "attention", "ended"):
        Connection.objects.filter(pk=google.pk).update(status=status)
        google.refresh_from_db()
        with pytest.raises(tokens.NotUsable):
            listed(google)
    Connection.objects.filter(pk=google.pk).update(status="connected", reason="")
    User.objects.filter(pk=alice.pk).update(is_active=False)
    google.refresh_from_db()
    with pytest.raises(tokens.NotUsable):
        listed(google)
    User.objects.filter(pk=alice.pk).update(is_active=True)
    google.features = ["mail.send"]
    with pytest.raises(FeatureOff, match="“See your calendar” is not switched on"):
        listed(google)
    with pytest.raises(NotFound):
        client.of(google, "calendar.paint")
    assert not providers.requests()


def test_what_was_disconnected_asks_nobody(
    google: Connection, providers: Simulator
) -> None:
    ready = client.of(google, "calendar.list")
    connections.disconnect(row=google, channel="portal")
    providers.order("clear_log")
    with pytest.raises(tokens.NotUsable):
        ready.call(query=RANGE)
    assert not providers.requests(EVENTS)


@pytest.mark.django_db(transaction=True)
def test_nobody_is_asked_inside_a_transaction(
    google: Connection, providers: Simulator
) -> None:
    with pytest.raises(RuntimeError, match="durable"):
        with transaction.atomic():
            listed(google)
    assert not providers.requests()
    listed(google)


# --- What is counted -------------------------------------------------------------------


def test_each_call_is_counted_with_how_it_went(
    alice: User, google: Connection, providers: Simulator
) -> None:
    def counted(outcome: str) -> float:
        labels = {
            "provider": "google",
            "capability": "calendar.list",
            "outcome": outcome,
        }
        name = "switchboard_oauth_calls_total"
        return REGISTRY.get_sample_value(name, labels) or 0

    before = {name: counted(name) for name in ("ok", "provider_refused")}
    listed(google)
    providers.order("fault", path=EVENTS, kind="answer", status=400)
    with pytest.raises(Refused):
        listed(google)
    sent(google)
    row = Usage.objects.get(connection=google, capability="calendar.list")
    assert (row.calls, row.failures) == (2, 1)
    assert outcomes() == ["ok", "provider_refused", "ok"]
    delta = CallDelta.objects.earliest("id")
    assert (delta.user_id, delta.provider) == (alice.pk, "google")
    assert delta.capability == "calendar.list"
    for name, value in before.items():
        assert counted(name) == value + 1
    google.refresh_from_db()
    assert google.last_used_at is not None
    assert [(each["capability"], each["calls"]) for each in usage.of(google)] == [
        ("calendar.list", 2),
        ("mail.send", 1),
    ]
    assert usage.by_day(google, days=2)[-1][1:] == (3, 1)


def test_a_mistake_of_our_own_is_no_success(
    google: Connection, providers: Simulator
) -> None:
    with pytest.raises(TypeError):
        client.of(google, "mail.send").call(body={"raw": object()})
    assert outcomes() == ["error"]
    assert not providers.requests()


def test_a_connection_that_went_meanwhile_has_no_sums(
    alice: User, google: Connection
) -> None:
    ready = client.of(google, "calendar.list")
    Connection.objects.filter(pk=google.pk).delete()
    usage.count(google, ready.capability, "x" * 99, timedelta(seconds=1))
    assert not Usage.objects.exists()


# --- What is kept quiet ----------------------------------------------------------------


def test_no_token_and_no_word_is_logged_or_raised(
    google: Connection, providers: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    private = {"q": "Alice-and-the-diary", **RANGE}
    asked = client.of(google, "calendar.list")
    told = list[str]()
    for fault in (*TROUBLE.values(), *_answers()):
        providers.order("fault", path=EVENTS, **fault, times=3)
        try:
            asked.call(query=private)
        except AppError as error:
            told.append("".join(traceback.format_exception(error)))
        providers.order("calm")
    assert len(told) >= len(TROUBLE)
    secrets = [*providers.tokens()["access"], *providers.tokens()["refresh"]]
    assert len(secrets) >= 2
    said = caplog.text + "".join(str(vars(each)) for each in caplog.records)
    for secret in (*secrets, "Alice-and-the-diary", "private-words"):
        assert secret not in said
        assert not any(secret in each for each in told)


def _answers() -> Iterator[dict[str, Any]]:
    for status in (400, 404, 409, 429, 403):
        yield {"kind": "answer", "status": status, "body": {"error": "private-words"}}


def test_nothing_that_holds_a_token_shows_it(google: Connection) -> None:
    bearer = tokens.bearer(google)
    asked = client.of(google, "calendar.list")
    for shown in (repr(bearer), repr(asked), str(asked), repr(google)):
        assert bearer.value not in shown
