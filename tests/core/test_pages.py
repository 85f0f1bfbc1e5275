"""Lists over the API are read in pages, forward and back, with nothing left out or told
twice, also of what is of the same moment."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import notes
from apps.assistant.models import Event, Note, Reminder
from apps.rbac import audit
from tests.analytics.rows import lane, went
from tests.assistant.factories import InboundTextFactory, TurnFactory
from tests.factories import UserFactory
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now().replace(microsecond=0)
Page = dict[str, Any]


@pytest.fixture
def alice(transactional_db: None) -> User:
    return UserFactory.create(email="alice@example.com")


def came(user: User, at: datetime, body: str = "") -> None:
    turn = TurnFactory.create(user=user, lane=lane(user))
    InboundTextFactory.create(turn=turn, body=body, received_at=at)


def said(user: User) -> None:
    """At two moments, each way."""
    for number in range(11):
        at = NOW + timedelta(seconds=number // 6)
        came(user, at, body=f"in {number}")
        went(user, at, body=f"out {number}")


def said_to_one_side(user: User) -> None:
    """Long nothing but ours, then nothing but theirs."""
    for number in range(9):
        went(user, NOW - timedelta(minutes=90 - number))
    for number in range(8):
        came(user, NOW - timedelta(minutes=9 - number))


def happened(user: User) -> None:
    others = UserFactory.create()
    with audit.collecting():
        for number in range(17):
            by = user if number % 3 else others
            audit.done("accounts.user.view", actor=by, subject=user)


def planned(user: User) -> None:
    for number in range(17):
        start = NOW + timedelta(days=1 + number // 5)
        Event.objects.create(
            user=user,
            title=f"n{number}",
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            zone="UTC",
        )


def reminded(user: User) -> None:
    for number in range(17):
        Reminder.objects.create(
            user=user, text=f"n{number}", due_at=NOW + timedelta(days=number // 7)
        )


def noted(user: User) -> None:
    for number in range(17):
        notes.add(user=user, text=f"n{number}")
    Note.objects.update(updated_at=NOW)


LISTS: list[tuple[str, Callable[[User], None]]] = [
    ("messages", said),
    ("messages?search=in", said),
    ("messages?direction=out", said),
    ("messages", said_to_one_side),
    ("usage/texts", said),
    ("me/activity", happened),
    ("events", planned),
    ("events?ordering=-starts_at", planned),
    ("reminders", reminded),
    ("reminders?ordering=-due_at", reminded),
    ("reminders?ordering=created_at", reminded),
    ("notes", noted),
    ("notes?ordering=updated_at", noted),
]
names = pytest.mark.parametrize(
    ("place", "fill"), LISTS, ids=[f"{p} of {f.__name__}" for p, f in LISTS]
)


def read(app: Client, address: str) -> Page:
    answer = app.get(address)
    assert answer.status_code == 200, answer.content
    found: Page = answer.json()
    assert {"next", "previous", "results"} == found.keys()
    return found


def key(row: Page) -> str:
    return repr(sorted(row.items()))


@names
@pytest.mark.parametrize("limit", [1, 3, 4, 100])
def test_it_is_walked_to_its_end_and_back(
    alice: User, place: str, fill: Callable[[User], None], limit: int
) -> None:
    fill(alice)
    app = signed_in(alice)
    address = f"/api/v1/{place}{'&' if '?' in place else '?'}limit={limit}"
    pages = [read(app, address)]
    while further := pages[-1]["next"]:
        pages.append(read(app, further))
        assert len(pages) < 50
    assert pages[0]["previous"] is None
    there = [[key(row) for row in page["results"]] for page in pages]
    assert all(len(page) == limit for page in there[:-1]) and there[-1]
    flat = [row for page in there for row in page]
    whole = read(app, address.replace(f"limit={limit}", "limit=100"))["results"]
    assert sorted(flat) == sorted(map(key, whole)) and len(flat) > 8
    back = [pages[-1]]
    while nearer := back[-1]["previous"]:
        back.append(read(app, nearer))
        assert len(back) <= len(pages)
    assert [[key(row) for row in page["results"]] for page in back[::-1]] == there
    # And once more to the end, from what going back came to.
    again = [back[-1]]
    while further := again[-1]["next"]:
        again.append(read(app, further))
    assert [[key(row) for row in page["results"]] for page in again] == there


@names
def test_its_places_say_nothing_and_open_nowhere_else(
    alice: User, place: str, fill: Callable[[User], None]
) -> None:
    fill(alice)
    app = signed_in(alice)
    address = f"/api/v1/{place}{'&' if '?' in place else '?'}limit=3"
    found = read(app, address)["next"]
    cursor = found.split("cursor=")[1].split("&")[0]
    assert len(cursor) > 30 and not cursor.isdigit()
    for other in (cursor[:-1], cursor + "A", cursor.swapcase(), "5", "cD01", "%00"):
        answer = app.get(f"{address}&cursor={other}")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), other
    assert app.get(f"/api/v1/phones/events?cursor={cursor}").status_code == 400


def test_what_is_said_meanwhile_is_on_no_older_page(alice: User) -> None:
    said_to_one_side(alice)
    app = signed_in(alice)
    newest = read(app, "/api/v1/messages?limit=4")
    texts = [row["id"] for row in newest["results"]]
    went(alice, timezone.now(), body="just now")
    older = read(app, newest["next"])
    assert "just now" not in [row["body"] for row in older["results"]]
    back = read(app, older["previous"])
    assert [row["id"] for row in back["results"]] == texts
    after = read(app, back["previous"])
    assert [row["body"] for row in after["results"]] == ["just now"]


def test_places_in_one_conversation_open_no_other(alice: User) -> None:
    said_to_one_side(alice)
    app = signed_in(alice)
    cursor = read(app, "/api/v1/messages?limit=3")["next"].split("cursor=")[1]
    cursor = cursor.split("&")[0]
    place = "/api/v1/conversations/web/messages?limit=3"
    answer = app.get(f"{place}&cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
