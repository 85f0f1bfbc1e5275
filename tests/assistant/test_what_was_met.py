"""Faults that a newcomer met while texting."""

import pytest
import time_machine

from apps.assistant import events, lists, notes, reminders
from apps.assistant.gate import UNDO_LIVES
from apps.assistant.models import Event, Fact, List, ListItem, Note, Reminder
from tests.assistant.conftest import Phone
from tests.factories import PhoneNumberFactory


@pytest.fixture(autouse=True)
def _phone(alice: Phone) -> None:
    PhoneNumberFactory.create(user=alice.user, e164="+12025550101")


def test_one_that_repeats_is_another_than_one_that_comes_once(alice: Phone) -> None:
    alice.text("remind me to call Ana friday at 9am")
    said = alice.text("remind me to call Ana every friday at 9am")
    assert said.startswith("Reminder set: call Ana, every Fri")
    assert {row.rule != "" for row in Reminder.objects.all()} == {True, False}
    again = alice.text("remind me to call Ana every friday at 9am")
    assert again.startswith("That is set already")
    daily = alice.text("remind me to call Ana every day at 9am")
    assert daily.startswith("Reminder set: call Ana, every day")


@pytest.mark.parametrize(
    "words",
    ["add trip to my calendar dec 24 to dec 27", "add vigil tomorrow 11pm to 1am"],
)
def test_no_list_is_called_by_a_time(alice: Phone, words: str) -> None:
    alice.text(words)
    assert not List.objects.exists()


def test_over_midnight_is_one_event(alice: Phone) -> None:
    said = alice.text("add vigil tomorrow 11pm to 1am")
    assert said.startswith("On your calendar: vigil, Tue 24 Nov, 11:00 PM")


def test_what_stays_done_is_said_before_something_older_is_taken_back(
    alice: Phone,
) -> None:
    alice.text("buy milk")
    alice.text("remember my locker is 114")
    alice.text("forget everything")
    alice.text("yes")
    asked = alice.text("undo")
    assert asked.startswith("That stays done: ") and "Fact" not in asked
    assert "1) Take back what was before: " in asked
    assert not Fact.objects.filter(is_deleted=False).exists()
    assert List.objects.filter(is_deleted=False).exists()
    assert alice.text("1").startswith("That is not in my memory any more.")
    assert alice.text("1").startswith("Undone: ")
    assert not List.objects.filter(is_deleted=False).exists()


def test_where_nothing_older_is_there_it_is_said(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    alice.text("remember my locker is 114")
    clock.shift(UNDO_LIVES)
    alice.text("forget everything")
    alice.text("yes")
    assert alice.text("undo") == "That stays done: All 1 are forgotten."


def test_a_bare_yes_where_several_wait_shows_them(alice: Phone) -> None:
    alice.text("buy milk")
    alice.text("share shopping with bob@example.com")
    alice.text("share shopping with dora@example.com")
    shown = alice.text("yes")
    assert "bob@example.com" in shown and "dora@example.com" in shown


def test_the_whole_of_a_title_is_that_event(alice: Phone) -> None:
    alice.text("add tea friday 5pm")
    alice.text("add team meeting friday 3pm")
    said = alice.text("move tea to 6pm")
    assert said.startswith("Moved: tea, Fri 27 Nov, 6:00 PM")
    assert Event.objects.get(title="team meeting").starts_at.hour == 20


@pytest.mark.parametrize("since", ["changed", "deleted"])
def test_an_undo_leaves_what_was_written_since(alice: Phone, since: str) -> None:
    alice.text("note the gate sticks")
    alice.text("add at noon to that note")
    (row,) = Note.objects.all()
    if since == "changed":
        notes.change(by=alice.user, row=row, text="quite another text")
    else:
        notes.delete(by=alice.user, row=row)
    said = alice.text("undo")
    assert said.startswith("It was changed since, so I left it as it is.")
    row.refresh_from_db()
    assert (row.text, row.is_deleted) in (
        ("quite another text", False),
        ("the gate sticks\nat noon", True),
    )


def test_an_undo_that_is_refused_offers_the_one_before(alice: Phone) -> None:
    alice.text("buy milk")
    alice.text("note the gate sticks")
    (row,) = Note.objects.all()
    notes.change(by=alice.user, row=row, text="another text")
    assert "1) Take back what was before: " in alice.text("undo")
    assert alice.text("1").startswith("Undone: ")
    assert not List.objects.filter(is_deleted=False).exists()


def test_what_stood_on_a_list_that_is_gone_is_not_taken_back(alice: Phone) -> None:
    alice.text("buy milk")
    alice.text("buy soap")
    (row,) = List.objects.all()
    lists.drop(by=alice.user, row=row)
    assert alice.text("undo").startswith("It was changed since")


def test_numbers_mean_the_list_that_was_shown_last(alice: Phone) -> None:
    alice.text("remind me to call Ana tomorrow at 10am")
    alice.text("add lunch friday 1pm")
    alice.text("reminders")
    alice.text("what's on friday")
    assert alice.text("done 1").startswith("There is no number 1 on your list")
    assert Reminder.objects.get().state == "active"
    alice.text("reminders")
    assert alice.text("done 1") == "Done: call Ana."


def test_a_number_is_no_item_of_a_list(alice: Phone) -> None:
    alice.text("buy 1 kg flour and 12 eggs")
    alice.text("remind me to call Ana tomorrow at 10am")
    alice.text("reminders")
    assert alice.text("done 1") == "Done: call Ana."


def test_undos_one_after_the_other_go_all_the_way_back(alice: Phone) -> None:
    alice.text("note the gate sticks")
    alice.text("add at noon to that note")
    alice.text("add tea friday 5pm")
    alice.text("move tea to 6pm")
    alice.text("buy milk")
    alice.text("got the milk")
    for _ in range(6):
        assert alice.text("undo").startswith("Undone: ")
    assert not Note.objects.filter(is_deleted=False).exists()
    assert not Event.objects.filter(is_deleted=False).exists()


@pytest.mark.parametrize("kind", ["event", "reminder", "item"])
def test_what_was_changed_since_on_the_website_stays(alice: Phone, kind: str) -> None:
    if kind == "event":
        alice.text("add tea friday 5pm")
        alice.text("move tea to 6pm")
        events.change(row=Event.objects.get(), title="coffee")
    elif kind == "reminder":
        alice.text("remind me to call Ana friday 5pm")
        alice.text("move it to 6pm")
        (row,) = Reminder.objects.all()
        public_id = str(row.public_id)
        reminders.reword(user=alice.user, public_id=public_id, text="call Bob")
    else:
        alice.text("buy milk")
        alice.text("got the milk")
        (item,) = ListItem.objects.all()
        lists.mark(by=alice.user, rows=[item], state=ListItem.State.DELETED)
    assert alice.text("undo").startswith("It was changed since")
    assert not Event.objects.exclude(title="coffee").exists()
    assert not Reminder.objects.exclude(text="call Bob").exists()
    assert not ListItem.objects.exclude(state="deleted").exists()


def test_a_fact_that_is_forgotten_for_good_is_not_said_to_be_back(
    alice: Phone,
) -> None:
    alice.text("remember my locker is 114")
    alice.text("forget my locker")
    alice.text("remember my shoe size is 42")
    alice.text("forget everything")
    alice.text("yes")
    asked = alice.text("undo")
    assert asked.startswith("That stays done: ")
    assert "not in my memory any more" in alice.text("1")
