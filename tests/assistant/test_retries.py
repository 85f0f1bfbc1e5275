"""Talk around a command is cut off, the words of the command never; and a text is several
commands only where each part of it is one."""

import pytest
from django.utils import timezone

from apps.assistant import answering, retries
from apps.assistant.models import Event, ListItem, Reminder
from tests.assistant.conftest import Phone
from tests.assistant.factories import InboundTextFactory, ReminderFactory


def tools(phone: Phone, said: str) -> list[str]:
    scene = phone.scene()
    text = InboundTextFactory.build(turn=scene.turn, body=said)
    return [intent.tool for intent in answering.read(scene, text).intents]


@pytest.mark.parametrize(
    ("said", "variant"),
    [
        ("oh and friday 8am pick up my scrubs", "friday 8am pick up my scrubs"),
        ("no wait, bring it back", "bring it back"),
        ("move coffee to 4:30 then", "move coffee to 4:30"),
        ("ok just do 6pm then", "6pm"),
    ],
)
def test_talk_is_cut_off(said: str, variant: str) -> None:
    assert variant in [*retries.variants(said)]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("remind me tomorrow at 9 to say sorry then", "say sorry then"),
        (
            "remind me at 5 to go to the shop and buy milk",
            "go to the shop and buy milk",
        ),
        (
            "remind me tomorrow at 9 to boil water and add honey to the tea",
            "boil water and add honey to the tea",
        ),
        (
            "remind me at 5pm to wash it and put it on the drying list",
            "wash it and put it on the drying list",
        ),
        ("remind me at 5pm to skip lunch, no time", "skip lunch, no time"),
    ],
)
def test_the_words_of_a_reminder_are_never_cut(
    alice: Phone, said: str, kept: str
) -> None:
    alice.text(said)
    assert [row.text for row in Reminder.objects.all()] == [kept]
    assert not ListItem.objects.exists()


def test_each_of_several_is_done(alice: Phone) -> None:
    said = "remind me at 4pm to get the suit and add stamps to the shopping list"
    assert tools(alice, said) == ["reminders.create", "lists.add"]
    said = "todo call Joe. buy soap. remind me at 6pm to feed the cat"
    assert tools(alice, said) == ["lists.add", "lists.add", "reminders.create"]


@pytest.mark.parametrize(
    "said",
    [
        # A part that is no command, or lacks something, or has a time of its own.
        "remind me at 4pm to get the suit and add stamps",
        "remind me to get the suit and add stamps to the shopping list",
    ],
)
def test_what_is_not_all_understood_is_not_half_done(alice: Phone, said: str) -> None:
    assert tools(alice, said) == ["reminders.create"]


@pytest.mark.parametrize(
    "said",
    [
        "they said half a tablet every 12 hrs. remind me at 9pm",
        "choir is every wednesday at 7pm. please remind me an hour before",
    ],
)
def test_a_sentence_that_tells_a_time_is_not_passed_over(
    alice: Phone, said: str
) -> None:
    assert tools(alice, said) == []


def test_an_appointment_is_put_on_the_calendar(alice: Phone) -> None:
    alice.text("dentist tuesday at 10am")
    assert Event.objects.get().title == "dentist"


@pytest.mark.parametrize(
    "said",
    [
        "dentist tuesday",
        "call mum tomorrow at 5pm",
        "book the dentist tuesday at 10am",
        "the dentist was tuesday at 10am",
        "no meeting tomorrow at 10am",
    ],
)
def test_what_may_not_be_one_is_not(alice: Phone, said: str) -> None:
    assert "calendar.add" not in tools(alice, said)


def test_what_is_to_be_done_is_a_reminder(alice: Phone) -> None:
    for said in ("call mum tomorrow at 5pm", "book the dentist tuesday at 10am"):
        assert tools(alice, said) == ["reminders.create"]


def test_more_is_of_what_was_done_just_now(alice: Phone) -> None:
    assert tools(alice, "and bread") == []
    alice.text("buy milk")
    assert tools(alice, "and bread") == ["lists.add"]
    assert tools(alice, "oh and my address is 5 Elm St") == ["memory.remember"]
    assert tools(alice, "also tell Bob i am late") == []
    alice.text("what time is it in tokyo")
    assert tools(alice, "and london?") == ["utility.clock"]


def test_done_is_of_the_reminder_that_has_fired_and_not_of_a_task(
    alice: Phone,
) -> None:
    alice.text("todo call the bank")
    assert tools(alice, "done") == ["lists.check"]
    ReminderFactory.create(
        user=alice.user, state=Reminder.State.FIRED, fired_at=timezone.now()
    )
    assert tools(alice, "done") == ["reminders.complete"]


def test_no_list_is_called_by_a_time(alice: Phone) -> None:
    assert tools(alice, "put the kettle on at 5pm") != ["lists.add"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("remind me 2 days before christmas to buy gifts", "buy gifts, Wed 23 Dec"),
        ("remind me 30 minutes before lunch", "lunch with Ana, Tue 24 Nov, 11:30 AM"),
        ("remind me the day before at 6pm to pack", "pack, Mon 23 Nov, 6:00 PM"),
    ],
)
def test_a_reminder_comes_before_something(alice: Phone, said: str, kept: str) -> None:
    alice.text("add lunch with Ana tomorrow at noon")
    assert kept in alice.text(said)


def test_what_was_told_answers_only_its_own_person(alice: Phone, bob: Phone) -> None:
    alice.text("remember the spare key is under the pot", "note the gate code is 4471")
    assert "under the pot" in alice.text("where's the spare key")
    assert "4471" in alice.text("what was the gate code again?")
    assert "pot" not in bob.text("where's the spare key").replace("spot", "")
    assert "4471" not in bob.text("what was the gate code again?")
