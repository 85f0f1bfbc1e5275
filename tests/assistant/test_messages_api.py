"""The conversation over the API: said, answered, read in pages."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.sms.worker import drain
from tests.factories import UserFactory
from tests.sign_in import signed_in

ALL = "/api/v1/messages"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(transactional_db: None) -> User:
    return UserFactory.create(email="alice@example.com")


def say(app: Client, **sent: Any) -> Any:
    return app.post(ALL, sent, content_type="application/json")


def test_what_is_said_is_answered_and_read_by_oneself_alone(alice: User) -> None:
    app = signed_in(alice)
    made = say(app, words="remind me to feed the cat tomorrow at 9 am")
    assert made.status_code == 202
    (waits,) = app.get(ALL).json()["results"]
    assert (waits["id"], waits["turn"]) == (made.json()["id"], None)
    drain()
    said, answer = app.get(ALL).json()["results"]
    assert (said["direction"], answer["direction"]) == ("in", "out")
    assert said["turn"] == answer["turn"] is not None
    assert answer["body"].startswith("Reminder set: feed the cat")
    bob = signed_in(UserFactory.create(email="bob@example.com"))
    assert bob.get(ALL).json() == {"next": None, "results": []}


def test_nothing_is_said_with_no_words_and_pages_follow(alice: User) -> None:
    app = signed_in(alice)
    assert say(app).status_code == say(app, words=" ").status_code == 400
    for i in range(45):
        say(app, words=f"number {i}.")
    newest = app.get(ALL).json()
    older = app.get(newest["next"]).json()
    found = [each["body"] for each in older["results"] + newest["results"]]
    assert found == [f"number {i}." for i in range(45)]
    assert older["next"] is None
    assert app.get(ALL, {"before": "x"}).status_code == 400
