"""The own calendar over the API: by hours and by days, once and repeating."""

from typing import Any

import pytest
from django.test import Client

from apps.assistant.models import Event
from tests.assistant.conftest import Phone
from tests.sign_in import signed_in

EVENTS = "/api/v1/events"
LUNCH = {
    "title": "Lunch",
    "starts_at": "2026-11-27T12:30:00-05:00",
    "ends_at": "2026-11-27T13:30:00-05:00",
}
STANDUP = {
    "title": "Standup",
    "starts_at": "2026-11-23T09:15:00-05:00",
    "ends_at": "2026-11-23T09:30:00-05:00",
    "rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
}


@pytest.fixture
def app(alice: Phone) -> Client:
    return signed_in(alice.user)


def send(app: Client, path: str, verb: str = "post", **body: Any) -> Any:
    return getattr(app, verb)(path, body, content_type="application/json")


def seen(app: Client, first: str, last: str, **more: Any) -> list[tuple[str, str]]:
    found = app.get(EVENTS, {"from": first, "to": last, **more}).json()["results"]
    return [(each["title"], each["starts_at"]) for each in found]


def test_one_is_made_read_changed_and_deleted(app: Client, alice: Phone) -> None:
    made = send(app, EVENTS, **LUNCH, place="Cafe").json()
    one = f"{EVENTS}/{made['id']}"
    assert made["when"] == "Fri 27 Nov, 12:30 PM"
    assert made["starts_at"] == LUNCH["starts_at"] and made["place"] == "Cafe"
    assert app.get(one).json() == made
    assert alice.text("what's on friday").endswith("1) Lunch, 12:30 PM")
    assert send(app, one, "patch", title="Brunch").json()["title"] == "Brunch"
    later = {
        "starts_at": "2026-11-27T14:00:00-05:00",
        "ends_at": "2026-11-27T15:00:00-05:00",
    }
    assert send(app, one, "patch", **later).json()["place"] == "Cafe"
    assert seen(app, "2026-11-27", "2026-11-28") == [("Brunch", later["starts_at"])]
    assert app.delete(one).status_code == 204
    assert app.get(one).status_code == 404
    assert seen(app, "2026-11-27", "2026-11-28") == []


def test_whole_days_are_days(app: Client, alice: Phone) -> None:
    made = send(
        app, EVENTS, title="Trip", first_day="2026-12-01", last_day="2026-12-03"
    ).json()
    assert (made["first_day"], made["last_day"]) == ("2026-12-01", "2026-12-03")
    assert made["is_all_day"] and made["starts_at"] == "2026-12-01T00:00:00-05:00"
    assert [title for title, _ in seen(app, "2026-12-03", "2026-12-04")] == ["Trip"]
    assert seen(app, "2026-12-04", "2026-12-05") == []
    alice.text("timezone Tokyo")
    app = signed_in(alice.user)
    moved = app.get(f"{EVENTS}/{made['id']}").json()
    assert moved["first_day"] == "2026-12-01"
    assert moved["starts_at"] == "2026-12-01T00:00:00+09:00"


def test_what_repeats_is_there_each_time(app: Client) -> None:
    made = send(app, EVENTS, **STANDUP).json()
    one = f"{EVENTS}/{made['id']}"
    week = ("2026-11-23", "2026-11-30")
    assert len(seen(app, *week)) == 5
    tuesday = "2026-11-24T09:15:00-05:00"
    moved = send(
        app,
        one,
        "patch",
        at=tuesday,
        starts_at="2026-11-24T10:00:00-05:00",
        ends_at="2026-11-24T10:15:00-05:00",
    ).json()
    assert (moved["series"], moved["rule"]) == (made["id"], "")
    assert ("Standup", "2026-11-24T10:00:00-05:00") in seen(app, *week)
    assert len(seen(app, *week)) == 5
    wednesday = "2026-11-25T09:15:00-05:00"
    assert app.delete(f"{one}?at={wednesday}").status_code == 204
    assert app.delete(f"{one}?at={wednesday}").status_code == 404
    assert len(seen(app, *week)) == 4
    assert send(app, one, "patch", title="Daily").json()["exceptions"]
    assert app.delete(one).status_code == 204
    assert seen(app, *week) == []


def test_a_long_time_is_read_in_pages(app: Client) -> None:
    send(app, EVENTS, **STANDUP)
    send(app, EVENTS, **LUNCH)
    page, found = f"{EVENTS}?from=2026-11-23&to=2027-01-01&limit=4", []
    while page:
        told = app.get(page).json()
        found += [each["at"] + each["title"] for each in told["results"]]
        assert len(told["results"]) <= 4
        page = told["next"] and told["next"].removeprefix("http://testserver")
    assert len(found) == len({*found}) == 30


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"title": "x"}, "Send starts_at"),
        ({**LUNCH, "ends_at": "2026-11-27T12:00:00-05:00"}, "before it begins"),
        ({**LUNCH, "rule": "FREQ=HOURLY"}, "once a day at most"),
        ({**LUNCH, "rule": "nonsense"}, "no repetition"),
        ({**LUNCH, "zone": "Mars/Base"}, "no such time zone"),
        ({**LUNCH, "first_day": "2026-11-27"}, "Send first_day"),
        ({"title": "x", "first_day": "2026-11-27", "last_day": "2026-11-01"}, "before"),
    ],
)
def test_what_cannot_be_says_why(app: Client, body: dict[str, Any], says: str) -> None:
    answer = send(app, EVENTS, **body)
    assert answer.status_code == 400 and says in answer.json()["detail"]
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "asked", ["from=x", "from=2026-11-23T09:00:00", "from=2020-01-01", "after=x"]
)
def test_what_is_no_time_is_refused(app: Client, asked: str) -> None:
    assert app.get(f"{EVENTS}?to=2026-12-01&{asked}").status_code == 400


def test_what_is_anothers_is_not_there(app: Client, bob: Phone) -> None:
    bob.text("add secret friday 12:30pm")
    its = f"{EVENTS}/{Event.objects.get().public_id}"
    assert app.get(its).status_code == app.delete(its).status_code == 404
    assert send(app, its, "patch", title="x").status_code == 404
    assert seen(app, "2026-11-23", "2026-12-01") == []
