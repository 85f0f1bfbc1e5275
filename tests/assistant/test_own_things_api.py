"""Lists, notes and memory over the API: one's own alone, by the verbs of the texts."""

from typing import Any

import pytest
from django.test import Client

from apps.assistant import lists, memory, notes
from apps.assistant.models import Fact, Summary
from tests.assistant.conftest import Phone
from tests.sign_in import signed_in

LISTS, NOTES, MEMORY = "/api/v1/lists", "/api/v1/notes", "/api/v1/memory"


@pytest.fixture
def app(alice: Phone) -> Client:
    return signed_in(alice.user)


def send(app: Client, path: str, verb: str = "post", **body: Any) -> Any:
    return getattr(app, verb)(path, body, content_type="application/json")


def test_lists(app: Client, alice: Phone) -> None:
    made = send(app, LISTS, name="Camping").json()
    one = f"{LISTS}/{made['id']}"
    assert send(app, LISTS, name="camping").status_code == 409
    added = send(app, f"{one}/items", texts=["tent", "lamp"]).json()["results"]
    assert [each["text"] for each in added] == ["tent", "lamp"]
    assert send(app, f"{one}/items", texts=["tent"]).status_code == 409
    alice.text("add rope to camping list")
    item = f"{one}/items/{added[0]['id']}"
    assert send(app, item, "patch", is_done=True).json()["is_done"]
    assert app.get(LISTS).json()["results"][0]["open"] == 2
    found = app.get(f"{one}/items").json()["results"]
    assert [(each["text"], each["is_done"]) for each in found] == [
        ("rope", False),
        ("lamp", False),
        ("tent", True),
    ]
    assert send(app, f"{one}/clear").status_code == 204
    assert app.delete(item).status_code == 404
    assert send(app, one, "patch", name="Trip").json()["name"] == "Trip"
    assert app.delete(one).status_code == 204
    assert app.get(LISTS).json()["results"] == []


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_task_is_due_in_the_years_that_there_are(app: Client, day: str) -> None:
    one = f"{LISTS}/{send(app, LISTS, name='Tasks').json()['id']}"
    assert send(app, f"{one}/items", texts=["tax"], due_on=day).status_code == 400
    made = send(app, f"{one}/items", texts=["tax"], due_on="2026-12-31").json()
    assert made["results"][0]["due_on"] == "2026-12-31"


def test_notes(app: Client, alice: Phone) -> None:
    alice.text("note the gate sticks")
    made = send(app, NOTES, text="wifi in the kitchen").json()
    one = f"{NOTES}/{made['id']}"
    found = app.get(NOTES, {"search": "gat"}).json()["results"]
    assert [each["text"] for each in found] == ["the gate sticks"]
    assert send(app, one, "patch", text="wifi upstairs").json()["text"] == (
        "wifi upstairs"
    )
    assert app.delete(one).status_code == 204
    assert app.get(one).status_code == 404
    assert len(app.get(NOTES).json()["results"]) == 1


def test_memory(app: Client, alice: Phone) -> None:
    made = send(app, MEMORY, text="my shoe size is 42").json()
    assert (made["subject"], made["text"]) == ("shoe size", "42")
    assert send(app, MEMORY, text="my shoe size is 42").status_code == 409
    one = f"{MEMORY}/{made['id']}"
    assert send(app, one, "patch", text="my shoe size is 43").json()["text"] == "43"
    Summary.objects.create(user=alice.user, words="A trip.", until=1)
    talk = f"{MEMORY}/talked-about"
    assert app.get(talk).json()["words"] == "A trip."
    assert app.delete(talk).status_code == 204
    assert app.get(talk).json() == {"words": "", "made_at": None}
    assert app.delete(one).status_code == 204
    send(app, MEMORY, text="I like tea")
    assert app.delete(MEMORY).status_code == 204
    assert not Fact.objects.exists()


def test_what_is_anothers_is_not_there(app: Client, bob: Phone) -> None:
    row = lists.make(user=bob.user, name="Shopping")
    (item,) = lists.add(by=bob.user, row=row, texts=["milk"])
    note = notes.add(user=bob.user, text="secret")
    fact, _ = memory.remember(user=bob.user, text="my shoe size is 42")
    its = f"{LISTS}/{row.public_id}"
    for path in (its, f"{NOTES}/{note.public_id}", f"{MEMORY}/{fact.public_id}"):
        assert app.get(path).status_code == 404
        sent = {"name": "x"} if path == its else {"text": "x"}
        assert send(app, path, "patch", **sent).status_code == 404
        assert app.delete(path).status_code == 404
    assert app.get(f"{its}/items").status_code == 404
    assert app.delete(f"{its}/items/{item.public_id}").status_code == 404
    mine = send(app, LISTS, name="Mine").json()["id"]
    # A list of one's own opens no item of another's.
    assert app.delete(f"{LISTS}/{mine}/items/{item.public_id}").status_code == 404
    assert app.get(NOTES).json()["results"] == app.get(MEMORY).json()["results"] == []
