"""People at the pages of their connections."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import LoginSession, User
from apps.integrations import (
    breaker,
    connections,
    granted,
)
from apps.integrations import provider as shelf
from apps.integrations import tokens
from apps.integrations.models import (
    Connection,
    Consent,
    OAuthEvent,
    ProviderState,
    Token,
    Usage,
)
from apps.integrations.models.token import Secrets
from tests.integrations.connecting import come_back, connect, decided, leave
from tests.integrations.servers import Simulator
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
INDEX = "/app/connections/"
READ_EVENTS = "https://www.googleapis.com/auth/calendar.events.readonly"


def of(row: Connection, more: str = "") -> str:
    return f"{INDEX}{row.public_id}/{more}"


def seen(browser: Client, path: str) -> str:
    """The words of a page, without its tags."""
    answer = browser.get(path)
    assert answer.status_code == 200, answer.status_code
    return words(answer)


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def press(browser: Client, row: Connection, name: str, **form: str) -> str:
    return words(browser.post(of(row, f"{name}/"), form, follow=True))


@pytest.fixture
def hers(alice: User, providers: Simulator) -> Client:
    return signed_in(alice)


@pytest.fixture
def google(alice: User, providers: Simulator, hers: Client) -> Connection:
    return connect(
        alice, providers, features=["calendar.read", "mail.send"], browser=hers
    )


# --- The cards


def test_every_provider_has_a_card(hers: Client) -> None:
    page = seen(hers, INDEX)
    for provider in shelf.every():
        assert f"Connect {provider.name}" in page and provider.words in page
    assert page.count("Not connected") == len(shelf.every())


def test_a_provider_that_is_not_set_up_says_so(
    hers: Client, settings: Settings
) -> None:
    del settings.OAUTH_CLIENTS["notion"]
    page = seen(hers, INDEX)
    assert page.count("Not set up here") == 1 and "Connect Notion" not in page
    assert "nothing can be connected" in seen(hers, f"{INDEX}notion/")


def test_several_accounts_stand_on_one_card(
    hers: Client, alice: User, google: Connection, providers: Simulator
) -> None:
    connect(alice, providers, browser=hers, account="work@example.com")
    page = seen(hers, INDEX)
    assert "alice@example.com Connected 2 of 6 permissions · not used yet" in page
    assert "work@example.com Connected 1 of 6 permissions" in page
    assert "Connect another account" in page


def test_a_change_is_seen_with_the_next_look(hers: Client, google: Connection) -> None:
    for page in (INDEX, of(google)):
        answer = hers.get(page)
        assert 'data-poll="4" data-steady' in answer.content.decode()
        version = answer.context["version"]
        assert hers.get(page, {"v": version}).status_code == 204
    connections.pause(row=google, channel="portal")
    for page in (INDEX, of(google)):
        part = hers.get(page, {"v": version})
        assert "Paused" in words(part) and b"<html" not in part.content


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        ("connected", "", "Connected"),
        ("limited", "partial", "Limited Google did not allow everything"),
        ("limited", "trouble", "we keep trying"),
        ("attention", "refused", "Needs attention Google takes our permission no"),
        ("attention", "again", "wants to see you sign in there again. Connect it once"),
        ("paused", "owner", "Paused You paused it."),
        ("paused", "operator", "It was paused by us. Nothing is read or written there"),
    ],
)
def test_how_it_stands_is_said_in_words(
    hers: Client, google: Connection, status: str, reason: str, said: str
) -> None:
    Connection.objects.update(status=status, reason=reason)
    assert said in seen(hers, INDEX)
    page = seen(hers, of(google))
    assert said in page.replace("How it stands ", "")
    assert ("Test now" in page) == (status in ("connected", "limited"))
    assert ("Resume" in page.split()) == (reason == "owner" or "Resume it" in page)


def test_a_provider_that_is_stopped_says_so(hers: Client, google: Connection) -> None:
    breaker.open_for(google.declared, ProviderState.Reason.OPERATOR)
    for page in (INDEX, of(google)):
        assert "Google renews nobody’s permission at the moment" in seen(hers, page)


# --- Choosing, and coming back


def test_the_least_is_ticked_and_nothing_that_is_private(hers: Client) -> None:
    for provider in shelf.every():
        page = hers.get(f"{INDEX}{provider.id}/")
        shown = {each.feature.id: each for each in page.context["choices"]}
        ticked = [name for name, each in shown.items() if each.is_ticked]
        assert ticked == provider.suggested and len(ticked) == 1
        text = words(page)
        for feature in provider.features:
            assert feature.words in text
            assert all(scope in text for scope in feature.scopes)
        private = sum(feature.is_sensitive for feature in provider.features)
        assert text.count("Most private") == private


def test_what_was_not_allowed_is_said_and_can_be_allowed_later(
    hers: Client, alice: User, providers: Simulator
) -> None:
    providers.order("decide", account="alice@example.com", scopes=[READ_EVENTS])
    asked = leave(hers, "google", ["calendar.read", "mail.send"])
    page = words(come_back(hers, "google", decided(asked)))
    assert "Google is connected (alice@example.com). Allowed: See your calendar." in (
        page
    )
    assert "Not allowed there: Send mail as you." in page
    assert "1 of 6 allowed" in page and "Allow the rest" in page
    row = Connection.objects.get()
    shown = hers.get(of(row, "more/"))
    assert "See your calendar Allowed" in words(shown)
    assert "Send mail as you Asked for again" in words(shown)
    # What is asked for in any case is nothing to tick.
    for feature in ("calendar.read", "mail.send"):
        assert f'value="{feature}"' not in shown.content.decode()
    address = leave(hers, "google", [], connection=str(row.public_id))
    assert "gmail.send" in address and "gmail.readonly" not in address


def test_saying_no_leads_back_to_the_choice(hers: Client, providers: Simulator) -> None:
    providers.order("decide", allow=False)
    answer = come_back(
        hers, "google", decided(leave(hers, "google", ["calendar.read"]))
    )
    assert answer.redirect_chain == [(f"{INDEX}google/", 302)]
    assert "Nothing has changed: it was not allowed there." in words(answer)


def test_nothing_ticked_is_said_on_the_page_it_was_not_ticked_on(
    hers: Client, google: Connection
) -> None:
    answer = hers.post(f"{INDEX}youtube/connect/", follow=True)
    assert answer.redirect_chain == [(f"{INDEX}youtube/", 302)]
    assert "Choose at least one thing to switch on." in words(answer)


def test_a_link_in_a_text_carries_no_flow_and_nobody(
    alice: User, bob: User, providers: Simulator
) -> None:
    """Whoever opens it is asked to sign in, and connects their own account to
    themselves."""
    link = f"{INDEX}google/"
    assert Client().get(link)["Location"] == f"/accounts/login/?next={link}"
    hers, his = signed_in(alice), signed_in(bob)
    assert hers.get(link).status_code == 200
    connect(bob, providers, browser=his)
    assert [row.user for row in Connection.objects.all()] == [bob]
    page = his.get(link).content.decode()
    assert "alice" not in page and "state=" not in page


def test_nobody_adds_to_the_connection_of_another(
    google: Connection, bob: User
) -> None:
    form = {"features": ["mail.read"], "connection": str(google.public_id)}
    answer = signed_in(bob).post(f"{INDEX}google/connect/", form)
    assert answer.status_code == 404
    assert not Consent.objects.filter(user=bob).exists()


# --- One connection


def test_its_page_says_what_is_on_and_how_it_is_renewed(
    hers: Client, google: Connection
) -> None:
    page = seen(hers, of(google))
    assert "2 of 6 allowed" in page
    assert "See your calendar On" in page and "Write drafts Off" in page
    assert "Renewal By itself. Last renewed Today" in page
    assert "next about Today" in page or "next about Tomorrow" in page
    assert "No calls yet" in page
    assert "Allowed : See your calendar; Send mail as you" in page


def test_notion_says_nothing_of_an_end(
    hers: Client, alice: User, providers: Simulator
) -> None:
    row = connect(alice, providers, "notion", ["pages.read"], hers)
    assert "It does not run out by itself. Last renewed" in seen(hers, of(row))
    page = seen(hers, of(row, "more/"))
    assert "Notion knows no finer permissions" in page


def test_what_cannot_be_renewed_says_when_it_ends(
    hers: Client, google: Connection
) -> None:
    _without_renewal(google)
    page = seen(hers, of(google))
    assert "It cannot be renewed, and runs out" in page and "Renew now" not in page


def _without_renewal(row: Connection) -> None:
    token = Token.objects.select_related("connection").get(pk=row.pk)
    token.seal(Secrets(token.open().access, ""))
    token.save()


def test_renewing_what_cannot_be_renewed_does_not_end_it(
    hers: Client, google: Connection
) -> None:
    _without_renewal(google)
    page = press(hers, google, "renew")
    assert "There is nothing to renew it with." in page
    google.refresh_from_db()
    assert google.status == "connected" and tokens.bearer(google).value


@pytest.mark.parametrize("name", ["google", "youtube", "microsoft", "notion"])
def test_a_test_asks_the_provider_and_is_counted(
    name: str, hers: Client, alice: User, providers: Simulator
) -> None:
    feature = shelf.named(name).suggested
    row = connect(alice, providers, name, feature, hers)
    page = press(hers, row, "test")
    assert f"{row.declared.name} answered: it works." in page
    assert "1 call" in page and "Test 1 0" in page
    counted = Usage.objects.get(connection=row)
    assert (counted.capability, counted.calls, counted.failures) == (
        "connection.test",
        1,
        0,
    )


def test_a_test_finds_out_that_the_grant_is_gone(
    hers: Client, google: Connection, providers: Simulator
) -> None:
    providers.order("revoke", provider="google", account="alice@example.com")
    page = press(hers, google, "test")
    assert "Google takes our permission no more" in page
    assert "Needs attention" in page and "Connect once more" in page
    assert "Test now" not in page
    again = seen(hers, of(google, "more/"))
    assert "Connect Google once more" in again


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "answer", "status": 503}, "Google has trouble right now."),
        ({"kind": "answer", "status": 429}, "Google was asked too often."),
        ({"kind": "answer", "status": 403}, "does not let us in (403)."),
        ({"kind": "reset"}, "Google did not answer in time."),
        ({"kind": "huge", "bytes": 200_000}, "Google answered oddly."),
    ],
    ids=lambda value: str(value),
)
def test_what_a_test_finds_is_said_and_marks_nobody(
    hers: Client,
    google: Connection,
    providers: Simulator,
    fault: dict[str, Any],
    said: str,
) -> None:
    providers.order("fault", path="/oauth2/v2/userinfo", **fault)
    assert said in press(hers, google, "test")
    google.refresh_from_db()
    assert google.status == "connected"
    assert Usage.objects.get(connection=google).failures == 1


def test_tests_and_renewals_by_hand_are_limited(
    hers: Client, google: Connection, providers: Simulator
) -> None:
    for _ in range(3):
        press(hers, google, "test")
        assert "Google renewed its permission." in press(hers, google, "renew")
    for name in ("test", "renew"):
        assert "That was too often" in press(hers, google, name)
    assert len(providers.requests("/oauth2/v2/userinfo")) == 3


def test_pausing_needs_no_proof_and_resuming_does(
    hers: Client, google: Connection
) -> None:
    _proved_long_ago()
    assert "Google is paused." in press(hers, google, "pause")
    asked = hers.post(of(google, "resume/"))
    assert "reauthenticate" in asked["Location"]
    google.refresh_from_db()
    assert google.status == "paused"
    _proved_now()
    assert "Google goes on." in press(hers, google, "resume")
    google.refresh_from_db()
    assert google.status == "connected"


@pytest.mark.parametrize("do", ["connect", "disconnect"])
def test_connecting_and_disconnecting_need_a_proof(
    hers: Client, google: Connection, do: str
) -> None:
    _proved_long_ago()
    path = f"{INDEX}google/connect/" if do == "connect" else of(google, "disconnect/")
    asked = hers.post(path, {"features": ["mail.read"]})
    assert "reauthenticate" in asked["Location"]
    assert Connection.objects.get().status == "connected"


def _proved_long_ago() -> None:
    ago = timezone.now() - timedelta(hours=2)
    LoginSession.objects.update(proved_at=ago, proved_twice_at=ago)


def _proved_now() -> None:
    now = timezone.now()
    LoginSession.objects.update(proved_at=now, proved_twice_at=now)


def test_a_feature_is_switched_off_and_the_last_one_is_not(
    hers: Client, google: Connection
) -> None:
    page = press(hers, google, "switch-off", feature="mail.send")
    assert "“Send mail as you” is switched off." in page and "Send mail as you Off" in (
        page
    )
    page = press(hers, google, "switch-off", feature="calendar.read")
    assert "Disconnect it instead" in page
    google.refresh_from_db()
    assert google.features == ["calendar.read"]


def test_leaving_says_what_stops_and_ends_it(hers: Client, google: Connection) -> None:
    page = seen(hers, of(google, "disconnect/"))
    assert "What stops at once See your calendar Send mail as you" in page
    assert "We take the permission back there as well" in page
    assert "https://myaccount.google.com/connections" in page
    for other in ("", "Microsoft", "Goog"):
        page = press(hers, google, "disconnect", typed=other)
        assert "is disconnected" not in page and Token.objects.exists()
    assert "That is something else, so nothing was done." in page
    page = press(hers, google, "disconnect", typed=" google ")
    assert "Google is disconnected." in page
    assert not Token.objects.exists()
    assert hers.get(of(google)).status_code == 404
    assert "Disconnected" in seen(hers, f"{INDEX}consents/")


def test_leaving_names_what_hangs_on_the_same_permission(
    hers: Client, alice: User, bob: User, google: Connection, providers: Simulator
) -> None:
    connect(alice, providers, "youtube", ["videos.read"], hers)
    page = seen(hers, of(google, "disconnect/"))
    assert "because YouTube (alice@example.com) hangs on the same one" in page
    his = signed_in(bob)
    family = connect(bob, providers, browser=his, account="alice@example.com")
    assert "hangs on the same one" not in seen(his, of(family, "disconnect/"))


def test_leaving_says_where_only_the_person_can_take_it_back(
    hers: Client, alice: User, providers: Simulator
) -> None:
    row = connect(alice, providers, "microsoft", ["calendar.read"], hers)
    page = seen(hers, of(row, "disconnect/"))
    assert "We have no way to take the permission back there. You have" in page
    assert "https://myapps.microsoft.com" in page


def test_what_happened_is_told_page_by_page(hers: Client, google: Connection) -> None:
    OAuthEvent.objects.bulk_create(
        OAuthEvent(
            kind="refresh",
            provider="google",
            user_id=google.user_id,
            connection=google,
            outcome="renewed",
        )
        for _ in range(40)
    )
    assert "All of it" in seen(hers, of(google))
    first = hers.get(of(google, "events/"))
    assert words(first).count("Permission renewed") == 30
    second = hers.get(of(google, "events/"), {"before": first.context["older"]})
    assert words(second).count("Permission renewed") == 10
    assert not second.context["older"]
    for bad in ("x", "9" * 19, "-1", "\0"):
        answer = hers.get(of(google, "events/"), {"before": bad})
        assert answer.status_code == 400


def test_use_is_drawn_and_told(hers: Client, google: Connection) -> None:
    today = timezone.now().date()
    Usage.objects.bulk_create(
        Usage(
            connection=google,
            capability="calendar.list",
            day=today - timedelta(days=back),
            calls=calls,
            failures=failures,
            milliseconds=100 * calls,
        )
        for back, calls, failures in ((0, 4, 0), (29, 8, 2), (30, 99, 0))
    )
    answer = hers.get(of(google))
    page, chart = words(answer), answer.context["chart"]
    assert "12 calls, 2 failed" in page and "8 on the busiest" in page
    assert len(chart.bars) == 30 and len(chart.used) == 2
    assert [bar.height for bar in chart.used] == [28, 56]
    assert chart.used[1].failed_height == 14
    assert "calendar.list" in page and "100 ms" in page


def test_consents_are_told_with_the_words_of_then(
    hers: Client, google: Connection
) -> None:
    page = seen(hers, f"{INDEX}consents/")
    assert "Allowed · Google alice@example.com: See your calendar" in page
    assert "Reads events of your main calendar" in page and READ_EVENTS in page
    assert "Edition 2026-11" in page


def test_activity_tells_of_connections_in_words(
    hers: Client, google: Connection, providers: Simulator
) -> None:
    press(hers, google, "switch-off", feature="mail.send")
    providers.order("revoke", provider="google", account="alice@example.com")
    press(hers, google, "test")
    press(hers, google, "disconnect", typed="Google")
    page = seen(hers, "/app/activity/")
    for deed in (
        "Connected an account",
        "Changed what a connection may do",
        "A connection stands otherwise than before",
        "Disconnected an account",
    ):
        assert deed in page
    assert "integrations." not in page


# --- Whose it is


def test_nobody_sees_or_touches_the_connection_of_another(
    google: Connection, bob: User
) -> None:
    his = signed_in(bob)
    before = (google.status, google.features)
    for page in ("", "more/", "events/", "disconnect/"):
        assert his.get(of(google, page)).status_code == 404
    for deed in ("test", "renew", "pause", "resume", "switch-off", "disconnect"):
        assert his.post(of(google, f"{deed}/")).status_code == 404
    google.refresh_from_db()
    assert (google.status, google.features) == before
    assert "alice@example.com" not in seen(his, INDEX)
    assert "Nothing yet" in seen(his, f"{INDEX}consents/")


def test_no_page_shows_a_token(
    hers: Client, alice: User, google: Connection, providers: Simulator
) -> None:
    row = connect(alice, providers, "notion", ["pages.read"], hers)
    press(hers, row, "renew")
    secrets = [token for kind in providers.tokens().values() for token in kind]
    secrets += Token.objects.values_list("sealed", flat=True)
    assert len(secrets) > 4
    pages = [INDEX, f"{INDEX}consents/", f"{INDEX}google/", "/app/", "/app/activity/"]
    for each in (google, row):
        pages += [of(each, page) for page in ("", "more/", "events/", "disconnect/")]
    for path in pages:
        page = hers.get(path).content.decode()
        assert not [secret for secret in secrets if secret in page], path


@pytest.fixture
def queries(hers: Client) -> Callable[[str], int]:
    def count(path: str) -> int:
        hers.get(path)
        with CaptureQueriesContext(database) as found:
            assert hers.get(path).status_code in (200, 204)
        return len(found)

    return count


def test_a_page_asks_no_more_where_there_is_more_to_show(
    hers: Client,
    alice: User,
    google: Connection,
    queries: Callable[[str], int],
) -> None:
    version = hers.get(INDEX).context["version"]
    known = {
        INDEX: 5,
        f"{INDEX}?v={version}": 5,
        f"{INDEX}google/": 5,
        f"{INDEX}consents/": 3,
        of(google): 11,
        of(google, "more/"): 7,
        of(google, "events/"): 4,
        of(google, "disconnect/"): 7,
        "/app/": 15,
    }
    few = {path: queries(path) for path in known}
    for number in range(19):
        row = Connection.objects.create(
            user=alice,
            provider="google",
            uid=str(number),
            status="attention",
            reason="refused",
            features=["calendar.read"],
            connected_at=timezone.now(),
        )
        granted.record(row, [READ_EVENTS])
    for back in range(3):
        day = timezone.now().date() - timedelta(days=back)
        Usage.objects.create(connection=google, capability="a.b", day=day, calls=1)
    many = {path: queries(path) for path in known}
    assert {path: count for path, count in many.items() if count > few[path] + 1} == {}
    assert {path: count for path, count in many.items() if count > known[path]} == {}


@pytest.mark.parametrize("name", ["zzz", "\x00", "", "a" * 32])
def test_a_name_of_no_connection_is_none(name: str, hers: Client) -> None:
    form = {"features": ["pages.read"], "connection": name}
    answer = hers.post(f"{INDEX}notion/connect/", form)
    assert answer.status_code == (404 if name else 200)


def test_a_test_that_asks_nobody_is_no_call(hers: Client, google: Connection) -> None:
    Token.objects.all().delete()
    Connection.objects.update(status="attention", reason="refused")
    assert "Connect it once more" in press(hers, google, "test")
    google.refresh_from_db()
    assert google.last_used_at is None
    assert not Usage.objects.exists()


def test_what_was_never_allowed_does_not_stop(hers: Client, google: Connection) -> None:
    assert "See your calendar" in seen(hers, of(google, "disconnect/"))
    granted.withdraw_all(google)
    assert "See your calendar" not in seen(hers, of(google, "disconnect/"))


def test_who_has_no_account_is_told_of_none_that_was_connected(
    providers: Simulator,
) -> None:
    answer = Client().get("/accounts/with/google/callback/?state=x", follow=True)
    said = words(answer)
    assert "was not begun here" in said
    assert "Connections" not in said and "connected" not in said
