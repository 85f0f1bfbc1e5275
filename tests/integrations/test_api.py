"""Connections over the API: an app and a page of one's own do what the pages do."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import sessions, tokens
from apps.accounts.models import LoginSession, User
from apps.integrations import connections, granted
from apps.integrations import provider as shelf
from apps.integrations.models import Connection, Consent, OAuthEvent, Token, Usage
from tests.integrations.connecting import come_back, connect, decided
from tests.integrations.servers import Simulator
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
ALL = "/api/v1/connections"
READ_EVENTS = "https://www.googleapis.com/auth/calendar.events.readonly"


class App(Client):
    """By its token; what it keeps of cookies it sends along."""

    def __init__(self, user: User) -> None:
        row = sessions.begin(user=user, client="app", proved=["password"], twice=True)
        super().__init__(
            headers={"authorization": f"Bearer {tokens.issue(row).access}"}
        )


def send(app: Client, path: str, verb: str = "post", **body: Any) -> Any:
    return getattr(app, verb)(path, body, content_type="application/json")


def got(app: Client, path: str, **query: Any) -> Any:
    answer = app.get(path, query)
    assert answer.status_code == 200, answer.content
    found = answer.json()
    return found["results"] if path in (ALL, "/api/v1/providers") else found


def of(row: Connection, more: str = "") -> str:
    return f"{ALL}/{row.public_id}{more}"


@pytest.fixture
def app(alice: User, providers: Simulator) -> App:
    return App(alice)


@pytest.fixture
def google(alice: User, providers: Simulator) -> Connection:
    return connect(alice, providers, features=["calendar.read", "mail.send"])


def test_providers_say_what_they_offer_and_how_ones_own_stand(
    app: App, google: Connection, settings: Any
) -> None:
    del settings.OAUTH_CLIENTS["notion"]
    found = {each["id"]: each for each in got(app, "/api/v1/providers")}
    assert set(found) == set(shelf.ids())
    assert found["google"]["connections"] == {"connected": 1}
    assert found["notion"]["connections"] == {}
    assert [name for name, each in found.items() if not each["is_offered"]] == [
        "notion"
    ]
    features = {each["id"]: each for each in found["google"]["features"]}
    assert features["mail.read"]["is_sensitive"]
    assert features["calendar.read"] == {
        "id": "calendar.read",
        "title": "See your calendar",
        "words": "Reads events of your main calendar, to tell you what is coming.",
        "scopes": [READ_EVENTS],
        "is_write": False,
        "is_sensitive": False,
        "is_suggested": True,
    }


def test_a_connection_is_shown_with_what_works_of_it(
    app: App, google: Connection
) -> None:
    (listed,) = got(app, ALL)
    one = got(app, of(google))
    renewal = one.pop("renewal")
    assert listed == one
    assert (one["id"], one["account"]) == (str(google.public_id), "alice@example.com")
    assert (one["status"], one["reason"], one["working"]) == ("connected", "", 2)
    works = [each["id"] for each in one["features"] if each["works"]]
    assert works == ["calendar.read", "mail.send"]
    assert renewal["kind"] == "renews" and renewal["next_at"] < renewal["ends_at"]
    connections.pause(row=google, channel="api")
    (listed,) = got(app, ALL)
    assert (listed["working"], listed["features"][0]["is_granted"]) == (0, True)
    assert not [each for each in listed["features"] if each["works"]]
    Connection.objects.update(status="attention", reason="refused")
    (listed,) = got(app, ALL)
    assert "takes our permission no more" in listed["why"]
    assert listed["next_step"] == "Connect it once more."


def test_asking_again_costs_little_while_nothing_has_changed(
    app: App, google: Connection
) -> None:
    first = app.get(ALL)
    assert first["Cache-Control"] == "private, no-store"
    tag = {"if-none-match": first["ETag"]}
    again = app.get(ALL, headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    connections.pause(row=google, channel="api")
    changed = app.get(ALL, headers=tag)
    assert changed.json()["results"][0]["status"] == "paused"
    assert changed["ETag"] != first["ETag"]


def test_nothing_of_one_that_lost_its_secrets_works(
    alice: User, app: App, providers: Simulator
) -> None:
    row = connect(alice, providers, "notion", ["pages.read"])
    Connection.objects.update(status="attention", reason="refused")
    shown = got(app, of(row))
    assert shown["working"] == 0
    assert not [each for each in shown["features"] if each["is_granted"]]


def test_what_is_no_word_switches_nothing_off(app: App, google: Connection) -> None:
    answer = send(app, of(google), "patch", features=[1])
    assert answer.status_code == 400
    assert "of another type" in answer.content.decode()


# --- Connecting


def test_more_is_asked_for_where_the_connection_is(
    app: App, google: Connection
) -> None:
    answer = send(
        app,
        ALL,
        provider="notion",
        features=["pages.read"],
        connection=str(google.public_id),
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("kind", ["a page", "an app"])
def test_an_account_is_connected_in_the_browser_that_asked(
    alice: User, providers: Simulator, kind: str
) -> None:
    asking = App(alice) if kind == "an app" else signed_in(alice)
    begun = send(asking, ALL, provider="google", features=["calendar.read"])
    assert begun.status_code == 201 and "no-store" in begun["Cache-Control"]
    assert set(begun.json()) == {"authorize_url"}
    providers.order("decide", account="alice@example.com")
    query = decided(begun.json()["authorize_url"])

    stranger = Client()
    come_back(stranger, "google", query)
    assert not Connection.objects.exists()
    browser = Client()
    browser.cookies = asking.cookies
    come_back(browser, "google", query)
    row = Connection.objects.get()
    assert (row.user, row.features) == (alice, ["calendar.read"])
    assert {each.channel for each in Consent.objects.all()} == {"api"}


def test_it_comes_back_to_where_an_app_wants_it(
    alice: User, providers: Simulator
) -> None:
    page = signed_in(alice)
    for allow, outcome in ((False, "error=denied"), (True, "connection=")):
        begun = send(
            page,
            ALL,
            provider="google",
            features=["calendar.read"],
            back="/spa/done?x=1",
        )
        providers.order("decide", account="alice@example.com", allow=allow)
        query = decided(begun.json()["authorize_url"])
        led = page.get("/app/connections/google/callback/", query)
        assert led["Location"].startswith(f"/spa/done?x=1&{outcome}")
        assert led["Referrer-Policy"] == "no-referrer"
    assert led["Location"].endswith(str(Connection.objects.get().public_id))


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "spa/done",
        "/a\r\nSet-Cookie: a=b",
        "",
    ],
)
def test_nobody_is_led_to_another_site(app: App, back: str) -> None:
    begun = send(app, ALL, provider="google", features=["calendar.read"], back=back)
    assert begun.status_code == 400 and begun.json()["errors"]["back"]
    assert not Consent.objects.exists()


def test_more_is_added_to_a_connection(
    alice: User, google: Connection, providers: Simulator
) -> None:
    page = signed_in(alice)
    begun = send(
        page,
        ALL,
        provider="google",
        features=["calendar.busy"],
        connection=str(google.public_id),
    )
    providers.order("decide", account="alice@example.com")
    come_back(page, "google", decided(begun.json()["authorize_url"]))
    google.refresh_from_db()
    assert google.features == ["calendar.read", "mail.send", "calendar.busy"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"provider": "google", "features": []}, 400),
        ({"provider": "google", "features": ["nothing.known"]}, 404),
        ({"provider": "nobody", "features": ["calendar.read"]}, 404),
        ({"provider": "google"}, 400),
        ({"provider": "google", "features": "calendar.read"}, 400),
        ({"provider": "google", "features": ["calendar.read"], "scope": "all"}, 400),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    app: App, asked: dict[str, Any], status: int
) -> None:
    answer = send(app, ALL, **asked)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_a_connection_too_many_is_refused_before_anybody_leaves(
    app: App, alice: User
) -> None:
    for number in range(4):
        _one_more(alice, number)
    answer = send(app, ALL, provider="google", features=["calendar.read"])
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_connections")


def test_what_is_dangerous_needs_a_fresh_proof(app: App, google: Connection) -> None:
    connections.pause(row=google, channel="api")
    ago = timezone.now() - timedelta(hours=2)
    LoginSession.objects.update(proved_at=ago, proved_twice_at=ago)
    for answer in (
        send(app, ALL, provider="google", features=["calendar.read"]),
        app.delete(of(google)),
        send(app, of(google), "patch", paused=False),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "step_up")
        assert "insufficient_user_authentication" in answer["WWW-Authenticate"]
    google.refresh_from_db()
    assert google.status == "paused"
    send(app, of(google), "patch", features=["mail.send"])
    google.refresh_from_db()
    assert google.features == ["mail.send"]


# --- Keeping


def test_it_is_paused_and_goes_on(app: App, google: Connection) -> None:
    for paused, status in ((True, "paused"), (True, "paused"), (False, "connected")):
        answer = send(app, of(google), "patch", paused=paused)
        assert (answer.status_code, answer.json()["status"]) == (200, status)
    said = Consent.objects.filter(event__in=["paused", "resumed"])
    assert [(each.event, each.channel) for each in said.order_by("id")] == [
        ("paused", "api"),
        ("resumed", "api"),
    ]


def test_features_are_switched_off_all_or_none_of_those_named(
    app: App, google: Connection
) -> None:
    for kept, status in (([], 409), (["mail.read"], 400)):
        answer = send(app, of(google), "patch", features=kept, paused=True)
        assert answer.status_code == status
        google.refresh_from_db()
        assert google.features == ["calendar.read", "mail.send"]
        assert google.status == "connected"
    answer = send(app, of(google), "patch", features=["calendar.read"])
    assert answer.json()["working"] == 1


def test_it_is_disconnected(app: App, google: Connection) -> None:
    assert app.delete(of(google)).status_code == 204
    assert got(app, ALL) == [] and not Token.objects.exists()
    assert app.delete(of(google)).status_code == 404


def test_it_is_tested_and_renewed(
    app: App, google: Connection, providers: Simulator
) -> None:
    for deed in ("/test", "/refresh"):
        found = send(app, of(google, deed)).json()
        assert (found["is_good"], found["outcome"]) == (True, "ok")
        assert found["status"] == "connected"
    providers.order("revoke", provider="google", account="alice@example.com")
    found = send(app, of(google, "/test")).json()
    assert found["is_good"] is False and found["status"] == "attention"
    assert found["outcome"] == "connection_not_usable"
    for _ in range(3):
        send(app, of(google, "/test"))
    often = send(app, of(google, "/refresh"))
    assert often.status_code == 429 and int(often["Retry-After"]) > 0


def test_its_use_is_told_by_day_and_by_what_was_asked(
    app: App, google: Connection
) -> None:
    send(app, of(google, "/test"))
    found = got(app, of(google, "/usage"))
    assert len(found["days"]) == 30
    assert found["days"][-1]["calls"] == 1 and found["days"][-1]["failures"] == 0
    (called,) = found["capabilities"]
    assert (called["capability"], called["calls"]) == ("connection.test", 1)


@pytest.mark.parametrize(
    ("place", "query"),
    [
        ("/usage", "period=bad"),
        ("/usage", "limit=-1"),
        *(("/events", f"limit={each}") for each in ("-1", "0", "x", "999999999999")),
    ],
)
def test_what_is_no_size_and_no_period_is_refused(
    app: App, google: Connection, place: str, query: str
) -> None:
    refused = app.get(of(google, f"{place}?{query}"))
    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"
    said = refused.json()
    assert said["code"] == "bad_fields" and {*said["errors"]} == {query.split("=")[0]}
    assert app.get("/api/v1/connections?limit=-1").status_code == 400


def test_events_and_consents_come_page_by_page(app: App, google: Connection) -> None:
    OAuthEvent.objects.bulk_create(
        OAuthEvent(
            kind="refresh",
            provider="google",
            user_id=google.user_id,
            connection=google,
            outcome="renewed",
        )
        for _ in range(5)
    )
    for path in (of(google, "/events"), "/api/v1/consents"):
        seen, link = list[Any](), f"{path}?limit=1"
        while link:
            page = got(app, link)
            seen += page["results"]
            link = page["next"]
            origin = django_settings.PUBLIC_URL
            assert link is None or link.startswith(f"{origin}{path}?")
            link = link and link.removeprefix(origin)
        assert seen == got(app, path)["results"] and len(seen) > 1
    events = got(app, of(google, "/events"))["results"]
    assert events[0]["words"] == "Permission renewed"
    assert {each["kind"] for each in events} == {"refresh", "connected"}
    newest = got(app, "/api/v1/consents")["results"][0]
    assert (newest["event"], newest["connection"]) == (
        "granted",
        str(google.public_id),
    )
    assert READ_EVENTS in newest["scopes_granted"]


@pytest.mark.parametrize(
    "cursor", ["x", "cD14", "cD0lMDA=", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OQ=="]
)
def test_what_is_no_page_is_refused(app: App, google: Connection, cursor: str) -> None:
    for path in (of(google, "/events"), "/api/v1/consents"):
        answer = app.get(path, {"cursor": cursor})
        assert answer.status_code == 400, answer.content


# --- Whose it is


def test_nobody_reaches_the_connection_of_another(
    google: Connection, bob: User, providers: Simulator
) -> None:
    his = App(bob)
    for more in ("", "/usage", "/events"):
        assert his.get(of(google, more)).status_code == 404
    for more in ("/test", "/refresh"):
        assert send(his, of(google, more)).status_code == 404
    assert send(his, of(google), "patch", paused=True).status_code == 404
    assert his.delete(of(google)).status_code == 404
    mine: dict[str, Any] = {"provider": "google", "features": ["mail.read"]}
    begun = send(his, ALL, connection=str(google.public_id), **mine)
    assert begun.status_code == 404
    assert got(his, ALL) == [] and got(his, "/api/v1/consents")["results"] == []
    google.refresh_from_db()
    assert google.status == "connected"


def test_no_answer_holds_a_token(
    app: App, google: Connection, providers: Simulator
) -> None:
    send(app, of(google, "/refresh"))
    secrets = [token for kind in providers.tokens().values() for token in kind]
    secrets.append(Token.objects.get().sealed)
    answers = [
        app.get(path)
        for path in (
            "/api/v1/providers",
            ALL,
            of(google),
            of(google, "/usage"),
            of(google, "/events"),
            "/api/v1/consents",
        )
    ]
    answers += [send(app, of(google, deed)) for deed in ("/test", "/refresh")]
    answers += [send(app, of(google), "patch", paused=True)]
    for answer in answers:
        assert answer.status_code == 200
        said = answer.content.decode()
        assert not [secret for secret in secrets if secret in said]


def test_an_answer_asks_no_more_where_there_is_more_to_tell(
    app: App, alice: User, google: Connection
) -> None:
    known = {
        "/api/v1/providers": 4,
        ALL: 3,
        of(google): 4,
        of(google, "/usage"): 4,
        of(google, "/events"): 3,
        "/api/v1/consents": 2,
    }
    for number in range(19):
        row = _one_more(alice, number)
        granted.record(row, [READ_EVENTS])
        Usage.objects.create(
            connection=row, capability="a.b", day=timezone.now().date(), calls=1
        )
    found = {}
    for path in known:
        with CaptureQueriesContext(database) as asked:
            assert app.get(path).status_code == 200
        found[path] = len(asked)
    assert found == known


def _one_more(user: User, number: int) -> Connection:
    return Connection.objects.create(
        user=user,
        provider="google",
        uid=str(number),
        features=["calendar.read"],
        connected_at=timezone.now(),
    )
