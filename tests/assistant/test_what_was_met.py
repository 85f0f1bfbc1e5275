"""Faults that a newcomer met while texting."""

import pytest
import time_machine

from apps.assistant.gate import UNDO_LIVES
from apps.assistant.models import Event, Fact, List, Reminder
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
    assert alice.text("1").startswith("Undone: ")


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
