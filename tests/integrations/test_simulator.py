"""Our own provider, held to the rules of the four it plays."""

import json
import re
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.x509 import load_pem_x509_certificate

from tests.integrations import browser
from tests.integrations.apps import (
    AUTH,
    BACK,
    EVENTS,
    GOOGLE,
    MICROSOFT,
    NOTION,
    READ_EVENTS,
    Application,
    bearer,
    talking,
)
from tests.integrations.servers import ROOT, Simulator, http, simulated

ALLOW: dict[str, Any] = {"decision": "allow"}
OFFLINE: dict[str, Any] = {"access_type": "offline"}


@pytest.fixture
def google(simulator: Simulator) -> Application:
    return Application(simulator.url, GOOGLE)


@pytest.fixture
def microsoft(simulator: Simulator) -> Application:
    return Application(simulator.url, MICROSOFT)


@pytest.fixture
def notion(simulator: Simulator) -> Application:
    return Application(simulator.url, NOTION)


def any_of(simulator: Simulator) -> list[tuple[Application, str]]:
    return [
        (Application(simulator.url, GOOGLE), f"openid email {EVENTS}"),
        (
            Application(simulator.url, MICROSOFT),
            "openid offline_access User.Read Calendars.Read",
        ),
        (Application(simulator.url, NOTION), ""),
    ]


# --- The page ---------------------------------------------------------------------------


def test_it_knows_nothing_of_the_product() -> None:
    script = (
        "import sys, apps.integrations.simulator.server; "
        "print([m for m in sys.modules if m.partition('.')[0] in "
        "('django', 'config', 'rest_framework') or m.startswith('apps.') and not "
        "m.startswith('apps.integrations')])"
    )
    order = [sys.executable, "-c", script]
    said = subprocess.run(order, cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_page_says_that_it_is_no_real_provider(google: Application) -> None:
    address, _ = google.address(f"openid {EVENTS} {AUTH}gmail.send")
    page = http.get(address)
    assert "Simulated Google" in page.text
    assert "No real account is touched" in page.text
    assert "Send mail as you" in page.text
    assert "style=" not in page.text
    assert "<script" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    style = http.get(f"{google.url}/_style.css")
    assert style.headers["content-type"].startswith("text/css")


def test_what_is_asked_is_shown_as_text(google: Application) -> None:
    address, _ = google.address(EVENTS, client_id="<b>x</b>", login_hint='"><i>@x')
    page = http.get(address).text
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "<i>" not in page


@pytest.mark.parametrize("account", ["alice@example.com", "bob@example.com"])
def test_who_is_picked_is_who_it_is(google: Application, account: str) -> None:
    held = google.connect("openid email", **ALLOW, account=account)
    claims = jwt.decode(held["id_token"], options={"verify_signature": False})
    assert claims["email"] == account


def test_a_typed_address_becomes_an_account(google: Application) -> None:
    other: dict[str, Any] = {"account": "other", "address": "Carol@Example.com"}
    held = google.connect("openid email profile", **ALLOW, **other)
    claims = jwt.decode(held["id_token"], options={"verify_signature": False})
    assert (claims["email"], claims["name"]) == ("carol@example.com", "Carol")
    meant = google.connect("openid email", **ALLOW, address="dan@example.com")
    claims = jwt.decode(meant["id_token"], options={"verify_signature": False})
    assert claims["email"] == "dan@example.com"
    hinted = google.connect(
        "openid email",
        query={"login_hint": "carol@example.com"},
        **ALLOW,
        account="bob@example.com",
    )
    claims = jwt.decode(hinted["id_token"], options={"verify_signature": False})
    assert claims["email"] == "bob@example.com"
    address, _ = google.address("openid")
    page = http.post(address, data=ALLOW | {"account": "other", "address": "carol"})
    assert page.status_code == 400
    assert "Type an address" in page.text


def test_denial_leads_back_with_the_state(simulator: Simulator) -> None:
    for app, scope in any_of(simulator):
        address, _ = app.address(scope)
        back = browser.consent(address, back=BACK, decision="deny")
        assert back["error"] == "access_denied"
        assert back["state"] == parse_qs(urlsplit(address).query)["state"][0]
        assert "code" not in back


def test_a_wrong_way_back_is_never_taken(simulator: Simulator) -> None:
    for app, scope in any_of(simulator):
        for place in ("", "callback", "javascript:alert(1)", f"{BACK}#x"):
            address, _ = app.address(scope, redirect_uri=place)
            assert http.get(address).status_code == 400


def test_a_request_that_is_no_good_is_told_to_the_application(
    microsoft: Application,
) -> None:
    for more, error in (
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "Mail.Destroy"}, "invalid_scope"),
        ({"prompt": "none"}, "interaction_required"),
    ):
        address, _ = microsoft.address("User.Read", **more)
        assert browser.consent(address, back=BACK)["error"] == error


def test_google_shows_a_wrong_scope_and_sends_nobody_back(google: Application) -> None:
    address, _ = google.address(f"{AUTH}calendar.everything")
    page = http.get(address)
    assert page.status_code == 400
    assert "invalid_scope" in page.text


# --- Codes ------------------------------------------------------------------------------


def test_a_code_needs_its_verifier(simulator: Simulator) -> None:
    for app, scope in any_of(simulator)[:2]:
        address, _ = app.address(scope)
        for wrong in ("", "x" * 43):
            code = browser.consent(address, back=BACK, **ALLOW)["code"]
            said = app.redeem(code, wrong)
            assert (said.status_code, said.json()["error"]) == (400, "invalid_grant")


def test_a_verifier_without_a_challenge_is_refused(simulator: Simulator) -> None:
    for app, scope in any_of(simulator)[:2]:
        address, verifier = app.address(
            scope, code_challenge="", code_challenge_method=""
        )
        code = browser.consent(address, back=BACK, **ALLOW)["code"]
        assert app.redeem(code, verifier).json()["error"] == "invalid_grant"
        said = app.redeem(code, "")
        assert said.status_code == 200, said.text


def test_a_code_used_twice_ends_what_it_gave(simulator: Simulator) -> None:
    for app, scope in any_of(simulator):
        address, verifier = app.address(scope)
        verifier = "" if app.is_notion else verifier
        code = browser.consent(address, back=BACK, **ALLOW)["code"]
        token = app.redeem(code, verifier).json()["access_token"]
        assert token in simulator.tokens()["access"]
        assert app.redeem(code, verifier).status_code == 400
        assert token not in simulator.tokens()["access"]


def test_a_code_is_good_for_ten_minutes(simulator: Simulator) -> None:
    for app, scope in any_of(simulator):
        address, verifier = app.address(scope)
        verifier = "" if app.is_notion else verifier
        code = browser.consent(address, back=BACK, **ALLOW)["code"]
        simulator.order("set", ahead=601)
        assert app.redeem(code, verifier).status_code == 400
        simulator.order("set", ahead=599)
        assert app.redeem(code, verifier).status_code == 200
        simulator.order("set", ahead=0)


def test_a_code_belongs_to_its_address_and_its_client(simulator: Simulator) -> None:
    for app, scope in any_of(simulator):
        address, verifier = app.address(scope)
        verifier = "" if app.is_notion else verifier
        code = browser.consent(address, back=BACK, **ALLOW)["code"]
        elsewhere = app.redeem(code, verifier, redirect_uri=f"{BACK}/")
        assert elsewhere.status_code == 400
        app.client = "another"
        assert app.redeem(code, verifier).status_code == 400
        app.client = "demo"
        assert app.redeem(code, verifier).status_code == 200


def test_a_client_needs_a_secret_and_the_right_one(simulator: Simulator) -> None:
    simulator.order("set", secrets={"demo": "right"})
    for app, scope in any_of(simulator):
        address, verifier = app.address(scope)
        verifier = "" if app.is_notion else verifier
        code = browser.consent(address, back=BACK, **ALLOW)["code"]
        for wrong in ("", "wrong"):
            app.secret = wrong
            said = app.redeem(code, verifier)
            assert said.status_code == 401
            said_code = said.json()["code" if app.is_notion else "error"]
            assert said_code == "invalid_client"
        app.secret = "right"
        assert app.redeem(code, verifier).status_code == 200


# --- Google and YouTube -----------------------------------------------------------------


def test_google_names_itself_and_signs_who_it_was(
    simulator: Simulator, google: Application
) -> None:
    address, verifier = google.address("openid email profile", nonce="n-1")
    back = browser.consent(address, back=BACK, **ALLOW)
    assert back["iss"] == "https://accounts.google.com"
    held = google.redeem(back["code"], verifier).json()
    kid = jwt.get_unverified_header(held["id_token"])["kid"]
    certs = http.get(f"{simulator.url}/oauth2/v1/certs").json()
    key = load_pem_x509_certificate(certs[kid].encode()).public_key()
    claims = jwt.decode(
        held["id_token"],
        key,  # type: ignore[arg-type]  # RSA it is
        algorithms=["RS256"],
        audience="demo",
        issuer="https://accounts.google.com",
    )
    assert claims["nonce"] == "n-1"
    assert claims["email_verified"] is True
    headers = bearer(held["access_token"])
    for version, name in (("v3", "sub"), ("v2", "id")):
        info = http.get(f"{google.url}/oauth2/{version}/userinfo", headers=headers)
        assert info.json()[name] == claims["sub"]
    keys = http.get(f"{simulator.url}/oauth2/v3/certs").json()["keys"]
    assert [each["kid"] for each in keys] == [kid]


def test_an_address_may_be_unverified_and_an_issuer_another(
    simulator: Simulator, google: Application
) -> None:
    simulator.order(
        "set", unverified=["bob@example.com"], issuer="https://evil.example"
    )
    address, verifier = google.address("openid email")
    back = browser.consent(address, back=BACK, **ALLOW, account="bob@example.com")
    assert back["iss"] == "https://evil.example"
    token = google.redeem(back["code"], verifier).json()["id_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["email_verified"] is False


def test_google_grants_what_was_ticked_by_its_long_name(google: Application) -> None:
    scope = f"openid email {EVENTS} {AUTH}gmail.send"
    held = google.connect(scope, **ALLOW, scope=[EVENTS])
    granted = {"openid", f"{AUTH}userinfo.email", EVENTS}
    assert set(held["scope"].split()) == granted
    bare, _ = google.address(EVENTS)
    nothing = browser.consent(bare, back=BACK, **ALLOW, scope=[])
    assert nothing["error"] == "access_denied"


def test_google_adds_earlier_grants_when_asked_to(google: Application) -> None:
    google.connect(EVENTS, **ALLOW)
    alone = google.connect(f"{AUTH}gmail.send", **ALLOW)
    assert alone["scope"] == f"{AUTH}gmail.send"
    both = google.connect(
        f"{AUTH}gmail.readonly", query={"include_granted_scopes": "true"}, **ALLOW
    )
    assert set(both["scope"].split()) == {
        EVENTS,
        f"{AUTH}gmail.send",
        f"{AUTH}gmail.readonly",
    }


def test_google_gives_a_second_refresh_token_only_on_purpose(
    google: Application,
) -> None:
    assert "refresh_token" not in google.connect(EVENTS, **ALLOW)
    first = google.connect(EVENTS, query=OFFLINE, **ALLOW)
    assert first["refresh_token"]
    assert "refresh_token" not in google.connect(EVENTS, query=OFFLINE, **ALLOW)
    purpose = OFFLINE | {"prompt": "consent"}
    assert google.connect(EVENTS, query=purpose, **ALLOW)["refresh_token"]
    for _ in range(2):
        again = google.renew(first["refresh_token"])
        assert again.status_code == 200
        assert "refresh_token" not in again.json()


def test_revoking_one_google_token_ends_the_grant_of_the_project(
    simulator: Simulator, google: Application
) -> None:
    youtube = Application(simulator.url, GOOGLE, client="demo-youtube")
    stranger = Application(simulator.url, GOOGLE, client="stranger")
    watch = f"{AUTH}youtube.readonly"
    held = google.connect(EVENTS, query=OFFLINE, **ALLOW)
    tube = youtube.connect(watch, query=OFFLINE, **ALLOW)
    bobs = google.connect(EVENTS, **ALLOW, account="bob@example.com")
    other = stranger.connect(EVENTS, **ALLOW)
    revoke = f"{simulator.url}/revoke"
    assert http.post(revoke, data={"token": "nothing"}).status_code == 400
    said = http.post(revoke, data={"token": tube["access_token"]})
    assert said.status_code == 200
    live = simulator.tokens()["access"]
    assert set(live) == {bobs["access_token"], other["access_token"]}
    for app, token in ((google, held), (youtube, tube)):
        refused = app.renew(token["refresh_token"])
        assert refused.json()["error"] == "invalid_grant"


def events_of(app: Application, token: str, **params: str) -> httpx.Response:
    address = f"{app.url}/calendar/v3/calendars/primary/events"
    return http.get(address, headers=bearer(token), params=params)


def test_the_calendar_is_read_in_small_pages(google: Application) -> None:
    token = google.connect(READ_EVENTS, **ALLOW)["access_token"]
    found: list[str] = []
    more = {"singleEvents": "true", "orderBy": "startTime", "maxResults": "250"}
    while True:
        page = events_of(google, token, **more).json()
        assert len(page["items"]) <= 5
        starts = [event["start"] for event in page["items"]]
        found += [start.get("dateTime", start.get("date")) for start in starts]
        if "nextPageToken" not in page:
            break
        more["pageToken"] = page["nextPageToken"]
    assert len(found) > 10
    assert found == sorted(found)
    assert events_of(google, token, pageToken="nonsense").status_code == 400
    days = [start[:10] for start in found]
    morning = f"{days[0]}T00:00:00-05:00"
    night = f"{days[0]}T23:59:00-05:00"
    first_day = events_of(google, token, timeMin=morning, timeMax=night).json()
    assert {event["start"]["dateTime"][:10] for event in first_day["items"]} == {
        days[0]
    }


def test_an_event_is_made_once_changed_and_deleted(google: Application) -> None:
    token = google.connect(EVENTS, **ALLOW)["access_token"]
    address = f"{google.url}/calendar/v3/calendars/primary/events"
    with talking(token) as client:
        event = {
            "id": "abcdef012345",
            "summary": "Tea",
            "start": {"dateTime": "2030-01-07T10:00:00", "timeZone": "Europe/Paris"},
            "end": {"dateTime": "2030-01-07T11:00:00+01:00"},
        }
        made = client.post(address, json=event)
        assert made.status_code == 200, made.text
        again = client.post(address, json=event)
        assert again.status_code == 409
        assert again.json()["error"]["errors"][0]["reason"] == "duplicate"
        assert client.post(address, json=event | {"id": "XYZ"}).status_code == 400
        assert client.post(address, json={"summary": "When?"}).status_code == 400
        one = f"{address}/{event['id']}"
        assert client.get(one).json()["summary"] == "Tea"
        changed = client.patch(one, json={"summary": "Coffee"})
        assert changed.json()["start"] == event["start"]
        stale = {"If-Match": made.json()["etag"]}
        assert client.patch(one, json={}, headers=stale).status_code == 412
        busy = client.post(
            f"{google.url}/calendar/v3/freeBusy",
            json={
                "timeMin": "2030-01-07T00:00:00Z",
                "timeMax": "2030-01-08T00:00:00Z",
                "items": [{"id": "primary"}, {"id": "dan@example.com"}],
            },
        )
        assert busy.status_code == 403  # calendar.events is not enough
        assert client.delete(one).status_code == 204
        assert client.delete(one).status_code == 410
        assert client.get(one).json()["status"] == "cancelled"
        assert client.get(f"{address}/nothing").status_code == 404
        assert client.get(address.replace("primary", "dan@x")).status_code == 404


def test_free_and_busy(google: Application) -> None:
    scope = f"{AUTH}calendar.freebusy {EVENTS} {AUTH}calendar.calendarlist.readonly"
    token = google.connect(scope, **ALLOW)["access_token"]
    with talking(token) as client:
        for start, end in (("10:00", "11:00"), ("10:30", "11:30"), ("13:00", "14:00")):
            event = {
                name: {"dateTime": f"2030-01-07T{at}:00Z"}
                for name, at in (("start", start), ("end", end))
            }
            address = f"{google.url}/calendar/v3/calendars/primary/events"
            assert client.post(address, json=event).status_code == 200
        said = client.post(
            f"{google.url}/calendar/v3/freeBusy",
            json={
                "timeMin": "2030-01-07T00:00:00Z",
                "timeMax": "2030-01-08T00:00:00Z",
                "items": [{"id": "primary"}, {"id": "dan@example.com"}],
            },
        ).json()["calendars"]
        assert said["primary"]["busy"] == [
            {"start": "2030-01-07T10:00:00Z", "end": "2030-01-07T11:30:00Z"},
            {"start": "2030-01-07T13:00:00Z", "end": "2030-01-07T14:00:00Z"},
        ]
        assert said["dan@example.com"]["errors"][0]["reason"] == "notFound"
        listed = client.get(f"{google.url}/calendar/v3/users/me/calendarList").json()
        assert listed["items"][0]["primary"] is True


def test_mail_is_listed_read_sent_and_drafted(google: Application) -> None:
    scope = " ".join(f"{AUTH}gmail.{name}" for name in ("readonly", "send", "compose"))
    alice = google.connect(scope, **ALLOW)["access_token"]
    bob = google.connect(scope, **ALLOW, account="bob@example.com")["access_token"]
    mail = f"{google.url}/gmail/v1/users/me"
    raw = "VG86IGJvYkBleGFtcGxlLmNvbQpTdWJqZWN0OiBIaSB0aGVyZQoKR29vZCBuZXdzLg"
    with talking(alice) as client:
        unread = client.get(f"{mail}/messages", params={"q": "is:unread"}).json()
        assert len(unread["messages"]) == 3
        first = client.get(f"{mail}/messages").json()
        assert len(first["messages"]) == 5
        assert first["nextPageToken"]
        one = f"{mail}/messages/{first['messages'][0]['id']}"
        shown = client.get(
            one, params={"format": "metadata", "metadataHeaders": "Subject"}
        ).json()
        assert [each["name"] for each in shown["payload"]["headers"]] == ["Subject"]
        assert client.get(one).json()["payload"]["body"]["data"]
        sent = client.post(f"{mail}/messages/send", json={"raw": raw})
        assert sent.json()["labelIds"] == ["SENT"]
        draft = client.post(f"{mail}/drafts", json={"message": {"raw": raw}}).json()
        assert draft["message"]["labelIds"] == ["DRAFT"]
        assert client.post(f"{mail}/messages/send", json={}).status_code == 400
        nobody = client.post(f"{mail}/messages/send", json={"raw": "SGk6IHlvdQoKSGk"})
        assert nobody.status_code == 400
        labels = client.get(f"{mail}/labels").json()["labels"]
        assert "INBOX" in [label["id"] for label in labels]
        assert client.get(f"{mail}/messages/none").status_code == 404
    came = http.get(
        f"{mail}/messages", headers=bearer(bob), params={"q": "subject:there"}
    ).json()["messages"]
    assert len(came) == 1


def test_gmail_metadata_gives_no_content(google: Application) -> None:
    token = google.connect(f"{AUTH}gmail.metadata", **ALLOW)["access_token"]
    mail = f"{google.url}/gmail/v1/users/me/messages"
    with talking(token) as client:
        name = client.get(mail).json()["messages"][0]["id"]
        assert client.get(mail, params={"q": "budget"}).status_code == 403
        assert client.get(f"{mail}/{name}").status_code == 403
        minimal = client.get(f"{mail}/{name}", params={"format": "metadata"})
        assert "body" not in minimal.json()["payload"]


def test_youtube_searches_within_its_day(
    simulator: Simulator, google: Application
) -> None:
    token = google.connect(f"{AUTH}youtube.readonly", **ALLOW)["access_token"]
    search = f"{google.url}/youtube/v3/search"
    params = {"part": "snippet", "q": "bread", "type": "video"}
    with talking(token) as client:
        found = client.get(search, params=params).json()
        assert found["items"][0]["id"]["videoId"]
        assert client.get(search).status_code == 400
        simulator.order("set", searches=1)
        refused = client.get(search, params=params)
        assert refused.status_code == 403
        assert refused.json()["error"]["errors"][0]["reason"] == "quotaExceeded"
        simulator.order("set", ahead=86_400, token_life=10)
        simulator.order("expire", provider="google")
    token = google.connect(f"{AUTH}youtube.readonly", **ALLOW)["access_token"]
    tomorrow = http.get(search, params=params, headers=bearer(token))
    assert tomorrow.status_code == 200


def test_youtube_lists_and_adds_to_a_playlist(google: Application) -> None:
    token = google.connect(f"{AUTH}youtube.force-ssl", **ALLOW)["access_token"]
    tube = f"{google.url}/youtube/v3"
    part = {"part": "snippet", "mine": "true"}
    with talking(token) as client:
        subscribed = client.get(f"{tube}/subscriptions", params=part).json()
        assert subscribed["pageInfo"]["totalResults"] > 5
        assert subscribed["nextPageToken"]
        lists = client.get(f"{tube}/playlists", params=part).json()["items"]
        assert client.get(f"{tube}/channels", params=part).json()["items"]
        assert client.get(f"{tube}/playlists", params={"part": "id"}).status_code == 400
        video = client.get(
            f"{tube}/search", params={"part": "snippet", "q": "tides"}
        ).json()["items"][0]["id"]
        wanted = {"playlistId": lists[0]["id"], "resourceId": video}
        add = f"{tube}/playlistItems?part=snippet"
        made = client.post(add, json={"snippet": wanted}).json()
        assert made["snippet"]["position"] == 0
        held = client.get(
            f"{tube}/playlistItems",
            params={"part": "snippet", "playlistId": lists[0]["id"]},
        ).json()["items"]
        assert [each["id"] for each in held] == [made["id"]]
        for wrong in (
            wanted | {"playlistId": "PLnone"},
            wanted | {"resourceId": {"videoId": "none"}},
        ):
            assert client.post(add, json={"snippet": wrong}).status_code == 404


# --- Microsoft --------------------------------------------------------------------------

GRAPH = "openid offline_access User.Read Calendars.ReadWrite Mail.ReadWrite Mail.Send"


def test_microsoft_rotates_and_the_old_one_lives_on(microsoft: Application) -> None:
    first = microsoft.connect(GRAPH, **ALLOW)
    assert "offline_access" not in first["scope"]
    second = microsoft.renew(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert microsoft.renew(first["refresh_token"]).status_code == 200
    assert microsoft.renew(second["refresh_token"]).status_code == 200
    assert "refresh_token" not in microsoft.connect("User.Read", **ALLOW)


def test_microsoft_lists_earlier_consents(microsoft: Application) -> None:
    microsoft.connect("User.Read", **ALLOW)
    held = microsoft.connect("https://graph.microsoft.com/Calendars.Read", **ALLOW)
    assert held["scope"].split() == ["Calendars.Read", "User.Read"]


def test_microsoft_refuses_with_a_number(
    simulator: Simulator, microsoft: Application
) -> None:
    held = microsoft.connect(GRAPH, **ALLOW)
    simulator.order("expire", provider="microsoft", what="refresh")
    said = microsoft.renew(held["refresh_token"]).json()
    assert (said["error"], said["error_codes"]) == ("invalid_grant", [70008])
    assert said["error_description"].startswith("AADSTS70008: ")


def test_graph_knows_who_one_is(microsoft: Application) -> None:
    token = microsoft.connect(GRAPH, **ALLOW)["access_token"]
    me = http.get(
        f"{microsoft.url}/v1.0/me?$select=id,mail", headers=bearer(token)
    ).json()
    assert me.keys() == {"id", "mail"}
    other = microsoft.connect(GRAPH, **ALLOW, account="bob@example.com")
    bob = http.get(f"{microsoft.url}/v1.0/me", headers=bearer(other["access_token"]))
    assert bob.json()["id"] != me["id"]


def test_graph_pages_by_an_absolute_address(
    simulator: Simulator, microsoft: Application
) -> None:
    token = microsoft.connect(GRAPH, **ALLOW)["access_token"]
    now = time.time()
    first, last = (
        time.strftime("%Y-%m-%dT00:00:00", time.gmtime(now + days * 86_400))
        for days in (-8, 15)
    )
    address = (
        f"{microsoft.url}/v1.0/me/calendarView?startDateTime={first}"
        f"&endDateTime={last}&$select=subject,start,end&$top=50"
    )
    headers = bearer(token, Prefer='outlook.timezone="Eastern Standard Time"')
    found = []
    while address:
        page = http.get(address, headers=headers).json()
        found += page["value"]
        address = page.get("@odata.nextLink", "")
        assert not address or address.startswith(f"{simulator.url}/v1.0/me/")
    assert len(found) > 10
    assert {event["start"]["timeZone"] for event in found} == {"Eastern Standard Time"}
    stand_up = next(event for event in found if "stand-up" in event["subject"])
    assert "T09:00:00" in stand_up["start"]["dateTime"]
    simulator.order("set", next_origin="http://evil.example")
    page = http.get(f"{microsoft.url}/v1.0/me/messages", headers=headers).json()
    assert page["@odata.nextLink"].startswith("http://evil.example/v1.0/me/messages?")
    bare = http.get(f"{microsoft.url}/v1.0/me/calendarView", headers=headers)
    assert bare.status_code == 400


def test_a_transaction_of_graph_makes_one_event(microsoft: Application) -> None:
    token = microsoft.connect(GRAPH, **ALLOW)["access_token"]
    events = f"{microsoft.url}/v1.0/me/events"
    event = {
        "subject": "Tea",
        "start": {
            "dateTime": "2030-01-07T10:00:00",
            "timeZone": "Romance Standard Time",
        },
        "end": {"dateTime": "2030-01-07T11:00:00", "timeZone": "Romance Standard Time"},
        "transactionId": "t-1",
    }
    with talking(token) as client:
        made = client.post(events, json=event)
        again = client.post(events, json=event)
        assert (made.status_code, again.status_code) == (201, 201)
        assert made.json()["id"] == again.json()["id"]
        assert made.json()["start"]["dateTime"].startswith("2030-01-07T09:00:00")
        other = client.post(events, json=event | {"subject": "Coffee"})
        assert other.json()["error"]["code"] == "ErrorDuplicateTransactionId"
        one = f"{events}/{made.json()['id']}"
        assert client.get(one).json()["subject"] == "Tea"
        assert client.patch(one, json={"subject": "Cake"}).json()["subject"] == "Cake"
        busy = client.post(
            f"{microsoft.url}/v1.0/me/calendar/getSchedule",
            json={
                "schedules": ["alice@example.com", "dan@example.com"],
                "startTime": {"dateTime": "2030-01-07T00:00:00", "timeZone": "UTC"},
                "endTime": {"dateTime": "2030-01-08T00:00:00", "timeZone": "UTC"},
            },
        ).json()["value"]
        assert [item["subject"] for item in busy[0]["scheduleItems"]] == ["Cake"]
        assert busy[1]["error"]
        assert client.delete(one).status_code == 204
        assert client.delete(one).status_code == 404
        wrong = event | {
            "start": {"dateTime": "2030-01-07T10:00:00", "timeZone": "Moon"}
        }
        refused = client.post(events, json=wrong | {"transactionId": None})
        assert refused.json()["error"]["code"] == "TimeZoneNotSupportedException"


def test_graph_lists_reads_drafts_and_sends_mail(microsoft: Application) -> None:
    alice = microsoft.connect(GRAPH, **ALLOW)["access_token"]
    bob = microsoft.connect(GRAPH, **ALLOW, account="bob@example.com")["access_token"]
    mail = f"{microsoft.url}/v1.0/me/messages"
    letter = {
        "subject": "Good news",
        "body": {"contentType": "Text", "content": "It works."},
        "toRecipients": [{"emailAddress": {"address": "bob@example.com"}}],
    }
    with talking(alice) as client:
        first = client.get(mail, params={"$select": "subject", "$top": "3"}).json()
        assert len(first["value"]) == 3
        assert first["value"][0].keys() == {"id", "subject"}
        one = client.get(f"{mail}/{first['value'][0]['id']}").json()
        assert one["body"]["content"]
        draft = client.post(mail, json=letter)
        assert (draft.status_code, draft.json()["isDraft"]) == (201, True)
        sent = client.post(
            f"{microsoft.url}/v1.0/me/sendMail", json={"message": letter}
        )
        assert (sent.status_code, sent.content) == (202, b"")
        empty = client.post(f"{microsoft.url}/v1.0/me/sendMail", json={"message": {}})
        assert empty.status_code == 400
    came = http.get(mail, headers=bearer(bob), params={"$search": '"good news"'})
    assert [each["subject"] for each in came.json()["value"]] == ["Good news"]


def test_the_basic_scopes_of_graph_hide_bodies(microsoft: Application) -> None:
    held = microsoft.connect("Calendars.ReadBasic Mail.ReadBasic", **ALLOW)
    headers = bearer(held["access_token"])
    for what in ("events", "messages"):
        found = http.get(f"{microsoft.url}/v1.0/me/{what}", headers=headers).json()
        assert found["value"]
        assert not [each for each in found["value"] if "body" in each]


# --- Notion -----------------------------------------------------------------------------

VERSION = {"Notion-Version": "2025-09-03"}


def test_notion_tells_who_it_was_and_never_until_when(notion: Application) -> None:
    held = notion.connect(**ALLOW)
    assert "expires_in" not in held
    assert held["owner"]["user"]["person"]["email"] == "alice@example.com"
    assert held["workspace_id"]
    assert held["bot_id"]
    status = http.post(
        f"{notion.url}/v1/oauth/introspect",
        json={"token": held["access_token"]},
        auth=("demo", "demo"),
    ).json()
    assert status["active"] is True


def test_notion_renews_both_tokens_and_refuses_the_retired(notion: Application) -> None:
    first = notion.connect(**ALLOW)
    second = notion.renew(first["refresh_token"]).json()
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    refused = notion.renew(first["refresh_token"])
    assert refused.status_code == 400
    assert refused.json()["object"] == "error"
    assert refused.json()["code"] == "invalid_grant"
    assert notion.renew(second["refresh_token"]).status_code == 200


def test_notion_revokes(notion: Application) -> None:
    held = notion.connect(**ALLOW)
    auth = ("demo", "demo")
    token = {"token": held["access_token"]}
    assert http.post(f"{notion.url}/v1/oauth/revoke", json=token).status_code == 401
    said = http.post(f"{notion.url}/v1/oauth/revoke", json=token, auth=auth)
    assert said.status_code == 200
    status = http.post(f"{notion.url}/v1/oauth/introspect", json=token, auth=auth)
    assert status.json()["active"] is False
    assert notion.renew(held["refresh_token"]).status_code == 400


def test_notion_shows_what_was_picked_and_what_is_below(notion: Application) -> None:
    def titles(token: str, **query: object) -> set[str]:
        found, cursor = set(), None
        while True:
            page = http.post(
                f"{notion.url}/v1/search",
                headers=bearer(token, **VERSION),
                json=query | ({"start_cursor": cursor} if cursor else {}),
            ).json()
            for each in page["results"]:
                found.add(each["properties"]["title"]["title"][0]["plain_text"])
            if not page["has_more"]:
                return found
            cursor = page["next_cursor"]

    everything = titles(notion.connect(**ALLOW)["access_token"])
    assert len(everything) > 5
    some = notion.connect(**ALLOW, page=["Trip to Lisbon"])["access_token"]
    assert titles(some) == {"Trip to Lisbon", "Packing"}
    assert titles(some, query="pack") == {"Packing"}
    nothing = notion.connect(**ALLOW, page=[])["access_token"]
    assert titles(nothing) == set()


def test_notion_makes_pages_and_appends_to_them(notion: Application) -> None:
    token = notion.connect(**ALLOW, page=["Home"])["access_token"]
    text = {"rich_text": [{"text": {"content": "Hello"}}]}
    title = {"title": [{"text": {"content": "Ideas"}}]}
    block = {"object": "block", "type": "paragraph", "paragraph": text}
    with talking(token, **VERSION) as client:
        pages, blocks = f"{notion.url}/v1/pages", f"{notion.url}/v1/blocks"
        home = client.post(f"{notion.url}/v1/search", json={"query": "Home"}).json()
        parent = {"page_id": home["results"][0]["id"]}
        given = {"parent": parent, "properties": title, "children": [block]}
        page = client.post(pages, json=given).json()
        assert client.get(f"{pages}/{page['id']}").json()["parent"]["type"] == "page_id"
        more = f"{blocks}/{page['id'].replace('-', '')}/children"
        assert client.patch(more, json={"children": [block] * 6}).status_code == 200
        first = client.get(more).json()
        assert (len(first["results"]), first["has_more"]) == (5, True)
        renamed = {"properties": {"title": [{"text": {"content": "Plans"}}]}}
        changed = client.patch(f"{pages}/{page['id']}", json=renamed).json()
        assert changed["properties"]["title"]["title"][0]["plain_text"] == "Plans"
        too_long = {"paragraph": {"rich_text": [{"text": {"content": "x" * 2001}}]}}
        for wrong in ([block] * 101, [too_long], ["text"], None):
            refused = client.patch(more, json={"children": wrong})
            assert refused.json()["code"] == "validation_error"
        assert client.post(pages, json={"properties": title}).status_code == 400
        not_picked = f"{pages}/{'0' * 32}"
        assert client.get(not_picked).json()["code"] == "object_not_found"
        del client.headers["Notion-Version"]
        assert client.get(more).json()["code"] == "missing_version"


def test_notion_s_capabilities_are_the_developer_s(
    simulator: Simulator, notion: Application
) -> None:
    simulator.order("set", capabilities=["read"])
    token = notion.connect(**ALLOW)["access_token"]
    headers = bearer(token, **VERSION)
    assert http.post(f"{notion.url}/v1/search", headers=headers, json={}).is_success
    refused = http.post(f"{notion.url}/v1/pages", headers=headers, json={})
    assert refused.status_code == 403
    assert refused.json()["code"] == "restricted_resource"


# --- Bearers ----------------------------------------------------------------------------

# A call of each API; what its 401 and 403 carry.
CALLS = {
    "/calendar/v3/calendars/primary/events": ("authError", "insufficientPermissions"),
    "/gmail/v1/users/me/messages": ("authError", "insufficientPermissions"),
    "/youtube/v3/playlists": ("authError", "insufficientPermissions"),
    "/v1.0/me/events": ("InvalidAuthenticationToken", "ErrorAccessDenied"),
    "/v1/pages/" + "0" * 32: ("unauthorized", ""),
}


def test_a_bearer_has_to_be_known_alive_and_the_provider_s(
    simulator: Simulator,
) -> None:
    google, microsoft, notion = (app for app, _ in any_of(simulator))
    tokens = [
        google.connect("openid", **ALLOW)["access_token"],
        microsoft.connect("User.Read", **ALLOW)["access_token"],
        notion.connect(**ALLOW)["access_token"],
    ]
    simulator.order("expire")
    dead = [*tokens, "nonsense", ""]
    for path, (word, _) in CALLS.items():
        for token in dead:
            said = http.get(simulator.url + path, headers=bearer(token, **VERSION))
            assert said.status_code == 401, path
            assert word in said.text
    alive = notion.connect(**ALLOW)["access_token"]
    crossed = http.get(f"{simulator.url}/v1.0/me", headers=bearer(alive))
    assert crossed.status_code == 401


def test_a_bearer_does_only_what_it_was_granted(simulator: Simulator) -> None:
    google, microsoft, _ = (app for app, _ in any_of(simulator))
    tokens = {
        "google": google.connect("openid", **ALLOW)["access_token"],
        "microsoft": microsoft.connect("User.Read", **ALLOW)["access_token"],
    }
    for path, (_, word) in CALLS.items():
        if not word:
            continue
        token = tokens["microsoft" if "v1.0" in path else "google"]
        said = http.get(simulator.url + path, headers=bearer(token))
        assert said.status_code == 403, path
        assert word in said.text
    reader = google.connect(READ_EVENTS, **ALLOW)["access_token"]
    address = f"{simulator.url}/calendar/v3/calendars/primary/events"
    assert http.get(address, headers=bearer(reader)).status_code == 200
    assert http.post(address, headers=bearer(reader), json={}).status_code == 403


def test_access_ends_when_its_life_does(
    simulator: Simulator, google: Application
) -> None:
    simulator.order("set", token_life=90)
    held = google.connect(READ_EVENTS, query=OFFLINE, **ALLOW)
    assert held["expires_in"] == 90
    assert events_of(google, held["access_token"]).status_code == 200
    simulator.order("set", ahead=91)
    assert events_of(google, held["access_token"]).status_code == 401
    fresh = google.renew(held["refresh_token"]).json()["access_token"]
    assert events_of(google, fresh).status_code == 200


# --- The control door -------------------------------------------------------------------


def test_a_person_may_take_a_grant_back(
    simulator: Simulator, google: Application
) -> None:
    held = google.connect(READ_EVENTS, query=OFFLINE, **ALLOW)
    said = simulator.order("revoke", provider="google", account="alice@example.com")
    assert said == {"grants": 1}
    assert events_of(google, held["access_token"]).status_code == 401
    assert google.renew(held["refresh_token"]).json()["error"] == "invalid_grant"


def test_consents_are_decided_without_the_page(
    simulator: Simulator, google: Application
) -> None:
    scope = f"openid {EVENTS} {READ_EVENTS}"
    bob = "bob@example.com"
    simulator.order("decide", account=bob, scopes=[READ_EVENTS])
    simulator.order("decide", allow=False)
    assert google.connect(scope)["scope"] == f"{READ_EVENTS} openid"
    address, _ = google.address(scope)
    assert browser.consent(address, back=BACK)["error"] == "access_denied"
    assert "Simulated Google" in http.get(address).text


def test_faults_come_as_ordered_and_no_more(
    simulator: Simulator, google: Application
) -> None:
    token = google.connect(READ_EVENTS, **ALLOW)["access_token"]
    path = "/calendar/v3/calendars/*"
    busy = {"status": 429, "headers": {"Retry-After": "7"}, "body": {"error": "slow"}}
    simulator.order("fault", path=path, kind="answer", times=2, skip=1, **busy)
    assert events_of(google, token).status_code == 200
    for _ in range(2):
        said = events_of(google, token)
        assert (said.status_code, said.headers["retry-after"]) == (429, "7")
        assert said.json() == {"error": "slow"}
    assert events_of(google, token).status_code == 200


def test_a_connection_breaks_in_every_way(
    simulator: Simulator, google: Application
) -> None:
    token = google.connect(READ_EVENTS, **ALLOW)["access_token"]
    path = "/calendar/v3/*"
    for kind, error in (
        ("reset", httpx.ReadError),
        ("lose", httpx.ReadError),
        ("truncate", httpx.RemoteProtocolError),
        ("noise", httpx.RemoteProtocolError),
    ):
        simulator.order("fault", path=path, kind=kind)
        with pytest.raises(error):
            events_of(google, token)
    simulator.order("fault", path=path, kind="garbage")
    with pytest.raises(ValueError, match="utf-8|Expecting"):
        events_of(google, token).json()
    simulator.order("fault", path=path, kind="huge", bytes=3_000_000)
    assert len(events_of(google, token).content) > 2_900_000
    simulator.order("fault", path=path, kind="drip", seconds=0.0001)
    assert events_of(google, token).json()["items"]


def test_who_hangs_is_let_go(simulator: Simulator, google: Application) -> None:
    token = google.connect(READ_EVENTS, **ALLOW)["access_token"]
    path = "/calendar/v3/calendars/primary/events"
    simulator.order("clear_log")
    simulator.order("fault", path=path, kind="hang", seconds=600)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(events_of, google, token)
        while not simulator.requests(path):
            assert not waiting.done()
        # Others are served meanwhile.
        assert events_of(google, token).status_code == 200
        assert not waiting.done()
        simulator.order("calm")
        assert waiting.result(30).status_code == 200


def test_an_answer_is_lost_after_the_rotation(
    simulator: Simulator, notion: Application
) -> None:
    held = notion.connect(**ALLOW)
    simulator.order("fault", path="/v1/oauth/token", kind="lose")
    with pytest.raises(httpx.ReadError):
        notion.renew(held["refresh_token"])
    assert notion.renew(held["refresh_token"]).json()["code"] == "invalid_grant"


def test_the_journal_counts_and_gives_nothing_away(
    simulator: Simulator, google: Application
) -> None:
    held = google.connect(READ_EVENTS, query=OFFLINE, **ALLOW)
    google.renew(held["refresh_token"])
    events_of(google, held["access_token"])
    renewed = simulator.requests("/token", grant_type="refresh_token", client="demo")
    assert [line["status"] for line in renewed] == [200]
    call = simulator.requests("/calendar/v3/calendars/primary/events")[0]
    assert (call["method"], call["account"]) == ("GET", "alice@example.com")
    live = simulator.tokens()
    assert held["access_token"] in live["access"]
    assert held["refresh_token"] in live["refresh"]
    seen = json.dumps(simulator.requests()) + simulator.log.read_text()
    for token in [*live["access"], *live["refresh"], *live["codes"]]:
        assert token[8:] not in seen
    simulator.order("clear_log")
    assert simulator.requests() == []


def test_the_door_is_for_this_machine_and_says_what_it_knows(
    simulator: Simulator,
) -> None:
    door = f"{simulator.url}/_control"
    for headers in ({"Host": "evil.example:80"}, {"Origin": "http://evil.example"}):
        for path in ("_tokens", "_log"):
            said = http.get(f"{simulator.url}/{path}", headers=headers)
            assert said.status_code == 403
    assert http.post(door, data={"do": "forget"}).status_code == 415
    for wrong in (
        {"do": "dance"},
        {"do": "set", "tokens": 1},
        {"do": "fault", "path": "/token", "kind": "flood"},
        {"do": "fault", "kind": "reset"},
        {"do": "expire", "what": "everything"},
        {"do": "revoke", "who": "alice"},
    ):
        said = http.post(door, json=wrong)
        assert said.status_code == 400
        assert said.json()["error"]


def test_what_is_not_there_is_not_found(simulator: Simulator) -> None:
    assert http.get(f"{simulator.url}/v1/teapots").status_code == 404
    assert "Provider simulator" in http.get(simulator.url).text


# --- The process ------------------------------------------------------------------------


def test_connections_and_things_outlive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with simulated(state) as first:
        google = Application(first.url, GOOGLE)
        held = google.connect(f"openid email {EVENTS}", query=OFFLINE, **ALLOW)
        address = "/calendar/v3/calendars/primary/events"
        event = {
            "id": "kept12345",
            "start": {"date": "2030-01-07"},
            "end": {"date": "2030-01-08"},
        }
        headers = bearer(held["access_token"])
        assert http.post(first.url + address, headers=headers, json=event).is_success
        port = int(first.url.rpartition(":")[2])
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]
    with simulated(state, port) as second:
        assert second.url == first.url
        kept = http.get(f"{second.url}{address}/kept12345", headers=headers)
        assert kept.json()["start"] == {"date": "2030-01-07"}
        google = Application(second.url, GOOGLE)
        fresh = google.renew(held["refresh_token"]).json()
        assert events_of(google, fresh["access_token"]).status_code == 200


@pytest.mark.parametrize("damage", ["{", "[]", '{"grants": {}, "other": 1}'])
def test_a_damaged_state_is_refused_in_a_sentence(tmp_path: Path, damage: str) -> None:
    state = tmp_path / "state.json"
    state.write_text(damage)
    order = [sys.executable, "-m", "apps.integrations.simulator", "--state", str(state)]
    said = subprocess.run(order, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert said.stderr == f"{state} is damaged: delete it to begin anew.\n"
    assert state.read_text() == damage


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    with simulated(tmp_path / "state.json") as server:
        app = Application(server.url, MICROSOFT)
        held = app.connect(GRAPH, **ALLOW)
        with ThreadPoolExecutor(16) as pool:
            given = [held["refresh_token"]] * 64
            found = [each.json() for each in pool.map(app.renew, given)]
        tokens = {each["access_token"] for each in found}
        assert len(tokens) == 64
        assert tokens <= set(server.tokens()["access"])
        assert len(server.requests(MICROSOFT[1], grant_type="refresh_token")) == 64
    written = json.loads((tmp_path / "state.json").read_text())
    assert tokens <= written["access"].keys()


def test_it_says_one_line_when_it_is_ready() -> None:
    with simulated() as server:
        http.get(server.url)
        assert re.fullmatch(r"ready http://127\.0\.0\.1:\d+\n", server.log.read_text())
