"""Reminders over the API: in words or exact, one's own alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.assistant import reminders
from apps.assistant.models import Reminder
from tests.assistant.conftest import Phone
from tests.sign_in import signed_in

ALL = "/api/v1/reminders"


@pytest.fixture
def app(alice: Phone) -> Client:
    return signed_in(alice.user)


def send(app: Client, path: str, verb: str = "post", **body: Any) -> Any:
    return getattr(app, verb)(path, body, content_type="application/json")


def test_words_are_parsed_without_setting_anything(app: Client) -> None:
    found = send(app, f"{ALL}/parse", words="call Ana every friday at 9am").json()
    assert found == {
        "text": "call Ana",
        "due_at": "2026-11-27T14:00:00Z",
        "rule": "FREQ=WEEKLY;BYDAY=FR",
        "when": "every Fri 9:00 AM, next Fri 27 Nov",
        "question": "",
        "options": [],
    }
    open_ = send(app, f"{ALL}/parse", words="call Ana at 7").json()
    assert open_["due_at"] is None and open_["question"]
    assert "2026-11-23 19:00" in [each["when"] for each in open_["options"]]
    assert not Reminder.objects.exists()


def test_one_is_set_in_words_or_exactly(app: Client) -> None:
    unclear = send(app, ALL, words="call Ana at 7")
    assert (unclear.status_code, unclear.json()["code"]) == (400, "unclear")
    answer = "2026-11-23 19:00"
    made = send(app, ALL, words="call Ana at 7", when=answer)
    assert made.status_code == 201
    assert made.json()["when"] == "Mon 23 Nov, 7:00 PM"
    assert send(app, ALL, words="call Ana at 7", when=answer).status_code == 409
    exact = send(app, ALL, text="tea", due_at="2026-11-23T20:00:00Z")
    assert (exact.status_code, exact.json()["rule"]) == (201, "")
    past = send(app, ALL, text="tea", due_at="2020-01-01T00:00:00Z")
    assert past.status_code == 400
    assert send(app, ALL, text="tea").status_code == 400
    listed = app.get(ALL).json()["results"]
    assert [each["text"] for each in listed] == ["tea", "call Ana"]


def test_one_is_changed_snoozed_done_and_deleted(app: Client) -> None:
    made = send(app, ALL, text="tea", due_at="2026-11-23T20:00:00Z").json()
    one = f"{ALL}/{made['id']}"
    changed = send(app, one, "patch", text="green tea", when="at 5pm").json()
    assert (changed["text"], changed["due_at"]) == (
        "green tea",
        "2026-11-23T22:00:00Z",
    )
    assert send(app, one, "patch", when="soonish").json()["code"] == "unclear"
    later = send(app, f"{one}/snooze", minutes=30).json()
    assert (later["due_at"], later["snoozes"]) == ("2026-11-23T22:30:00Z", 1)
    assert send(app, one, "patch", is_done=True).json()["state"] == "done"
    assert send(app, one, "patch", text="x").status_code == 409
    done = app.get(ALL, {"state": "done"}).json()["results"]
    assert [each["text"] for each in done] == ["green tea"]
    assert app.get(ALL, {"state": "lost"}).status_code == 400
    other = send(app, ALL, text="walk", due_at="2026-11-23T21:00:00Z").json()
    assert app.delete(f"{ALL}/{other['id']}").status_code == 204
    assert app.get(ALL).json()["results"] == []


def test_pages_follow_one_another(app: Client, alice: Phone) -> None:
    for i in range(5):
        due_at = timezone.now() + timedelta(hours=i // 2 + 1)
        reminders.create(user=alice.user, text=f"n{i}", due_at=due_at)
    found, page = [], f"{ALL}?limit=2"
    while page:
        answer = app.get(page).json()
        found += [each["text"] for each in answer["results"]]
        page = answer["next"]
    assert found == [f"n{i}" for i in range(5)]
    assert app.get(ALL, {"cursor": "cD14"}).status_code == 400


def test_what_is_anothers_is_not_there(app: Client, bob: Phone) -> None:
    row = reminders.create(
        user=bob.user, text="secret", due_at=timezone.now() + timedelta(hours=1)
    )
    one = f"{ALL}/{row.public_id}"
    assert app.get(ALL).json()["results"] == []
    assert app.get(one).status_code == 404
    assert send(app, one, "patch", is_done=True).status_code == 404
    assert send(app, f"{one}/snooze").status_code == 404
    assert app.delete(one).status_code == 404
    row.refresh_from_db()
    assert (row.state, row.snoozes) == ("active", 0)


@pytest.mark.parametrize(
    "due_at", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00", "2201-06-01T00:00Z"]
)
def test_a_moment_at_the_edge_of_the_calendar_is_refused(
    app: Client, due_at: str
) -> None:
    said = send(app, ALL, text="p", due_at=due_at)
    assert (said.status_code, said.json()["code"]) == (400, "bad_fields")
    one = send(app, ALL, text="tea", due_at="2026-11-23T20:00:00Z").json()["id"]
    assert send(app, f"{ALL}/{one}", "patch", due_at=due_at).status_code == 400


def test_a_moment_without_an_offset_is_asked_for_one(app: Client) -> None:
    said = send(app, ALL, text="p", due_at="2026-12-01T10:00:00")
    assert said.status_code == 400
    assert "offset" in said.json()["errors"]["due_at"][0]
    assert not Reminder.objects.exists()
