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
    assert made["starts_at"] == "2026-11-27T17:30:00Z" and made["place"] == "Cafe"
    assert app.get(one).json() == made
    assert alice.text("what's on friday").endswith("1) Lunch, 12:30 PM")
    assert send(app, one, "patch", title="Brunch").json()["title"] == "Brunch"
    later = {
        "starts_at": "2026-11-27T14:00:00-05:00",
        "ends_at": "2026-11-27T15:00:00-05:00",
    }
    assert send(app, one, "patch", **later).json()["place"] == "Cafe"
    here = [("Brunch", "2026-11-27T19:00:00Z")]
    assert seen(app, "2026-11-27", "2026-11-28") == here
    assert app.delete(one).status_code == 204
    assert app.get(one).status_code == 404
    assert seen(app, "2026-11-27", "2026-11-28") == []


def test_whole_days_are_days(app: Client, alice: Phone) -> None:
    made = send(
        app, EVENTS, title="Trip", first_day="2026-12-01", last_day="2026-12-03"
    ).json()
    assert (made["first_day"], made["last_day"]) == ("2026-12-01", "2026-12-03")
    assert made["is_all_day"] and made["starts_at"] == "2026-12-01T05:00:00Z"
    assert [title for title, _ in seen(app, "2026-12-03", "2026-12-04")] == ["Trip"]
    assert seen(app, "2026-12-04", "2026-12-05") == []
    alice.text("timezone Tokyo")
    app = signed_in(alice.user)
    moved = app.get(f"{EVENTS}/{made['id']}").json()
    assert moved["first_day"] == "2026-12-01"
    assert moved["starts_at"] == "2026-11-30T15:00:00Z"


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
    assert ("Standup", "2026-11-24T15:00:00Z") in seen(app, *week)
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
    "asked",
    ["from=x", "from=2026-11-23T00:00:00", "from=2020-01-01", "cursor=x", "limit=0"],
)
def test_what_is_no_time_is_refused(app: Client, asked: str) -> None:
    assert app.get(f"{EVENTS}?to=2026-12-01&{asked}").status_code == 400


def test_what_is_anothers_is_not_there(app: Client, bob: Phone) -> None:
    bob.text("add secret friday 12:30pm")
    its = f"{EVENTS}/{Event.objects.get().public_id}"
    assert app.get(its).status_code == app.delete(its).status_code == 404
    assert send(app, its, "patch", title="x").status_code == 404
    assert seen(app, "2026-11-23", "2026-12-01") == []


@pytest.mark.parametrize(
    "times",
    [
        {"first_day": "0001-01-01", "last_day": "9999-12-31"},
        {"first_day": "0001-01-01"},
        {"first_day": "9999-12-31", "rule": "FREQ=DAILY"},
        {"first_day": "2026-11-27", "last_day": "9999-12-31"},
        {"starts_at": "0001-01-01T00:00:00+14:00", "ends_at": "0001-01-01T01:00:00Z"},
        {
            "starts_at": "9999-12-31T22:00:00-05:00",
            "ends_at": "9999-12-31T23:00:00-05:00",
        },
        # It comes first in the last year that there is.
        {
            "starts_at": "2026-11-27T23:00:00-05:00",
            "ends_at": "2026-11-27T23:30:00-05:00",
            "rule": "FREQ=YEARLY;INTERVAL=7973;BYMONTH=1;BYMONTHDAY=1",
        },
    ],
)
def test_a_day_at_the_edge_of_the_calendar_is_refused(
    app: Client, times: dict[str, str]
) -> None:
    said = send(app, EVENTS, title="r", **times)
    assert said.status_code == 400, said.content
    assert said["Content-Type"] == "application/problem+json"
    made = send(app, EVENTS, **LUNCH).json()
    said = send(app, f"{EVENTS}/{made['id']}", "patch", **times)
    assert said.status_code == 400, said.content


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("0001-01-01", "0001-02-01"),
        ("9999-12-01", "9999-12-31"),
        ("9999-12-31T23:59:59-12:00", ""),
        ("2026-11-27", "9999-12-31"),
    ],
)
def test_so_is_one_to_look_at(app: Client, first: str, last: str) -> None:
    said = app.get(EVENTS, {"from": first, "to": last})
    assert (said.status_code, said.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("at", ["0001-01-01", "9999-12-31T23:59:59-12:00"])
def test_so_is_one_to_leave_out(app: Client, at: str) -> None:
    made = send(app, EVENTS, **STANDUP).json()
    assert app.delete(f"{EVENTS}/{made['id']}?at={at}").status_code == 400
    assert send(app, f"{EVENTS}/{made['id']}", "patch", at=at).status_code == 400


def test_the_years_that_are_taken_can_be_looked_at(app: Client) -> None:
    for day in ("1970-01-01", "2200-12-31"):
        made = send(app, EVENTS, title=day, first_day=day, rule="FREQ=DAILY;COUNT=3")
        assert made.status_code == 201, made.content
        assert app.get(f"{EVENTS}/{made.json()['id']}").status_code == 200
        found, *_ = app.get(EVENTS, {"from": day}).json()["results"]
        assert found["first_day"] == day


def test_a_moment_needs_its_offset(app: Client) -> None:
    bare = {"starts_at": "2026-12-01T10:00:00", "ends_at": "2026-12-01T11:00:00"}
    said = send(app, EVENTS, title="r", **bare).json()
    assert said["code"] == "bad_fields"
    assert "offset" in said["errors"]["starts_at"][0]
