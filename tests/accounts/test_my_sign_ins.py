"""Where am I signed in: on the page and over the API, for oneself only."""

from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.accounts import sessions, tokens
from apps.accounts.models import LoginSession, User
from apps.core.redis import connection as redis
from apps.rbac.models import AuditEvent
from tests.accounts.test_sign_ins import is_in, row_of, sign_in
from tests.factories import PASSWORD
from tests.rbac.factories import verified

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/app/settings/sign-ins/"
API = "/api/v1/me/sessions"
NOTHING: Any = {"data": "{}", "content_type": "application/json"}
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"


@pytest.fixture
def bob(transactional_db: None) -> User:
    return verified("bob@example.com")


def app(user: User) -> tuple[LoginSession, Client]:
    row = sessions.begin(
        user=user, client="app", proved=["password"], twice=False, browser=CHROME
    )
    token = tokens.issue(row).access
    return row, Client(headers={"authorization": f"Bearer {token}"})


def test_the_page_names_this_one_and_the_others(alice: User, bob: User) -> None:
    client = sign_in(alice)
    app(alice)
    app(bob)
    page = client.get(PAGE).content.decode()
    assert page.count("last seen") == 2
    assert "Chrome on Windows" in page and "127.0.0.1" in page


def test_a_browser_whose_session_is_gone_is_not_listed(alice: User, bob: User) -> None:
    before, stranger = sign_in(alice), sign_in(bob)
    assert is_in(before) and is_in(stranger)
    phone, _ = app(alice)
    # Made by a release that did not note where its session lies.
    older = sessions.begin(user=alice, client="browser", proved=[], twice=False)
    redis().flushdb()
    assert not is_in(before)
    here = sign_in(alice)
    page = here.get(PAGE).content.decode()
    assert page.count("last seen") == 3
    listed = {each["id"] for each in here.get(API).json()["results"]}
    assert listed == {str(each.pk) for each in (phone, older, row_of(here))}
    (lost,) = LoginSession.objects.filter(user=alice).exclude(ended_at=None)
    assert lost.ending == "lost"
    event = AuditEvent.objects.get(obj_id=str(lost.pk), reason="lost")
    assert (event.action, event.subject_id) == ("accounts.session.close", alice.pk)
    assert is_in(here)


def test_one_whose_cookie_changes_stays_listed(alice: User) -> None:
    here, elsewhere = sign_in(alice), sign_in(alice)
    assert is_in(here) and is_in(elsewhere)
    kept = row_of(here).kept_as
    session = here.session
    session.cycle_key()
    session.save()
    here.cookies["sessionid"] = str(session.session_key)
    assert is_in(here)
    row = LoginSession.objects.get(pk=row_of(here).pk)
    assert row.kept_as not in ("", kept)
    assert elsewhere.get(PAGE).content.decode().count("last seen") == 2


def test_one_is_ended_from_another(alice: User) -> None:
    here, elsewhere = sign_in(alice), sign_in(alice)
    answer = here.post(f"{PAGE}{row_of(elsewhere).pk}/end/")
    assert answer["Location"] == PAGE
    assert is_in(here) and not is_in(elsewhere)


def test_all_others_are_ended_at_once(alice: User, bob: User) -> None:
    here, others = sign_in(alice), [sign_in(alice) for _ in range(2)]
    stranger = sign_in(bob)
    _, phone = app(alice)
    here.post(f"{PAGE}others/")
    assert is_in(here) and is_in(stranger)
    assert not any(is_in(each) for each in others)
    assert phone.get("/api/v1/me").status_code == 401


def test_nobody_ends_the_sign_in_of_another(alice: User, bob: User) -> None:
    mallory, victim = sign_in(bob), sign_in(alice)
    key = row_of(victim).pk
    assert mallory.post(f"{PAGE}{key}/end/").status_code == 404
    _, phone = app(bob)
    assert phone.delete(f"{API}/{key}").status_code == 404
    assert is_in(victim)


def test_a_screen_left_alone_is_asked_for_the_password_first(alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        here, elsewhere = sign_in(alice), sign_in(alice)
        clock.shift(timedelta(minutes=5))
        end = f"{PAGE}{row_of(elsewhere).pk}/end/"
        answer = here.post(end)
        assert answer["Location"].startswith("/accounts/reauthenticate/")
        assert is_in(elsewhere)
        wrong = here.post(answer["Location"], {"password": "not-the-password"})
        assert wrong.status_code == 200 and is_in(elsewhere)
        # What was asked for is done once it is proved.
        here.post(answer["Location"], {"password": PASSWORD})
        assert not is_in(elsewhere)


def test_the_api_lists_them(alice: User, bob: User) -> None:
    row, phone = app(alice)
    sign_in(alice)
    app(bob)
    found: list[dict[str, Any]] = phone.get(API).json()["results"]
    assert len(found) == 2
    (own,) = [each for each in found if each["is_current"]]
    assert own["id"] == str(row.pk)
    assert (own["device"], own["client"]) == ("Chrome on Windows", "app")
    assert not {"password_mark", "generation"} & set(own)


def test_the_api_ends_them_and_asks_for_a_fresh_proof(alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        row, phone = app(alice)
        other, _ = app(alice)
        clock.shift(timedelta(minutes=4, seconds=59))
        assert phone.delete(f"{API}/{other.pk}").status_code == 204
        assert phone.delete(f"{API}/{other.pk}").status_code == 404
        phone = Client(headers={"authorization": f"Bearer {tokens.renew(row).access}"})
        clock.shift(timedelta(seconds=1))
        answer = phone.post(f"{API}/revoke-others", **NOTHING)
        assert (answer.status_code, answer.json()["code"]) == (401, "step_up")
        assert 'error="insufficient_user_authentication"' in answer["WWW-Authenticate"]
        assert 'acr_values="aal1", max_age="300"' in answer["WWW-Authenticate"]
        assert (answer.json()["acr"], answer.json()["max_age"]) == ("aal1", 300)
        proof = phone.post(
            "/api/auth/app/v1/auth/reauthenticate",
            {"password": PASSWORD},
            content_type="application/json",
        )
        assert proof.status_code == 200
        assert phone.post(f"{API}/revoke-others", **NOTHING).status_code == 204


def test_a_browser_of_the_api_needs_its_csrf_token(alice: User) -> None:
    client = sign_in(alice)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.get(API).status_code == 200
    assert strict.post(f"{API}/revoke-others", **NOTHING).status_code == 403
    token = client.get("/app/").wsgi_request.META["CSRF_COOKIE"]
    strict.cookies["csrftoken"] = token
    answer = strict.post(
        f"{API}/revoke-others", headers={"x-csrftoken": token}, **NOTHING
    )
    assert answer.status_code == 204


def test_whoever_was_signed_out_is_told_why_by_the_api_too(alice: User) -> None:
    client = sign_in(alice)
    sessions.end([row_of(client)], LoginSession.Ending.NEWER)
    answer = client.get(API)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_newer")


def test_an_app_of_allauths_api_is_told_why_as_well(alice: User) -> None:
    for place in ("auth/session", "account/email"):
        client = sign_in(alice)
        sessions.end([row_of(client)], LoginSession.Ending.NEWER)
        answer = client.get(f"/api/auth/browser/v1/{place}")
        assert (answer.status_code, answer.json()["code"]) == (401, "session_newer")
        # From then on it is a browser that nobody is signed in with.
        later = client.get(f"/api/auth/browser/v1/{place}")
        assert (later.status_code, "flows" in later.json()["data"]) == (401, True)


def test_allauths_own_doors_say_what_they_want_proved(alice: User) -> None:
    _, phone = app(alice)
    LoginSession.objects.update(proved_at=timezone.now() - timedelta(minutes=6))
    given, place = {"email": "new@example.com"}, "/api/auth/app/v1/account/email"
    answer = phone.post(place, given, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, "step_up")
    assert 'acr_values="aal1"' in answer["WWW-Authenticate"]


def test_me(alice: User) -> None:
    _, phone = app(alice)
    assert phone.get("/api/v1/me").json()["email"] == "alice@example.com"
    sent = {"name": "Alice A."}
    answer = phone.patch("/api/v1/me", sent, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["name"] == "Alice A."
    alice.refresh_from_db()
    assert (alice.name, alice.email) == ("Alice A.", "alice@example.com")
    event = AuditEvent.objects.filter(action="accounts.user.change").latest("id")
    assert event.actor_id == alice.pk
    bad = phone.patch(
        "/api/v1/me", {"timezone": "Mars/Olympus"}, content_type="application/json"
    )
    assert bad.status_code == 400
    assert bad["Content-Type"] == "application/problem+json"
    assert bad.json()["errors"] == {"timezone": ["This is no IANA time zone."]}


def test_preferences(alice: User) -> None:
    _, phone = app(alice)
    here = "/api/v1/me/preferences"
    assert phone.get(here).json() == {
        "clock_hours": 12,
        "first_weekday": 0,
        "locale": "en",
        "theme": "system",
        "quiet_from": None,
        "quiet_until": None,
        "paused_until": None,
    }
    sent = {"clock_hours": 24, "quiet_from": "22:00", "quiet_until": "07:30"}
    sent |= {"first_weekday": 6}
    answer = phone.patch(here, sent, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json() == {
        **sent,
        "locale": "en",
        "theme": "system",
        "paused_until": None,
    }
    # As on the page, it is recorded with what was there before.
    event = AuditEvent.objects.filter(action="accounts.user.change").latest("id")
    assert (event.actor_id, event.subject_id) == (alice.pk, alice.pk)
    alice.refresh_from_db()
    assert (alice.clock_hours, alice.quiet_until) == (24, time(7, 30))
    none = {"quiet_from": None, "quiet_until": None}
    answer = phone.patch(here, none, content_type="application/json")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"clock_hours": 13},
        {"clock_hours": "x"},
        {"clock_hours": None},
        {"locale": "xx"},
        {"theme": "pink"},
        {"quiet_from": "22:00"},
        {"quiet_from": "22:00", "quiet_until": "22:00"},
        {"quiet_from": "25:00", "quiet_until": "07:00"},
        {"quiet_from": 7, "quiet_until": []},
        {"paused_until": "9999-12-31T23:59:59-12:00"},
        {"paused_until": "2026-12-01T10:00:00"},
    ],
)
def test_what_is_no_preference_is_refused(alice: User, wrong: dict[str, Any]) -> None:
    _, phone = app(alice)
    here = "/api/v1/me/preferences"
    before = phone.get(here).json()
    answer = phone.patch(here, wrong, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert phone.get(here).json() == before


@pytest.mark.parametrize("verb", ["post", "put", "delete"])
def test_a_verb_that_is_not_there_is_a_problem(alice: User, verb: str) -> None:
    _, phone = app(alice)
    answer = getattr(phone, verb)("/api/v1/me", **NOTHING)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
