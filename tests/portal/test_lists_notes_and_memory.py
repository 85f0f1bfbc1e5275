"""The pages of lists, notes and memory: added to, changed, and each change taken back."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.assistant import lists, memory, notes
from apps.assistant.models import Fact, List, ListItem, Note, Summary
from tests.portal.taking import said, undo

LISTS, NOTES, MEMORY = "/app/lists/", "/app/notes/", "/app/memory/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def shopping(alice: User) -> List:
    row = lists.make(user=alice, name="Shopping")
    lists.add(by=alice, row=row, texts=["milk", "eggs"])
    return row


def states() -> dict[str, str]:
    return dict(ListItem.objects.values_list("text", "state"))


def mark(client: Client, row: List, text: str, do: str) -> Any:
    item = row.items.get(text=text)
    path = f"{LISTS}{row.public_id}/items/{item.public_id}/"
    return client.post(path, {"do": do}, follow=True)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (LISTS, "No lists yet"),
        (NOTES, "No notes yet"),
        (MEMORY, "Nothing yet"),
    ],
)
def test_an_empty_page_says_how_to_begin(
    as_alice: Client, path: str, words: str
) -> None:
    assert words in as_alice.get(path).content.decode()


def test_a_list_is_made_filled_and_ticked_off(as_alice: Client) -> None:
    page = as_alice.post(f"{LISTS}make/", {"name": "Camping"}, follow=True)
    assert "Nothing open" in page.content.decode()
    again = as_alice.post(f"{LISTS}make/", {"name": "camping"})
    assert "There is a list camping already" in again.content.decode()
    row = List.objects.get()
    add = f"{LISTS}{row.public_id}/add/"
    page = as_alice.post(add, {"items": "tent, lamp,, rope"}, follow=True)
    assert said(page) == ["Added: tent, lamp, rope."]
    again = as_alice.post(add, {"items": "Tent"})
    assert "That is on Camping already." in again.content.decode()
    assert "3 open" in as_alice.get(LISTS).content.decode()
    undo(as_alice, page)
    assert {*states().values()} == {"deleted"}


def test_a_tick_an_untick_and_a_delete_can_be_taken_back(
    as_alice: Client, shopping: List
) -> None:
    page = mark(as_alice, shopping, "milk", "tick")
    assert states() == {"milk": "done", "eggs": "open"}
    assert "1 open" in page.content.decode() and "Clear done" in page.content.decode()
    undo(as_alice, page)
    assert states()["milk"] == "open"
    mark(as_alice, shopping, "milk", "tick")
    undo(as_alice, mark(as_alice, shopping, "milk", "untick"))
    assert states()["milk"] == "done"
    page = as_alice.post(f"{LISTS}{shopping.public_id}/clear/", follow=True)
    assert said(page) == ["Taken off: 1 done."]
    undo(as_alice, page)
    undo(as_alice, mark(as_alice, shopping, "eggs", "delete"))
    assert states() == {"milk": "done", "eggs": "open"}


def test_a_list_is_renamed_deleted_and_brought_back(
    as_alice: Client, alice: User, shopping: List
) -> None:
    one = f"{LISTS}{shopping.public_id}/"
    lists.make(user=alice, name="Food")
    taken = as_alice.post(f"{one}rename/", {"name": "food"}).content.decode()
    assert "There is a list food already" in taken and "<h1>Shopping</h1>" in taken
    page = as_alice.post(f"{one}rename/", {"name": "Errands"}, follow=True)
    assert said(page) == ["Shopping is called Errands now."]
    page = as_alice.post(f"{one}delete/", follow=True)
    assert said(page) == ["Deleted the list Errands."]
    assert as_alice.get(one).status_code == 404
    undo(as_alice, page)
    assert "<h1>Errands</h1>" in as_alice.get(one).content.decode()


def test_notes_are_kept_found_changed_and_deleted(as_alice: Client) -> None:
    page = as_alice.post(f"{NOTES}add/", {"text": "the gate sticks"}, follow=True)
    assert said(page) == ["Noted: the gate sticks"]
    row = Note.objects.get()
    found = as_alice.get(NOTES, {"q": "gat stick"}).content.decode()
    assert "the gate sticks" in found
    assert "Nothing found" in as_alice.get(NOTES, {"q": "wifi"}).content.decode()
    one = f"{NOTES}{row.public_id}/"
    page = as_alice.post(one, {"text": "the gate is mended"}, follow=True)
    assert "the gate is mended" in page.content.decode()
    undo(as_alice, page)
    page = as_alice.post(f"{one}delete/", follow=True)
    assert "No notes yet" in page.content.decode()
    undo(as_alice, page)
    row.refresh_from_db()
    assert (row.text, row.is_deleted) == ("the gate sticks", False)
    long = as_alice.post(f"{NOTES}add/", {"text": "x" * 5001})
    assert long.status_code == 200 and Note.objects.count() == 1


def test_notes_come_in_pages(as_alice: Client, alice: User) -> None:
    for i in range(45):
        notes.add(user=alice, text=f"word n{i}.")
    page = as_alice.get(NOTES, {"q": "word"})
    older = page.context["older"]
    rest = as_alice.get(NOTES, {"q": "word", "before": older})
    found = [note.text for note in (*page.context["notes"], *rest.context["notes"])]
    assert found == [f"word n{i}." for i in range(44, -1, -1)]
    assert as_alice.get(NOTES, {"before": "x"}).status_code == 400


def test_facts_are_remembered_by_kind_changed_and_forgotten(as_alice: Client) -> None:
    page = as_alice.post(f"{MEMORY}add/", {"text": "my shoe size is 42"}, follow=True)
    assert said(page) == ["Known now: shoe size: 42."]
    assert "Your things" in page.content.decode()
    again = as_alice.post(f"{MEMORY}add/", {"text": "my shoe size is 42"})
    assert "I know that already." in again.content.decode()
    row = Fact.objects.get()
    one = f"{MEMORY}{row.public_id}/"
    shown = as_alice.get(one).content.decode()
    assert 'value="my shoe size is 42"' in shown
    page = as_alice.post(one, {"text": "my shoe size is 43"}, follow=True)
    undo(as_alice, page)
    undo(as_alice, as_alice.post(f"{one}forget/", follow=True))
    row.refresh_from_db()
    assert (row.subject, row.text, row.is_deleted) == ("shoe size", "42", False)


def test_all_is_forgotten_only_after_a_second_question(
    as_alice: Client, alice: User
) -> None:
    memory.remember(user=alice, text="my shoe size is 42")
    asked = as_alice.get(f"{MEMORY}forget-all/").content.decode()
    assert "1 thing about you" in asked and Fact.objects.exists()
    page = as_alice.post(f"{MEMORY}forget-all/", follow=True)
    assert said(page) == ["All of it is forgotten."]
    assert not Fact.objects.exists()


def test_what_a_model_is_told_of_is_shown_and_deleted(
    as_alice: Client, alice: User
) -> None:
    assert "Earlier conversations" not in as_alice.get(MEMORY).content.decode()
    Summary.objects.create(user=alice, words="Alice plans a trip.", until=7)
    assert "Alice plans a trip." in as_alice.get(MEMORY).content.decode()
    page = as_alice.post(f"{MEMORY}talked-about/delete/", follow=True)
    assert "Alice plans a trip." not in page.content.decode()
    # How far it went stays: what was deleted is not told once more.
    assert Summary.objects.get().until == 7


def test_what_is_anothers_is_not_there(as_alice: Client, bob: User) -> None:
    row = lists.make(user=bob, name="Shopping")
    (item,) = lists.add(by=bob, row=row, texts=["milk"])
    note = notes.add(user=bob, text="secret")
    fact, _ = memory.remember(user=bob, text="my shoe size is 42")
    one, its = f"{LISTS}{row.public_id}/", f"{NOTES}{note.public_id}/"
    known = f"{MEMORY}{fact.public_id}/"
    for path in (one, its, known):
        assert as_alice.get(path).status_code == 404
    acts = [f"{one}{verb}/" for verb in ("add", "rename", "clear", "delete")]
    acts += [f"{one}items/{item.public_id}/", its, f"{its}delete/"]
    for path in (*acts, known, f"{known}forget/"):
        sent = {"do": "tick", "items": "x", "name": "x", "text": "x"}
        assert as_alice.post(path, sent).status_code == 404, path
    assert states() == {"milk": "open"}


def test_pages_ask_little_of_the_database(
    as_alice: Client,
    alice: User,
    shopping: List,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for i in range(40):
        lists.make(user=alice, name=f"list {i}")
        notes.add(user=alice, text=f"note {i}")
        memory.remember(user=alice, text=f"fact number {i}")
    ListItem.objects.filter(text="eggs").update(
        state="done", done_at=timezone.now() - timedelta(days=1)
    )
    for path in (LISTS, f"{LISTS}{shopping.public_id}/", NOTES, MEMORY):
        with django_assert_max_num_queries(15):
            assert as_alice.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        f"{LISTS}make/",
        f"{NOTES}add/",
        f"{MEMORY}forget-all/",
        "/app/reminders/add/",
        "/app/reminders/read/",
        "/app/take-back/",
    ],
)
def test_a_form_of_another_site_changes_nothing(alice: User, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(path, {"name": "x", "text": "x"}).status_code == 403
