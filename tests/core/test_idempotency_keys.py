"""What is posted again with the same `Idempotency-Key` is done once."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.assistant.models import Note, Reminder
from apps.core import once
from apps.core.errors import Unavailable
from apps.core.redis import connection
from apps.rbac.declared import signed_in as whoever
from tests.factories import UserFactory
from tests.mfa.conftest import person
from tests.races import together
from tests.sign_in import signed_in

NOTES, REMINDERS = "/api/v1/notes", "/api/v1/reminders"
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    made: User = UserFactory.create()
    return made


def post(app: Client, path: str, body: Any, key: str | None = KEY) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return app.post(path, body, content_type="application/json", headers=headers)


def test_the_same_again_is_answered_the_same_and_done_once(alice: User) -> None:
    app = signed_in(alice)
    first = post(app, NOTES, {"text": "the gate sticks"})
    second = post(app, NOTES, {"text": "the gate sticks"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert not first.has_header("Idempotent-Replayed")
    assert second["Idempotent-Replayed"] == "true"
    assert Note.objects.count() == 1
    post(app, NOTES, {"text": "the gate sticks"}, key=None)
    post(app, NOTES, {"text": "the gate sticks"}, key="another")
    assert Note.objects.count() == 3


def test_the_order_of_names_makes_no_other_body(alice: User) -> None:
    app = signed_in(alice)
    for body in (
        '{"text": "tea", "due_at": "2099-01-01T09:00:00Z"}',
        '{"due_at":"2099-01-01T09:00:00Z","text":"tea"}',
    ):
        assert post(app, REMINDERS, json.loads(body)).status_code == 201
    assert Reminder.objects.count() == 1


def test_a_key_belongs_to_one_person_and_address(alice: User) -> None:
    body = {"text": "my gate is the green one"}
    post(signed_in(alice), NOTES, body)
    post(signed_in(alice), "/api/v1/memory", body)
    post(signed_in(UserFactory.create()), NOTES, body)
    assert Note.objects.count() == 2 and alice.facts.count() == 1


def test_another_body_with_the_same_key_is_refused(alice: User) -> None:
    app = signed_in(alice)
    post(app, NOTES, {"text": "one"})
    refused = post(app, NOTES, {"text": "two"})
    assert (refused.status_code, refused.json()["code"]) == (422, "key_reused")
    assert [note.text for note in Note.objects.all()] == ["one"]


@pytest.mark.parametrize("key", ["", "k" * 256, "a b", "tab\tbed", "schlüssel", "\x7f"])
def test_a_key_that_is_none_is_refused_before_anything_is_done(
    alice: User, key: str
) -> None:
    refused = post(signed_in(alice), NOTES, {"text": "one"}, key=key)
    assert refused.status_code == 400
    assert refused.json()["code"] == "bad_idempotency_key"
    assert not Note.objects.exists()


def test_what_was_refused_leaves_the_key_free(alice: User) -> None:
    app = signed_in(alice)
    assert post(app, NOTES, {"text": ""}).status_code == 400
    assert post(app, NOTES, {"text": "one"}).status_code == 201


class Played(APIView):
    """Does what the test says."""

    policy = whoever
    acts: ClassVar[list[Any]] = []

    @once.once()
    def post(self, request: Request) -> Response:
        act = self.acts.pop(0)
        if isinstance(act, BaseException):
            raise act
        return Response(*act)


def play(alice: User, *acts: Any) -> Any:
    Played.acts = list(acts)
    request = APIRequestFactory().post("/played", {}, headers={once.HEADER: KEY})
    force_authenticate(request, alice)
    return Played.as_view()(request)


@pytest.mark.parametrize("failure", [Unavailable(), ({"no": 1}, 503), ({"no": 1}, 404)])
def test_what_failed_is_not_kept(alice: User, failure: Any) -> None:
    assert play(alice, failure).status_code >= 400
    assert play(alice, ({"made": 1}, 201)).data == {"made": 1}
    assert play(alice).data == {"made": 1}


def test_a_defect_is_not_kept(alice: User) -> None:
    with pytest.raises(ZeroDivisionError):
        play(alice, ZeroDivisionError())
    assert play(alice, ({"made": 1}, 201)).status_code == 201


def test_a_process_that_dies_leaves_its_claim(alice: User) -> None:
    with pytest.raises(SystemExit):
        play(alice, SystemExit())
    refused = play(alice, ({"made": 1}, 201))
    assert refused.status_code == 409
    assert json.loads(refused.content)["code"] == "in_flight"
    (key,) = connection().keys("once:*")
    assert 0 < connection().ttl(key) <= once.SECONDS


def test_an_answer_without_content_is_replayed_too(alice: User) -> None:
    play(alice, (None, 204))
    again = play(alice)
    assert (again.status_code, again["Idempotent-Replayed"]) == (204, "true")


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_at_once_one_is_done(alice: User) -> None:
    app = signed_in(alice)
    cookies = app.cookies

    def one() -> Any:
        client = Client()
        client.cookies = cookies
        return post(client, NOTES, {"text": "once"})

    found = Counter(answer.status_code for answer in together(16, one))
    assert Note.objects.count() == 1
    assert found[201] >= 1 and found[201] + found[409] == 16


def test_without_redis_nothing_is_done_with_a_key(
    alice: User, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    refused = play(alice, ({"made": 1}, 201))
    assert refused.status_code == 503
    assert Played.acts.pop() == ({"made": 1}, 201)


def test_what_is_kept_is_sealed(alice: User) -> None:
    post(signed_in(alice), NOTES, {"text": "the gate sticks"})
    (key,) = connection().keys("once:*")
    kept = connection().get(key)
    assert KEY not in f"{key!r}{kept!r}" and "gate" not in str(kept)


@pytest.mark.django_db(transaction=True)
def test_a_secret_is_shown_once_and_kept_by_nobody() -> None:
    app = signed_in(person("dora@example.com"), twice=False)
    path = "/api/v1/me/mfa/totp"
    first = post(app, path, {})
    assert first.status_code == 201 and first.json()["key"]
    second = post(app, path, {})
    assert (second.status_code, second.json()["code"]) == (409, "shown_once")
    assert first.json()["key"] not in second.content.decode()


def test_each_post_says_how_it_takes_being_repeated() -> None:
    """Those under `auth/` are allauth's: without a person, and with limits, short-lived
    steps and a refresh that may be lost, in place of keys."""
    found = dict(_posts(get_resolver("config.api").url_patterns))
    ours = {route: view for route, view in found.items() if route.startswith("v1/")}
    assert len(ours) > 25
    undecided = [route for route, view in ours.items() if once.of(view) is None]
    assert not undecided
    reasons = [once.of(view) for view in ours.values()]
    assert all(each.is_once or each.why for each in reasons if each)


def test_the_schema_tells_of_the_key() -> None:
    paths = Client().get("/api/schema/?format=json").json()["paths"]
    told = paths["/api/v1/messages"]["post"]
    names = {each["name"]: each for each in told["parameters"]}
    assert names["Idempotency-Key"]["in"] == "header"
    assert not names["Idempotency-Key"].get("required")
    assert "422" in told["responses"]
    assert "Idempotent-Replayed" in told["responses"]["202"]["headers"]
    parse = paths["/api/v1/reminders/parse"]["post"]
    assert "Idempotency-Key" not in str(parse.get("parameters"))


def _posts(patterns: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _posts(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            made_of = getattr(pattern.callback, "cls", None)
            if post := getattr(made_of, "post", None):
                yield re.sub(r"<[^>]+>", "x", route), post
