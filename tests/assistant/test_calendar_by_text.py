"""Calendars of the person who asks; what others are told of waits for a yes."""

from datetime import timedelta

import pytest

from apps.assistant.models import ToolCall
from apps.integrations import calendars
from tests.assistant import elsewhere
from tests.assistant.conftest import MONDAY_AT_NINE, Phone
from tests.integrations.servers import Simulator

EVENTS = "/calendar/v3/calendars/primary/events"


@pytest.fixture
def busy(alice: Phone, providers: Simulator) -> Phone:
    elsewhere.set_back(providers)
    return elsewhere.connected(alice, providers, "google")


def titles(phone: Phone, days: int = 7) -> list[str]:
    (calendar,) = calendars.of(phone.user)
    end = MONDAY_AT_NINE + timedelta(days=days)
    return [each.title for each in calendar.events(start=MONDAY_AT_NINE, end=end)]


def test_no_guest_is_invited_before_a_yes(busy: Phone) -> None:
    asked = busy.text("add tea with bob@example.com friday 3pm")
    assert asked.startswith("Add tea with bob@example.com, Fri 27 Nov, 3:00 PM to 4")
    assert "tea with bob@example.com" not in titles(busy)
    assert ToolCall.objects.get(tool="calendar.add").risk == "outward"
    busy.text(f"ok {elsewhere.code_in(asked)}")
    assert "tea with bob@example.com" in titles(busy)
    # To take it back would be to write to them without asking.
    assert busy.text("undo").startswith("That stays done: ")


def test_a_yes_is_to_the_event_as_it_was_then(busy: Phone) -> None:
    busy.text("what's on tomorrow")
    asked = busy.text("cancel 1")
    (calendar,) = calendars.of(busy.user)
    start = MONDAY_AT_NINE + timedelta(days=1, hours=-1)
    dentist = calendar.events(start=start, end=start + timedelta(hours=1))[0]
    calendar.update(dentist.id, title="Surgery")
    said = busy.text(f"ok {elsewhere.code_in(asked)}")
    assert said.startswith("Not done: that has changed since you were asked.")
    assert "Surgery" in titles(busy)


def test_an_event_that_moved_meanwhile_is_not_another_one(busy: Phone) -> None:
    busy.text("what's on tomorrow")
    asked = busy.text("move 2 to 1pm")
    (calendar,) = calendars.of(busy.user)
    noon = MONDAY_AT_NINE + timedelta(days=1, hours=3)
    lunch = calendar.events(start=noon, end=noon + timedelta(minutes=5))[0]
    later = noon + timedelta(days=2)
    calendar.update(lunch.id, start=later, end=later + timedelta(hours=1))
    said = busy.text(f"ok {elsewhere.code_in(asked)}")
    assert said.startswith("That is not there any more")


def test_numbers_of_one_person_are_nothing_to_another(
    busy: Phone, bob: Phone, providers: Simulator
) -> None:
    busy.text("what's on tomorrow")
    marks = busy.scene().shown_of("events")
    elsewhere.connected(bob, providers, "google", account="bob@example.com")
    bob.text("agenda")
    conversation = bob.scene().conversation
    conversation.shown = marks
    conversation.save()
    before = titles(busy)
    for text in ("cancel 1", "move 1 to 5pm"):
        assert bob.text(text).startswith("That is not there any more")
    assert titles(busy) == before
    assert "Team stand-up" in titles(bob)


def test_what_is_unclear_is_asked_back(busy: Phone) -> None:
    said = busy.text("add call Ana to my calendar at 7")
    assert said.splitlines()[1:] == ["1) this evening 7:00 PM", "2) tomorrow 7:00 AM"]
    assert busy.text("1").startswith("On your calendar: call Ana, Mon 23 Nov, 7:00 PM")
    assert busy.text("add lunch friday") == "When does it begin: lunch?"
    assert busy.text("12:30").endswith("Fri 27 Nov, 12:30 PM to 1:30 PM.")


def test_who_lets_us_see_only_when_they_are_busy_is_told_that(
    alice: Phone, providers: Simulator
) -> None:
    elsewhere.set_back(providers)
    elsewhere.connected(alice, providers, "google", features=["calendar.busy"])
    assert alice.text("am I free today 2-3").startswith("Not free Mon 23 Nov, 2:00 PM")
    # What is on there is theirs to know.
    assert alice.text("agenda") == "Nothing on your calendar Mon 23 Nov."


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("add milk to shopping", "lists.add"),
        ("add milk to shopping tomorrow", "lists.add"),
        ("todo call the bank by friday", "lists.add"),
        ("add call the bank to my todo list friday", "lists.add"),
        ("move 1 to 5pm", "reminders.move"),
        ("cancel the dentist", "reminders.delete"),
        ("what's on my shopping list", "lists.show"),
        ("remind me to add tea friday at 3", "reminders.create"),
    ],
)
def test_what_means_something_else_still_does(
    alice: Phone, text: str, tool: str
) -> None:
    alice.text(text)
    calls = ToolCall.objects.filter(tool__startswith="calendar.")
    assert not calls.exists()
    call = ToolCall.objects.first()
    assert call is None or call.tool == tool
