"""Sharing over the API and on the pages; what is not shared is not there."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.assistant import lists, notes, offers, shared
from apps.assistant.models import List, Offer
from apps.rbac import shares
from tests.assistant.conftest import Phone
from tests.assistant.sharing import given, proven
from tests.assistant.test_sharing import event
from tests.sign_in import signed_in

API, PAGE = "/api/v1/shares", "/app/shares/"


@pytest.fixture
def as_alice(alice: Phone) -> Client:
    return signed_in(alice.user)


@pytest.fixture
def as_bob(bob: Phone) -> Client:
    return signed_in(bob.user)


@pytest.fixture
def shopping(alice: Phone) -> List:
    row = lists.make(user=alice.user, name="Shopping")
    lists.add(by=alice.user, row=row, texts=["milk"])
    return row


def send(app: Client, path: str, verb: str = "post", **body: Any) -> Any:
    return getattr(app, verb)(path, body, content_type="application/json")


def test_over_the_api(
    as_alice: Client, as_bob: Client, bob: Phone, shopping: List
) -> None:
    to, one = proven(bob.user), f"/api/v1/lists/{shopping.public_id}"
    asked = {"kind": "list", "id": str(shopping.public_id), "to": to, "level": "edit"}
    made = send(as_alice, API, **asked)
    assert made.status_code == 201
    offer = f"{API}/{made.json()['id']}"
    assert as_bob.get(one).status_code == 404
    (shown,) = as_bob.get(API).json()["offered"]
    assert shown["thing"]["owner"] == shopping.user.email
    assert send(as_alice, f"{offer}/accept").status_code == 404
    assert send(as_bob, f"{offer}/accept").json()["name"] == "Shopping"
    (row,) = as_bob.get("/api/v1/lists").json()["results"]
    assert (row["name"], row["owner"]) == ("Shopping", shopping.user.email)
    assert send(as_bob, f"{one}/items", texts=["eggs"]).status_code == 201
    assert send(as_bob, one, "patch", name="Mine").status_code == 403
    assert as_bob.delete(one).status_code == 403
    assert send(as_bob, API, **{**asked, "to": "c@example.com"}).status_code == 403
    (share,) = as_alice.get(API).json()["given"]
    assert share["person"]["email"] == bob.user.email
    ended = f"{API}/{shopping.public_id}/people/{share['person']['id']}"
    assert as_alice.delete(ended).status_code == 204
    assert as_bob.get(one).status_code == 404
    assert send(as_bob, f"{one}/items", texts=["jam"]).status_code == 404
    assert as_bob.get("/api/v1/lists").json()["results"] == []


def test_an_offer_is_declined_blocked_or_taken_back(
    as_alice: Client, as_bob: Client, bob: Phone, shopping: List
) -> None:
    asked = {"kind": "calendar", "to": proven(bob.user), "level": "view"}
    for verb in ("decline", "block"):
        made = send(as_alice, API, **asked).json()
        assert send(as_bob, f"{API}/{made['id']}/{verb}").status_code == 204
        assert send(as_bob, f"{API}/{made['id']}/accept").status_code == 404
    made = send(as_alice, API, **asked).json()
    assert as_bob.get(API).json()["offered"] == []
    assert as_bob.delete(f"{API}/{made['id']}").status_code == 404
    assert as_alice.delete(f"{API}/{made['id']}").status_code == 204
    assert as_alice.get(API).json()["waiting"] == []


def test_notes_of_an_event_are_for_who_may_change_it(
    as_bob: Client, alice: Phone, bob: Phone
) -> None:
    row, calendar = event(alice.user), offers.calendar(alice.user)
    one = f"/api/v1/events/{row.public_id}"
    page = f"/app/calendar/{row.public_id}/"
    assert as_bob.get(one).status_code == as_bob.get(page).status_code == 404
    given(calendar, bob.user, "view")
    shown = as_bob.get(one).json()
    assert (shown["title"], shown["notes"]) == ("dentist", "")
    assert shown["owner"] == alice.user.email
    (listed,) = as_bob.get("/api/v1/events").json()["results"]
    assert listed["notes"] == ""
    assert as_bob.get(page).status_code == 403
    assert send(as_bob, one, "patch", title="x").status_code == 403
    assert as_bob.delete(one).status_code == 403
    seen = as_bob.get("/app/calendar/?view=list").content.decode()
    assert "dentist (Alice)" in seen and "tooth" not in seen and page not in seen
    given(calendar, bob.user, "edit")
    assert as_bob.get(one).json()["notes"] == "tooth 7"
    assert send(as_bob, one, "patch", title="doctor").json()["title"] == "doctor"
    assert "tooth 7" in as_bob.get(page).content.decode()
    shared.revoke(by=alice.user, thing=calendar, person=bob.user)
    assert as_bob.get(one).status_code == as_bob.get(page).status_code == 404
    assert "doctor" not in as_bob.get("/app/calendar/?view=list").content.decode()


def test_on_the_pages(
    as_alice: Client, as_bob: Client, bob: Phone, shopping: List
) -> None:
    one = f"/app/lists/{shopping.public_id}/"
    to = proven(bob.user)
    form = {"thing": str(shopping.public_id), "to": to, "level": "edit"}
    page = as_alice.post(f"{PAGE}offer/", form, follow=True)
    assert f"Offered to {to}." in page.content.decode()
    assert "Offered to you" in as_bob.get("/app/").content.decode()
    assert "Shopping" in as_bob.get(PAGE).content.decode()
    row = Offer.objects.get()
    answer = f"{PAGE}offers/{row.public_id}/answer/"
    page = as_bob.post(answer, {"do": "accept"}, follow=True)
    assert "<h1>Shopping (Alice)</h1>" in page.content.decode()
    as_bob.post(f"{one}add/", {"items": "eggs"})
    seen = as_alice.get(one).content.decode()
    assert "added by Bob" in seen and "Stop sharing" in seen
    item = shopping.items.get(text="milk")
    as_bob.post(f"{one}items/{item.public_id}/", {"do": "tick"})
    assert "done by Bob" in as_alice.get(one).content.decode()
    assert as_bob.post(f"{one}rename/", {"name": "x"}).status_code == 200
    assert as_bob.post(f"{one}delete/").status_code == 403
    end = f"{PAGE}{shopping.public_id}/{bob.user.public_id}/end/"
    assert as_alice.post(end).status_code == 302
    assert as_bob.get(one).status_code == 404
    assert as_bob.post(f"{one}add/", {"items": "jam"}).status_code == 404


def test_a_page_to_look_at_has_no_buttons(
    as_bob: Client, alice: Phone, bob: Phone, shopping: List
) -> None:
    note = notes.add(user=alice.user, text="the gate sticks")
    given(shopping, bob.user)
    given(note, bob.user)
    seen = as_bob.get(f"/app/lists/{shopping.public_id}/").content.decode()
    assert "milk" in seen and "Tick off" not in seen and "Delete this list" not in seen
    seen = as_bob.get(f"/app/notes/{note.public_id}/").content.decode()
    assert "the gate sticks" in seen and "<textarea" not in seen
    one = f"/app/notes/{note.public_id}/"
    assert as_bob.post(one, {"text": "x"}).status_code == 403
    assert as_bob.post(f"{one}delete/").status_code == 403
    end = f"{PAGE}{shopping.public_id}/{bob.user.public_id}/end/"
    assert as_bob.post(end).status_code == 302
    assert [each.thing for each in shared.received(bob.user)] == [note]


def test_what_is_not_shared_is_nowhere(
    as_bob: Client, alice: Phone, bob: Phone, shopping: List
) -> None:
    """One thing of each kind is; beside it stands one that is not."""
    other = lists.make(user=alice.user, name="Presents")
    (item,) = lists.add(by=alice.user, row=other, texts=["secret-ring"])
    note = notes.add(user=alice.user, text="secret-note")
    row = event(alice.user, "secret-event")
    given(shopping, bob.user, "edit")
    given(notes.add(user=alice.user, text="open note"), bob.user, "edit")
    hidden = {
        f"/api/v1/lists/{other.public_id}",
        f"/api/v1/lists/{other.public_id}/items",
        f"/api/v1/notes/{note.public_id}",
        f"/api/v1/events/{row.public_id}",
        f"/app/lists/{other.public_id}/",
        f"/app/notes/{note.public_id}/",
        f"/app/calendar/{row.public_id}/",
    }
    assert {as_bob.get(path).status_code for path in hidden} == {404}
    smuggled = f"/api/v1/lists/{shopping.public_id}/items/{item.public_id}"
    assert send(as_bob, smuggled, "patch", is_done=True).status_code == 404
    open_ones = (
        *("/app/lists/", "/app/notes/", "/app/calendar/?view=list", PAGE, "/app/"),
        *("/api/v1/lists", "/api/v1/notes", "/api/v1/events", API),
        f"/app/lists/{shopping.public_id}/",
    )
    for path in open_ones:
        assert "secret" not in as_bob.get(path).content.decode()
    for said in ("lists", "notes", "agenda", "shares", "presents", "done secret-ring"):
        reply = bob.text(said)
        assert "secret-n" not in reply and "secret-e" not in reply, said
    assert bob.text("notes about secret").startswith("No note has the words")
    item.refresh_from_db()
    assert item.state == "open"


@pytest.mark.parametrize("path", ["/app/lists/", "/app/notes/", "/app/calendar/", PAGE])
def test_pages_stay_cheap(
    as_bob: Client, alice: Phone, bob: Phone, shopping: List, path: str
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert as_bob.get(path).status_code == 200
        return len(asked)

    def more(number: int) -> None:
        for thing in (
            lists.make(user=alice.user, name=f"l{number}"),
            notes.add(user=alice.user, text=f"n{number}"),
        ):
            shares.share(by=alice.user, obj=thing, user=bob.user, level="view")
        event(alice.user, f"e{number}")

    given(offers.calendar(alice.user), bob.user, "edit")
    more(1)
    cost()
    one = cost()
    for number in range(2, 5):
        more(number)
    assert cost() == one <= 15, one
