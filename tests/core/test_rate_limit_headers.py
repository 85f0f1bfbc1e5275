"""How often the API may be asked, and that its answers say so."""

import re
import threading
from collections import Counter
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.core import pace
from apps.core.errors import TooMany, Unavailable
from apps.core.limits import Limit, Pace, noting
from apps.core.redis import connection
from tests.factories import UserFactory
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"


@pytest.fixture
def alice() -> User:
    made: User = UserFactory.create()
    return made


def left(answer: Any, name: str = "api") -> int:
    found = re.search(rf'"{name}";r=(\d+);t=\d+', answer["RateLimit"])
    assert found
    return int(found[1])


def exhaust(user: User) -> None:
    """As if all of a minute were asked in this moment."""
    seconds, _ = connection().time()
    full_at = (seconds + pace.API.seconds + 1) * 1000
    connection().set(f"pace:api:{user.pk}", str(full_at))


def test_each_answer_says_what_is_left(alice: User) -> None:
    app = signed_in(alice)
    first, second = app.get(ME), app.get(ME)
    assert first["RateLimit-Policy"] == '"api";q=600;w=60'
    assert re.fullmatch(r'"api";r=599;t=\d+', first["RateLimit"])
    assert left(second) in (598, 599)


def test_too_often_is_too_often_for_that_person_alone(alice: User) -> None:
    exhaust(alice)
    refused = signed_in(alice).get(ME)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many")
    assert int(refused["Retry-After"]) >= 1 and left(refused) == 0
    assert signed_in(UserFactory.create()).get(ME).status_code == 200


def test_what_is_not_allowed_is_not_charged(alice: User) -> None:
    answer = Client().get(ME)
    assert answer.status_code == 401 and not answer.has_header("RateLimit")


def test_a_limit_of_its_own_is_told_beside_it() -> None:
    answer = Client().post(
        "/api/auth/app/v1/auth/password/request",
        {"email": "nobody@example.com"},
        content_type="application/json",
    )
    assert answer["RateLimit-Policy"] == '"reset";q=20;w=3600'
    assert left(answer, "reset") == 19


def test_the_scarcest_comes_first(alice: User) -> None:
    with noting() as charged:
        pace.API.charge("alice")
        Limit("few", times=3, seconds=60, is_told=True).charge("alice")
    assert pace._said(charged)[0] == '"few";q=3;w=60, "api";q=600;w=60'


def test_a_limit_that_is_about_others_is_not_told() -> None:
    with noting() as charged:
        Limit("quiet", times=3, seconds=60).charge("alice")
    assert charged == []


def test_pages_say_nothing_of_it(alice: User) -> None:
    assert not signed_in(alice).get("/app/").has_header("RateLimit")


def test_without_redis_nobody_is_waved_through(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    with pytest.raises(Unavailable):
        pace.API.charge("alice")


def test_a_bucket_fills_again() -> None:
    few = Pace("few", times=2, seconds=1)
    few.charge("alice")
    few.charge("alice")
    with pytest.raises(TooMany) as refusal:
        few.charge("alice")
    assert refusal.value.retry_after == 1
    # As if half a second were over: Redis has its own clock.
    full_at = float(str(connection().get("pace:few:alice")))
    connection().set("pace:few:alice", str(full_at - 500))
    few.charge("alice")
    with pytest.raises(TooMany):
        few.charge("alice")


def test_many_at_once_take_no_more_than_there_is() -> None:
    found: Counter[str] = Counter()
    slow = Pace("slow", times=5, seconds=3_600)

    def take() -> None:
        try:
            slow.charge("crowd")
            found["taken"] += 1
        except TooMany:
            found["refused"] += 1

    threads = [threading.Thread(target=take) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"taken": 5, "refused": 25}


def test_the_schema_tells_of_the_headers() -> None:
    found = Client().get("/api/schema/?format=json").json()
    answers = found["paths"]["/api/v1/me"]["get"]["responses"]
    assert {"RateLimit", "RateLimit-Policy", "X-Request-ID"} <= (
        answers["200"]["headers"].keys()
    )
    assert "Retry-After" in answers["429"]["headers"]
    assert "RateLimit" in found["components"]["headers"]
