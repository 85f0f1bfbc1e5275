"""Lists of the API: filtered, ordered, searched, and with the fields that are wanted."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from apps.accounts.models import User
from apps.assistant import events, notes
from apps.assistant.models import Note, Reminder
from apps.integrations.models import Connection
from apps.sms.models import InboundText, OutboundText
from tests.assistant.factories import InboundTextFactory
from tests.factories import UserFactory
from tests.integrations.accounts import connected
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
START = datetime(2099, 1, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
API = "/api/v1/"
Json = dict[str, Any]


@pytest.fixture
def alice() -> User:
    made: User = UserFactory.create(timezone="UTC")
    return made


@pytest.fixture
def app(alice: User) -> Client:
    return signed_in(alice)


def rows(app: Client, place: str, **asked: Any) -> list[Json]:
    """All of them, page by page."""
    answer = app.get(API + place, asked)
    found: list[Json] = []
    while True:
        assert answer.status_code == 200, answer.content
        page = answer.json()
        found += page["results"]
        if not page["next"]:
            return found
        link = urlsplit(page["next"])
        answer = app.get(f"{link.path}?{link.query}")


def texts(app: Client, place: str, name: str = "text", **asked: Any) -> list[str]:
    return [row[name] for row in rows(app, place, **asked)]


def remind(alice: User, text: str, days: int, **more: Any) -> None:
    due_at = START + days * DAY
    Reminder.objects.create(user=alice, text=text, due_at=due_at, zone="UTC", **more)


@pytest.mark.parametrize(
    ("ordering", "found"),
    [
        ("due_at", ["a", "b", "c"]),
        ("-due_at", ["c", "b", "a"]),
        ("created_at", ["b", "c", "a"]),
        ("-created_at", ["a", "c", "b"]),
    ],
)
def test_reminders_in_order_over_several_pages(
    app: Client, alice: User, ordering: str, found: list[str]
) -> None:
    for text, days in (("b", 2), ("c", 3), ("a", 1)):
        remind(alice, text, days)
        remind(alice, f"{text} done", days, state=Reminder.State.DONE)
    assert texts(app, "reminders", ordering=ordering, limit=2) == found
    done = texts(app, "reminders", ordering=ordering, limit=2, state="done")
    assert done == [f"{each} done" for each in found]


def test_reminders_in_their_usual_order(app: Client, alice: User) -> None:
    for text, days in (("b", 2), ("a", 1)):
        remind(alice, text, days)
        remind(alice, f"{text} done", days, state=Reminder.State.DONE)
    assert texts(app, "reminders") == ["a", "b"]
    assert texts(app, "reminders", state="done") == ["a done", "b done"]


def test_reminders_of_a_time_and_with_words(app: Client, alice: User) -> None:
    for days, text in enumerate(["Call Ana", "call the plumber", "tea with Ana"]):
        remind(alice, text, days)
    asked = {"due_after": START.isoformat(), "due_before": "2099-01-03T09:00:00Z"}
    assert texts(app, "reminders", **asked) == ["call the plumber"]
    assert texts(app, "reminders", search="ANA") == ["Call Ana", "tea with Ana"]
    assert texts(app, "reminders", search="ana call") == ["Call Ana"]
    assert texts(app, "reminders", search="100%") == []
    assert texts(app, "notes", search="%") == []


def test_notes_in_order_and_since(app: Client, alice: User) -> None:
    one, two, three = [notes.add(user=alice, text=text) for text in ("x", "y", "z")]
    for days, note in enumerate((two, three, one)):
        Note.objects.filter(pk=note.pk).update(updated_at=START + days * DAY)
    assert texts(app, "notes") == ["z", "y", "x"]
    assert texts(app, "notes", ordering="created_at", limit=1) == ["x", "y", "z"]
    assert texts(app, "notes", ordering="updated_at", limit=1) == ["y", "z", "x"]
    assert texts(app, "notes", ordering="-updated_at", limit=2) == ["x", "z", "y"]
    assert texts(app, "notes", updated_after=START.isoformat()) == ["z", "x"]


def test_messages_by_side_and_words(app: Client, alice: User) -> None:
    for body in ("milk please", "eggs please", "milk and 5% cream"):
        InboundTextFactory.create(user=alice, body=body)
    found = texts(app, "messages", "body", search="milk", direction="in")
    assert found == ["milk please", "milk and 5% cream"]
    assert texts(app, "messages", "body", search="5%") == ["milk and 5% cream"]
    assert texts(app, "messages", "body", direction="out") == []
    assert InboundText.objects.count() == 3 and not OutboundText.objects.exists()


def test_the_next_page_of_messages_is_of_the_same_search(
    app: Client, alice: User
) -> None:
    for number in range(90):
        word = "odd" if number % 2 else "even"
        InboundTextFactory.create(user=alice, body=f"{word} {number}")
    found = texts(app, "messages", "body", search="odd", fields="body")
    assert len(found) == 45 and all(each.startswith("odd") for each in found)


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_events_backwards_and_with_words(app: Client, alice: User, limit: int) -> None:
    for days, title in enumerate(["Tea", "Cake", "Tea again"]):
        start = START + days * DAY
        times = events.Times(start, start + timedelta(hours=1), "UTC")
        place = "Tea house" if title == "Cake" else ""
        events.create(user=alice, title=title, times=times, place=place)
    asked = {"from": "2099-01-01", "limit": limit}
    forth = texts(app, "events", "title", **asked)
    assert forth == ["Tea", "Cake", "Tea again"]
    back = texts(app, "events", "title", ordering="-starts_at", **asked)
    assert back == forth[::-1]
    assert texts(app, "events", "title", search="tea HOUSE", **asked) == ["Cake"]


def test_connections_by_provider_and_status(app: Client, alice: User) -> None:
    connected(alice, "notion")
    connected(alice, "google")
    Connection.objects.filter(provider="google").update(status="paused")
    assert texts(app, "connections", "provider") == ["notion", "google"]
    back = texts(app, "connections", "provider", ordering="-created_at")
    assert back == ["google", "notion"]
    assert texts(app, "connections", "provider", status="paused") == ["google"]
    assert texts(app, "connections", "provider", provider="notion") == ["notion"]
    (row,) = rows(app, "connections", provider="notion", fields="id,status")
    assert row.keys() == {"id", "status"}


HEAVY = ("reminders", "notes", "messages", "events", "connections")


@pytest.fixture
def furnished(alice: User) -> None:
    remind(alice, "tea", 1)
    notes.add(user=alice, text="gate")
    InboundTextFactory.create(user=alice, body="hello")
    now = datetime.now(UTC)
    times = events.Times(now, now + timedelta(hours=1), "UTC")
    events.create(user=alice, title="Tea", times=times)
    connected(alice, "notion")


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize("place", [*HEAVY, "conversations/web/messages"])
def test_only_the_fields_that_are_wanted(app: Client, place: str) -> None:
    for row in rows(app, place, fields="id"):
        assert row.keys() == {"id"}
    refused = app.get(API + place, {"fields": "id,secret"})
    assert refused.status_code == 400
    told = refused.json()
    assert (told["code"], told["parameter"]) == ("unknown_choice", "fields")
    assert "id" in told["choices"] and "id" in told["detail"]


@pytest.mark.parametrize(
    ("place", "name"),
    [
        *((place, "fields") for place in HEAVY),
        *((place, "ordering") for place in HEAVY if place != "messages"),
        ("reminders", "state"),
        ("approvals", "state"),
        ("messages", "direction"),
        ("connections", "provider"),
        ("connections", "status"),
    ],
)
@pytest.mark.parametrize("given", ["", "nothing", "user__password", "-"])
def test_what_is_no_choice_is_refused_with_the_choices(
    app: Client, place: str, name: str, given: str
) -> None:
    refused = app.get(API + place, {name: given})
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_choice")
    told = refused.json()
    assert told["parameter"] == name and len(told["choices"]) > 1
    for choice in told["choices"]:
        assert choice in told["detail"]
        assert app.get(API + place, {name: choice}).status_code == 200


@pytest.mark.parametrize(
    ("place", "asked"),
    [
        ("reminders", {"due_after": "tomorrow"}),
        ("reminders", {"due_before": "2026-11-23T09:00:00"}),
        ("reminders", {"due_before": "9999-12-31T23:59:59Z"}),
        ("notes", {"updated_after": ""}),
        ("reminders", {"search": "x" * 201}),
        ("messages", {"search": "a\x00b"}),
        ("notes", {"search": "a " * 11}),
        ("reminders", {"ordering": "due_at", "cursor": "cD0x"}),
        ("reminders", {"ordering": "created_at", "cursor": "cD0yMDI2LTExLTIz"}),
    ],
)
def test_what_is_no_value_is_refused(app: Client, place: str, asked: Json) -> None:
    assert app.get(API + place, asked).status_code == 400


@pytest.mark.usefixtures("furnished")
def test_the_schema_tells_of_all_of_it(app: Client) -> None:
    # To whoever is signed in the same as to anybody.
    schema = Client().get("/api/schema/?format=json").json()
    assert app.get("/api/schema/?format=json").json() == schema
    for place in HEAVY:
        insist_told(app, schema, place)


def insist_told(app: Client, schema: Json, place: str) -> None:
    told = schema["paths"][API + place]["get"]
    names = {each["name"]: each for each in told["parameters"]}
    fields = names["fields"]["schema"]["items"]["enum"]
    assert names["fields"]["explode"] is False
    if place != "messages":
        choices = app.get(API + place, {"ordering": "?"}).json()["choices"]
        assert set(names["ordering"]["schema"]["enum"]) == set(choices)
    shape = told["responses"]["200"]["content"]["application/json"]["schema"]
    whole = {**shape, "components": schema["components"]}
    for wanted in ({}, {"fields": "id"}, {"fields": ",".join(fields)}):
        answer = app.get(API + place, wanted).json()
        errors = Draft202012Validator(whole).iter_errors(answer)
        assert [error.message for error in errors] == []


def test_a_search_asks_no_more_than_a_list(
    app: Client, alice: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        remind(alice, f"tea {number}", number)
    with django_assert_max_num_queries(5):
        app.get(f"{API}reminders", {"search": "tea", "ordering": "-due_at"})
