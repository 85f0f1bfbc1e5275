"""More faults that a newcomer met while texting."""

import pytest
import time_machine
from django.utils import timezone

from apps.accounts import profile
from apps.assistant import lists, memory, reminders, undoing
from apps.assistant.models import Event, Fact, List, ListItem, Reminder, Sync, ToolCall
from apps.core import errors
from tests.assistant.conftest import Phone
from tests.assistant.sharing import given
from tests.assistant.syncs import paired
from tests.factories import PhoneNumberFactory
from tests.integrations.servers import Simulator


@pytest.fixture(autouse=True)
def _phone(alice: Phone) -> None:
    PhoneNumberFactory.create(user=alice.user, e164="+12025550101")


def _take_back(phone: Phone, tool: str, place: int = 0) -> str:
    """By the button at one of the calls of a tool, the oldest first."""
    rows = ToolCall.objects.owned_by(phone.user).filter(tool=tool).order_by("pk")
    return undoing.take_back_elsewhere(user=phone.user, handle=str(rows[place].handle))


@pytest.mark.parametrize(
    ("first", "second", "tool", "field"),
    [
        ("quiet 21-6", "quiet 20-5", "settings.quiet", "quiet_from"),
        ("call me Zoe", "call me Zara", "settings.name", "name"),
        ("timezone Paris", "timezone Tokyo", "settings.timezone", "timezone"),
        ("pause 2h", "pause 3h", "settings.pause", "paused_until"),
    ],
)
def test_a_setting_that_was_changed_since_is_left(
    alice: Phone, first: str, second: str, tool: str, field: str
) -> None:
    was = getattr(alice.user, field)
    alice.text(first)
    between = getattr(alice.user, field)
    alice.text(second)
    now = getattr(alice.user, field)
    assert len({was, between, now}) == 3
    with pytest.raises(errors.Conflict):
        _take_back(alice, tool)
    alice.user.refresh_from_db()
    assert getattr(alice.user, field) == now
    assert _take_back(alice, tool, 1).startswith("Undone: ")
    assert _take_back(alice, tool).startswith("Undone: ")
    alice.user.refresh_from_db()
    assert getattr(alice.user, field) == was


def test_nor_is_one_that_was_changed_on_the_website(alice: Phone) -> None:
    alice.text("timezone Paris")
    profile.change(user=alice.user, timezone="Asia/Tokyo")
    assert alice.text("undo").startswith("It was changed since")
    alice.user.refresh_from_db()
    assert alice.user.timezone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("first", "second", "tool"),
    [
        ("brief at 7:30", "brief at 8:30", "brief.at"),
        ("switch mail off", "switch mail on", "features.switch"),
    ],
)
def test_nor_the_brief_and_what_is_on(
    alice: Phone, first: str, second: str, tool: str
) -> None:
    alice.text(first)
    alice.text(second)
    with pytest.raises(errors.Conflict):
        _take_back(alice, tool)
    assert _take_back(alice, tool, 1).startswith("Undone: ")
    assert _take_back(alice, tool).startswith("Undone: ")


def test_a_fact_that_was_said_anew_is_left(alice: Phone) -> None:
    alice.text("remember my pet is Rex")
    alice.text("remember my pet is Max")
    with pytest.raises(errors.Conflict):
        _take_back(alice, "memory.remember")
    assert Fact.objects.kept().get().text == "Max"
    assert _take_back(alice, "memory.remember", 1).startswith("Undone: ")
    assert Fact.objects.kept().get().text == "Rex"
    assert _take_back(alice, "memory.remember").startswith("Undone: ")
    assert not Fact.objects.kept().exists()


def test_what_is_known_anew_does_not_come_twice(alice: Phone) -> None:
    alice.text("remember my pet is Rex")
    alice.text("forget my pet")
    alice.text("remember my pet is Max")
    with pytest.raises(errors.Conflict):
        _take_back(alice, "memory.forget")
    assert Fact.objects.kept().get().text == "Max"


def test_a_fact_that_was_changed_on_the_website_is_left(alice: Phone) -> None:
    alice.text("remember my bird is Rex")
    memory.change(row=Fact.objects.get(), text="my bird is Bella")
    assert alice.text("undo").startswith("It was changed since")
    assert Fact.objects.kept().get().text == "Bella"


def test_an_undo_that_changes_nothing_says_so(alice: Phone) -> None:
    alice.text("buy kiwi")
    alice.text("done with kiwi")
    alice.text("clear done")
    with pytest.raises(errors.Conflict):
        _take_back(alice, "lists.add")
    assert ListItem.objects.get().state == ListItem.State.DELETED


@pytest.mark.parametrize("made", ["start a camp2 list: tent", "new list called camp2"])
def test_a_new_list_is_not_taken_back_with_what_came_on_it_since(
    alice: Phone, made: str
) -> None:
    alice.text(made)
    lists.add(by=alice.user, row=List.objects.get(), texts=["stove"])
    assert "more came on" in alice.text("undo").lower()
    assert List.objects.kept().get().items.open().filter(text="stove").exists()


def test_that_a_list_is_gone_is_said(alice: Phone) -> None:
    alice.text("start a camp2 list: tent")
    assert alice.text("undo") == "Undone: there is no such list any more."
    assert not List.objects.kept().exists()


def test_the_words_of_an_item_that_were_changed_since_are_left(alice: Phone) -> None:
    alice.text("buy milk")
    alice.text("show my shopping list")
    alice.text("rename item 1 to oat milk")
    (item,) = ListItem.objects.all()
    lists.reword(by=alice.user, item=item, text="soy milk")
    assert alice.text("undo").startswith("It was changed since")
    item.refresh_from_db()
    assert item.text == "soy milk"


@pytest.fixture
def lent(alice: Phone, bob: Phone) -> Phone:
    """Bob, with whom Alice's shopping was shared and is not any more."""
    alice.text("buy milk")
    given(List.objects.get(), bob.user, "edit")
    assert bob.text("add plums to alice's shopping").startswith("On Shopping (Alice)")
    assert alice.text("unshare shopping with bob").startswith("Shopping is not shared")
    return bob


@pytest.mark.parametrize(
    "words",
    [
        "add plums to alice's shopping",
        "put plums on alice's shopping list",
        "add plums to alice's shoping list",
        "add plums to alices shopping list",
        "add plums to dora's camping list",
    ],
)
def test_no_list_is_made_that_would_be_anothers(lent: Phone, words: str) -> None:
    said = lent.text(words)
    assert said.startswith("Nothing called ") and "shared with you" in said
    assert "new list called" in said
    assert not List.objects.owned_by(lent.user).exists()


def test_who_wants_one_of_that_name_makes_it(bob: Phone) -> None:
    made = bob.text("new list called alice's party")
    assert made.startswith("New list")
    assert bob.text("add plums to alice's party").startswith("On alice's party: plums")
    assert bob.text("make a dora's party list: balloons").startswith("New list dora's")


@pytest.mark.parametrize(
    "words", ["how many things on christmas gifts", "how many in christmas gifts"]
)
def test_a_question_is_not_put_on_a_list(alice: Phone, words: str) -> None:
    alice.text("start a christmas gifts list: scarf, book")
    assert "2" in alice.text(words)
    assert ListItem.objects.count() == 2


def test_nor_is_another_one(alice: Phone) -> None:
    alice.text("start a christmas gifts list: scarf")
    alice.text("who is on christmas gifts")
    assert ListItem.objects.count() == 1


@pytest.mark.parametrize("every", ["evry day", "evrey day", "evryday", "every day"])
def test_a_daily_reminder_with_a_typing_error_comes_daily(
    alice: Phone, every: str
) -> None:
    said = alice.text(f"remind me to take meds {every} at 9pm")
    assert said.startswith("Reminder set: take meds, every day 9:00 PM")


def test_letters_inside_of_words_are_no_fact(alice: Phone) -> None:
    alice.text("remember my card pin is in the safe")
    alice.text("remember my brother is Tom")
    assert alice.text("forget my car").startswith("I know nothing about")
    assert alice.text("forget my other").startswith("I know nothing about")
    assert Fact.objects.kept().count() == 2
    assert "Tom" in alice.text("what is my brother")


@pytest.mark.parametrize(
    ("added", "words", "title"),
    [
        ("add soccer saturday 10am", "cancel soccer this saturday", "soccer"),
        ("add soccer saturday 10am", "cancel soccer on saturday", "soccer"),
        ("agrega junta el martes a las 10:00", "cancela la junta del martes", "junta"),
    ],
)
@pytest.mark.parametrize("is_shown", [True, False])
def test_an_event_is_cancelled_with_its_day(
    alice: Phone, added: str, words: str, title: str, is_shown: bool
) -> None:
    if words.startswith("cancela"):
        alice.user.locale = "es"
        alice.user.save()
    assert title in (said := alice.text(added)) and Event.objects.exists(), said
    alice.text("agenda" if is_shown else "gracias")
    said = alice.text(words)
    assert not Event.objects.kept().exists(), said


def test_on_another_day_there_is_none(alice: Phone) -> None:
    alice.text("add soccer saturday 10am")
    alice.text("cancel soccer this friday")
    assert Event.objects.kept().exists()


def test_a_new_list_is_named_without_what_is_on_it(alice: Phone) -> None:
    alice.user.locale = "es"
    alice.user.save()
    alice.text("crea una lista de maleta: pasaporte, cargador, ropa")
    assert List.objects.get().name == "maleta"
    assert ListItem.objects.count() == 3


@pytest.mark.parametrize(
    ("held", "ended"),
    [("pause 2h", "resume"), ("quiet 8-13", "quiet off"), ("pause 2h", "pause 5m")],
)
def test_what_was_held_comes_once_nothing_holds_it(
    alice: Phone, clock: time_machine.Traveller, held: str, ended: str
) -> None:
    alice.text(held)
    alice.text("remind me in 1 minute to check the oven")
    clock.shift(120)
    reminders.fire_due(timezone.now())
    row = Reminder.objects.get()
    assert row.state == Reminder.State.ACTIVE and row.held_until
    alice.text(ended)
    clock.shift(360)
    reminders.fire_due(timezone.now())
    row.refresh_from_db()
    assert row.state == Reminder.State.FIRED


def test_what_is_still_held_stays_so(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    alice.text("quiet 8-13")
    alice.text("pause 2h")
    alice.text("remind me in 1 minute to check the oven")
    clock.shift(120)
    reminders.fire_due(timezone.now())
    alice.text("resume")
    reminders.fire_due(timezone.now())
    row = Reminder.objects.get()
    assert row.state == Reminder.State.ACTIVE
    assert row.held_until and row.held_until.astimezone(alice.user.zone).hour == 13


def test_a_pause_is_among_the_settings(alice: Phone) -> None:
    assert "Paused" not in alice.text("my settings")
    alice.text("pause 2h")
    assert "Paused until" in alice.text("my settings")


def test_what_was_paused_together_goes_on_together(
    alice: Phone, providers: Simulator
) -> None:
    for provider in ("google", "microsoft"):
        paired(alice, providers, provider)
    alice.text("pause calendar sync")
    assert not any(row.is_on for row in Sync.objects.all())
    said = alice.text("resume calendar sync")
    assert "Google" in said and "Microsoft" in said
    assert all(row.is_on for row in Sync.objects.all())
    assert alice.text("undo").startswith("Undone: ")
    assert not any(row.is_on for row in Sync.objects.all())


def test_the_same_offer_waits_once(alice: Phone) -> None:
    alice.text("buy milk")
    alice.text("share shopping with bob@example.com to edit")
    alice.text("share shopping with bob@example.com to edit")
    assert alice.text("yes").startswith("Offered to bob@example.com")
    assert alice.text("approvals").startswith("Nothing waits")
