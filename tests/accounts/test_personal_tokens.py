"""Tokens for programs of one's own: what they do, what they never do, how they end."""

import hashlib
import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from apps.accounts import closing, panic, personal_tokens, retention, suspension
from apps.accounts.models import LoginSession, PersonalToken, User
from apps.assistant.models import Note
from apps.core import shelves
from apps.core.errors import AppError, Conflict
from apps.core.redis import connection as redis
from apps.rbac import declared, scopes
from apps.rbac.scopes import Scope
from tests.conftest import Recorded
from tests.mfa.conftest import person
from tests.races import overtaken, together
from tests.rbac.factories import verified
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
TOKENS, NOTES = "/api/v1/tokens", "/api/v1/notes"
PAGE = "/app/settings/tokens/"


@pytest.fixture
def alice() -> User:
    return person("alice@example.com")


@pytest.fixture
def app(alice: User) -> Client:
    return signed_in(alice)


def make(alice: User, *held: str, days: int = 90) -> str:
    return personal_tokens.make(user=alice, name="script", scopes=held, days=days)[1]


def program(said: str) -> Client:
    return Client(headers={"authorization": f"Bearer {said}"})


def send(client: Client, path: str, body: Any = None, verb: str = "post") -> Any:
    sent = {"content_type": "application/json"}
    return getattr(client, verb)(path, body or {}, **sent)


def found(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# --- made --------------------------------------------------------------------------------


def test_one_is_made_shown_once_and_kept_by_nobody(
    app: Client, alice: User, recorded: Recorded
) -> None:
    made = send(app, TOKENS, {"name": "home", "scopes": ["notes:read"]})
    assert made.status_code == 201 and "no-store" in made["Cache-Control"]
    said = made.json()["token"]
    assert re.fullmatch(r"sbpat_[0-9A-Za-z]{46}", said)
    row = PersonalToken.objects.get()
    assert row.expires_at - row.created_at == timedelta(days=90)
    assert row.digest == hashlib.sha256(said.encode()).hexdigest()
    (listed,) = app.get(TOKENS).json()["results"]
    assert said not in str(listed) and listed["ending"] == said[-4:]
    assert (listed["scopes"], listed["last_used_at"]) == (["notes:read"], None)
    letter = mail.outbox[-1]
    assert "- read notes\n" in letter.body and PAGE in letter.body
    assert "home" not in letter.body and said not in letter.body
    (event,) = recorded("accounts.personaltoken.add")
    assert said not in str(event.__dict__)


def test_the_same_key_makes_no_second_and_shows_none(app: Client) -> None:
    body = {"name": "home", "scopes": ["notes:read"]}
    sent: Any = {
        "content_type": "application/json",
        "headers": {"Idempotency-Key": "one"},
    }
    assert app.post(TOKENS, body, **sent).status_code == 201
    assert found(app.post(TOKENS, body, **sent)) == (409, "shown_once")
    assert PersonalToken.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": ["usage:write"]},
        {"days": 0},
        {"days": 366},
        {"name": ""},
        {"name": "x" * 41},
    ],
)
def test_what_is_no_token_is_refused(app: Client, wrong: dict[str, Any]) -> None:
    body = {"name": "home", "scopes": ["notes:read"], **wrong}
    assert found(send(app, TOKENS, body)) == (400, "bad_fields")
    assert not PersonalToken.objects.exists()


def test_one_is_made_with_a_fresh_proof_alone(app: Client) -> None:
    ago = timezone.now() - timedelta(minutes=6)
    LoginSession.objects.update(proved_at=ago, proved_twice_at=ago)
    body = {"name": "home", "scopes": ["notes:read"]}
    assert found(send(app, TOKENS, body)) == (401, "step_up")
    assert not PersonalToken.objects.exists()
    assert app.get(TOKENS).status_code == 200


def test_of_many_at_once_no_more_are_made_than_one_may_have(alice: User) -> None:
    for _ in range(PersonalToken.MOST - 2):
        make(alice, "notes:read")
    came = together(4, lambda: make(alice, "notes:read"))
    refused = [each.code for each in came if isinstance(each, AppError)]
    assert refused == ["too_many_tokens"] * 2
    assert PersonalToken.objects.count() == PersonalToken.MOST


# --- used --------------------------------------------------------------------------------


def test_its_name_can_be_read(alice: User) -> None:
    given = {"name": "home\u202eserver", "scopes": ["notes:read"]}
    answer = send(signed_in(alice), "/api/v1/tokens", given)
    assert found(answer) == (400, "bad_fields")
    assert list(answer.json()["errors"]) == ["name"]


def test_it_does_what_its_scopes_name_and_no_more(alice: User) -> None:
    reader = program(make(alice, "notes:read"))
    assert reader.get(NOTES).status_code == 200
    refused = send(reader, NOTES, {"text": "x"})
    assert found(refused) == (403, "insufficient_scope")
    assert refused.json()["scope"] == "notes:write"
    assert 'scope="notes:write"' in refused["WWW-Authenticate"]
    assert found(reader.get("/api/v1/lists")) == (403, "insufficient_scope")
    writer = program(make(alice, "notes:write"))
    assert send(writer, NOTES, {"text": "the gate sticks"}).status_code == 201
    assert writer.get(NOTES).json()["results"][0]["text"] == "the gate sticks"
    assert Note.objects.get().user == alice


def test_it_sees_nothing_of_another(alice: User) -> None:
    Note.objects.create(user=person("bob@example.com"), text="theirs")
    assert program(make(alice, "notes:read")).get(NOTES).json()["results"] == []


def test_it_never_does_what_needs_a_proof_or_the_person(alice: User) -> None:
    able = program(make(alice, *scopes.ALL))
    # A cookie beside it, of somebody who has just proven who they are, changes nothing.
    able.cookies = signed_in(alice).cookies
    assert able.get("/api/v1/me").status_code == 200
    for verb, path in (
        ("get", "tokens"),
        ("post", "tokens"),
        ("post", "me/panic"),
        ("post", "me/close"),
        ("get", "me/export"),
        ("get", "me/sessions"),
        ("get", "me/security"),
        ("post", "me/mfa/totp"),
        ("get", "phones/words"),
        ("post", "phones"),
        ("post", "connections"),
    ):
        answer = send(able, f"/api/v1/{path}", verb=verb)
        assert found(answer) == (403, "not_by_token"), path
    assert PersonalToken.objects.count() == 1


def test_it_opens_no_page_and_no_sign_in(alice: User) -> None:
    said = make(alice, *scopes.ALL)
    assert program(said).get("/app/").status_code == 302
    session = program(said).get("/api/auth/app/v1/auth/session")
    assert found(session) == (403, "not_by_token")
    refresh = {"refresh_token": said}
    assert send(Client(), "/api/auth/app/v1/tokens/refresh", refresh).status_code == 401


def test_a_role_does_not_come_along(db: None) -> None:
    ada = verified("ada@example.com", "administrator")
    able = program(make(ada, *scopes.ALL))
    assert found(able.get("/api/v1/figures/charts/texts")) == (403, "not_by_token")


def test_what_is_none_costs_no_query(alice: User) -> None:
    said = make(alice, "notes:read")
    swapped = said[:10] + ("a" if said[10] != "a" else "b") + said[11:]
    for wrong in ("sbpat_", swapped, said + "x", said.upper()):
        with CaptureQueriesContext(connection) as queries:
            answer = program(wrong).get(NOTES)
        assert answer.status_code == 401 and not len(queries), wrong
    unknown = personal_tokens._new()
    assert found(program(unknown).get(NOTES)) == (401, "invalid_token")


def test_who_asks_is_one_query_and_use_is_noted_once_an_hour(alice: User) -> None:
    client = program(make(alice, "account:read"))
    assert client.get("/api/v1/me").status_code == 200
    used = PersonalToken.objects.get().last_used_at
    assert used is not None and (used.minute, used.second) == (0, 0)
    with CaptureQueriesContext(connection) as queries:
        client.get("/api/v1/me")
    assert len(queries) == 1
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        client.get("/api/v1/me")
    assert PersonalToken.objects.get().last_used_at == used + timedelta(hours=2)


def test_no_program_uses_up_what_its_person_may_ask(alice: User, app: Client) -> None:
    client = program(make(alice, "account:read"))
    told = client.get("/api/v1/me")["RateLimit-Policy"]
    assert '"token";q=300;w=60' in told and '"api";q=600;w=60' in told
    place = f"pace:token:{PersonalToken.objects.get().pk}"
    full_at = (timezone.now().timestamp() + 60) * 1000
    redis().set(place, f"{full_at:.3f}", px=60_000)
    refused = client.get("/api/v1/me")
    assert found(refused) == (429, "too_many") and int(refused["Retry-After"]) >= 1
    assert app.get("/api/v1/me").status_code == 200


# --- over --------------------------------------------------------------------------------


def test_it_is_taken_back(app: Client, alice: User) -> None:
    said = make(alice, "notes:read")
    place = f"{TOKENS}/{PersonalToken.objects.get().public_id}"
    assert signed_in(person("bob@example.com")).delete(place).status_code == 404
    assert program(said).get(NOTES).status_code == 200
    assert app.delete(place).status_code == 204
    assert found(program(said).get(NOTES)) == (401, "invalid_token")
    assert app.delete(place).status_code == 404


def test_its_time_ends_and_then_it_goes(alice: User) -> None:
    said = make(alice, "notes:read", days=7)
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        assert found(program(said).get(NOTES)) == (401, "invalid_token")
        (listed,) = signed_in(alice).get(TOKENS).json()["results"]
        assert listed["is_good"] is False
    rule = next(each for each in retention.RULES if each.key == "accounts.tokens")
    assert not rule.old(timezone.now()).exists()
    assert rule.old(timezone.now() + timedelta(days=8)).exists()


def _new_password(alice: User) -> None:
    alice.set_password("seven-quiet-owls-at-noon")
    alice.save()


def _suspended(alice: User) -> None:
    ada = verified("ada@example.com", "administrator")
    suspension.suspend(by=ada, user=alice, reason="for a test")
    suspension.restore(by=ada, user=alice, reason="for a test")


def _closed(alice: User) -> None:
    closing.close(user=alice)
    alice.refresh_from_db()
    closing.reopen(user=alice)


def _panic(alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    panic.begin(alice)
    panic.end(User.objects.get(pk=alice.pk))


def _reverted(alice: User) -> None:
    for stop in shelves.across_apps("on_revert", "ON_REVERT"):
        stop(alice, timezone.now())


@pytest.mark.parametrize(
    "what", [_new_password, _suspended, _closed, _panic, _reverted]
)
def test_it_ends_with_what_ends_every_sign_in_and_stays_so(
    what: Any, alice: User
) -> None:
    said = make(alice, "notes:read")
    assert program(said).get(NOTES).status_code == 200
    what(alice)
    assert found(program(said).get(NOTES)) == (401, "invalid_token")


@pytest.mark.parametrize("what", [_new_password, _panic])
def test_none_is_made_by_who_was_shut_out_meanwhile(what: Any, alice: User) -> None:
    asking = User.objects.get(pk=alice.pk)
    with pytest.raises(Conflict):
        overtaken(alice, lambda: what(alice), lambda: make(asking, "notes:read"))
    assert not PersonalToken.objects.exists()


# --- declared ----------------------------------------------------------------------------


def _operations(patterns: Any, before: str = "") -> Iterator[tuple[str, str, Any]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _operations(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and route.startswith("api/v1/"):
            made_of = pattern.callback.cls  # type: ignore[attr-defined]  # a view of REST framework
            for verb in ("get", "post", "put", "patch", "delete"):
                if hasattr(made_of, verb):
                    yield route, verb, made_of


def test_every_operation_says_which_scope_it_takes_or_that_none_will_do() -> None:
    every = list(_operations(get_resolver().url_patterns))
    assert len(every) > 90
    silent = [each for each in every if not hasattr(each[2], "scope")]
    assert silent == []
    used = {scopes.wanted(view, verb.upper()) for _, verb, view in every}
    assert used - {""} == set(scopes.ALL)
    for route, verb, view in every:
        policy = declared.of_class(view, verb)
        if policy is not None and policy.is_in_person and not policy.fresh_minutes:
            assert not scopes.wanted(view, verb.upper()), route


# --- the page ----------------------------------------------------------------------------


def test_the_page_makes_one_shows_it_once_and_takes_it_back(app: Client) -> None:
    assert "No token yet" in app.get(PAGE).content.decode()
    form = {"name": "<b>home</b>", "days": "30", "scopes": ["notes:read", "usage:read"]}
    made = app.post(f"{PAGE}make/", form)
    page = made.content.decode()
    assert made.status_code == 200 and "no-store" in made["Cache-Control"]
    said = re.search(r'<input id="token"[^>]*value="(sbpat_\w+)"', page)
    assert said is not None and f'data-copy="{said[1]}"' in page
    assert "&lt;b&gt;home" in page
    assert program(said[1]).get(NOTES).status_code == 200
    listed = app.get(PAGE).content.decode()
    assert said[1] not in listed and said[1][-4:] in listed
    assert "notes:read, usage:read" in listed and "Last used" in listed
    row = PersonalToken.objects.get()
    assert row.expires_at - row.created_at == timedelta(days=30)
    app.post(f"{PAGE}{row.public_id}/revoke/")
    assert not PersonalToken.objects.exists()


@pytest.mark.parametrize("scope", sorted(f"{each}:read" for each in Scope))
def test_the_example_on_the_page_of_a_new_token_works(app: Client, scope: str) -> None:
    form = {"name": "home", "days": "30", "scopes": [scope]}
    page = html.unescape(app.post(f"{PAGE}make/", form).content.decode())
    shown = re.search(r'curl (\S+) -H "Authorization: Bearer (\w+)"', page)
    assert shown is not None and shown[1].startswith(f"{settings.PUBLIC_URL}/")
    path = shown[1].removeprefix(settings.PUBLIC_URL)
    assert program(shown[2]).get(path).status_code == 200


def test_a_mistake_in_the_form_is_told_and_what_was_chosen_stays(app: Client) -> None:
    page = app.post(f"{PAGE}make/", {"name": "home", "days": "30"}).content.decode()
    assert "Choose at least one." in page
    answer = app.post(f"{PAGE}make/", {"days": "30", "scopes": ["notes:read"]})
    assert 'value="notes:read" checked' in answer.content.decode()
    assert not PersonalToken.objects.exists()


def test_a_longer_list_asks_no_more(app: Client, alice: User) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            app.get(path)
        return len(queries)

    make(alice, "notes:read")
    app.get(PAGE)
    few = [asked(PAGE), asked(TOKENS)]
    for _ in range(4):
        make(alice, "notes:read")
    assert [asked(PAGE), asked(TOKENS)] == few


def test_activity_tells_of_it(app: Client, alice: User) -> None:
    make(alice, "notes:read")
    page = app.get("/app/activity/").content.decode()
    assert "Made a token for the API" in page
    events = app.get("/api/v1/me/security").json()["events"]
    assert events[0]["action"] == "accounts.personaltoken.add"
