"""Reminders in real language, from setting one to taking it back."""

from datetime import timedelta

import pytest
import time_machine

from apps.assistant import answering, reminders
from apps.assistant.models import Reminder
from tests.assistant.conftest import Phone, in_
from tests.assistant.factories import (
    InboundTextFactory,
    ReminderFactory,
    TurnFactory,
)

SET = [
    ("remind me to call Ana tomorrow at 9", "call Ana, Tue 24 Nov, 9:00 AM"),
    ("remind me tomorrow at 9 to call Ana", "call Ana, Tue 24 Nov, 9:00 AM"),
    ("reminder: call Ana tomorrow at 9", "call Ana, Tue 24 Nov, 9:00 AM"),
    ("call ana tomorrow at 9 remind me", "call ana, Tue 24 Nov, 9:00 AM"),
    ("Remind me to meet Bob at 4 pm", "meet Bob, Mon 23 Nov, 4:00 PM"),
    ("remind me to buy 2 eggs at 5", "buy 2 eggs, Mon 23 Nov, 5:00 PM"),
    ("remind me to read 1984 at 5", "read 1984, Mon 23 Nov, 5:00 PM"),
    ("remind me in half an hour to stretch", "stretch, Mon 23 Nov, 9:30 AM"),
    ("don’t let me forget the keys in 10 minutes", "the keys, Mon 23 Nov, 9:10 AM"),
    ("please remind me about the rent friday at 5", "the rent, Fri 27 Nov, 5:00 PM"),
    ("hey, remind me to call Ana at noon please", "call Ana, Mon 23 Nov, 12:00 PM"),
    ("set a reminder for monday 8:30 to report", "report, Mon 30 Nov, 8:30 AM"),
    ("remind me in 90 seconds to turn", "turn, Mon 23 Nov, 9:02 AM"),
    ("remind me in 45 secs to blink", "blink, Mon 23 Nov, 9:01 AM"),
    ("remind me in 2hrs 30 secs to eat", "eat, Mon 23 Nov, 11:01 AM"),
    ("remind me in 7 fortnights to x", "x, Mon 1 Mar 2027, 9:00 AM"),
    ("remind me in 10 business days to x", "x, Mon 7 Dec, 9:00 AM"),
    ("remind me in 20 to eat", "eat, Mon 23 Nov, 9:20 AM"),
    ("remind me to eat in 20", "eat, Mon 23 Nov, 9:20 AM"),
    ("wake me up at 6:30am", "wake up, Tue 24 Nov, 6:30 AM"),
    ("wake me up at 6", "wake up, Tue 24 Nov, 6:00 AM"),
    ("wake me at half past 6", "wake up, Tue 24 Nov, 6:30 AM"),
    ("wake me tomorrow at 5", "wake up, Tue 24 Nov, 5:00 AM"),
    ("wake me friday 6", "wake up, Fri 27 Nov, 6:00 AM"),
    ("wake me at 6 in the evening", "wake up, Mon 23 Nov, 6:00 PM"),
    ("wake me today at 6", "wake up, Mon 23 Nov, 6:00 PM"),
    ("wake me at 2", "wake up, Mon 23 Nov, 2:00 PM"),
    ("wake me in 20 minutes", "wake up, Mon 23 Nov, 9:20 AM"),
    ("remind me please to sing tomorrow at 8", "sing, Tue 24 Nov, 8:00 AM"),
    ("remind me, please, at 5 to sing", "sing, Mon 23 Nov, 5:00 PM"),
    ("Can you remind me please to call in 20 mins", "call, Mon 23 Nov, 9:20 AM"),
    ("can you please remind me to call in 20 mins", "call, Mon 23 Nov, 9:20 AM"),
    ("remind me on saturday 28 to cook", "cook, Sat 28 Nov, 9:00 AM"),
    ("remind me to cook monday 30 at 5", "cook, Mon 30 Nov, 5:00 PM"),
    ("i need to call the bank tomorrow", "call the bank, Tue 24 Nov, 9:00 AM"),
    ("can you remind me to pay jan 4 at 10?", "pay, Mon 4 Jan 2027, 10:00 AM"),
]


@pytest.mark.parametrize(("text", "set_for"), SET)
def test_a_reminder_is_read_back_with_its_day(
    alice: Phone, text: str, set_for: str
) -> None:
    assert alice.text(text) == f"Reminder set: {set_for}. UNDO takes it back."


def test_the_time_is_that_of_the_persons_zone(phone_of: object) -> None:
    assert callable(phone_of)
    phone_of("Carla", "Europe/Berlin").text("remind me to eat at 18:30")
    assert Reminder.objects.get().due_at.isoformat() == "2026-11-23T17:30:00+00:00"


def test_without_a_time_it_asks_and_the_answer_completes_it(alice: Phone) -> None:
    assert alice.text("remind me to buy 2 eggs").startswith("When shall I remind you")
    assert not Reminder.objects.exists()
    assert "buy 2 eggs, Tue 24 Nov, 9:00 AM" in alice.text("tomorrow at 9")


def test_without_words_it_asks_what(alice: Phone) -> None:
    assert alice.text("remind me tomorrow at 10") == "What shall I remind you of?"
    assert "call Ana, Tue 24 Nov, 10:00 AM" in alice.text("call Ana")


def test_the_word_that_leads_into_an_answer_is_no_part_of_it(alice: Phone) -> None:
    alice.text("remind me")
    assert alice.text("to call mum").startswith("When shall I remind you: call mum?")
    assert "set: call mum, Tue 24 Nov, 9:00 AM" in alice.text("tomorrow")


def test_waking_is_in_the_morning_whenever_it_is_asked_for(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(hours=7, minutes=17))
    assert "Tue 24 Nov, 6:00 AM" in alice.text("wake me up at 6")


def test_a_time_that_cannot_be_is_said_before_words_are_asked_for(alice: Phone) -> None:
    assert alice.text("remind me at 25:00").startswith("There is no such time of day.")
    assert alice.text("at 5") == "What shall I remind you of?"
    assert "set: call John, Mon 23 Nov, 5:00 PM" in alice.text("call John")


def test_a_time_ahead_is_kept_while_the_words_are_asked_for(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    alice.text("remind me in 20 minutes")
    clock.shift(timedelta(minutes=10))
    assert "stretch, Mon 23 Nov, 9:20 AM" in alice.text("stretch")


def test_an_ambiguous_time_is_asked_back_with_numbers(alice: Phone) -> None:
    asked = alice.text("remind me to take out the trash at 7")
    assert asked == (
        "Which time do you mean?\n1) this evening 7:00 PM\n2) tomorrow 7:00 AM"
    )
    assert "trash, Tue 24 Nov, 7:00 AM" in alice.text("2")


def test_a_choice_can_be_answered_in_words(alice: Phone) -> None:
    alice.text("remind me to call Ana next friday 5pm")
    assert "call Ana, Fri 4 Dec, 5:00 PM" in alice.text("dec 4 at 5pm")


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("remind me to eat today at 8am", "That time has already passed."),
        ("remind me to eat at 25:00", "There is no such time of day."),
        ("remind me in 7 moons to eat", "I could not read that time."),
        ("remind me in 2 more hours to eat", "I could not read that time."),
        ("remind me in 2 hours 30 moons to eat", "I could not read that time."),
        ("remind me tomorrow 20 min to eat", "I could not read that time."),
        ("remind me to eat on tuesday 30 nov", "That date falls on another weekday."),
        ("remind me on friday 28 to eat", "That date falls on another weekday."),
        ("remind me to eat at 9am EST", "I read times where you are."),
        ("remind me to eat yesterday", "That time has already passed."),
        ("remind me tomorrow after work to eat", "I could not read that time."),
        ("remind me to eat twice a day", "When exactly?"),
        ("remind me to eat every 5 minutes", "Every 15 minutes is the most often"),
        ("remind me every day until yesterday to eat", "That would never come."),
        ("remind me to eat on 30 feb", "That day does not exist."),
        ("remind me to eat in 20 months", "I can plan up to 18 months ahead."),
    ],
)
def test_an_impossible_time_is_asked_again(alice: Phone, text: str, reply: str) -> None:
    assert alice.text(text).startswith(reply)
    assert "eat, Mon 23 Nov, 5:00 PM" in alice.text("5pm")


def test_too_long_a_text_is_refused_in_words(alice: Phone) -> None:
    reply = alice.text(f"remind me to {'x' * 301} tomorrow")
    assert reply.startswith("A reminder can have up to 300 characters.")


def test_the_same_reminder_is_set_once(alice: Phone) -> None:
    alice.text("remind me to call Ana tomorrow at 9")
    assert alice.text("remind me to call ana at 9am tomorrow") == (
        "That is set already, Tue 24 Nov, 9:00 AM. I keep it once."
    )
    assert "9:01 AM" in alice.text("remind me to call Ana tomorrow at 9:01")
    alice.text("delete ana", "1")
    assert Reminder.objects.open().count() == 1


@pytest.mark.parametrize(("change", "why"), [("done 1", "done"), ("del 1", "deleted")])
@pytest.mark.parametrize("text", ["move 1", "move 1 to 5pm", "snooze 1 until 30 feb"])
def test_what_is_gone_is_not_asked_about(
    alice: Phone, change: str, why: str, text: str
) -> None:
    alice.text("remind me to call Ana tomorrow at 9")
    alice.text("reminders", change)
    assert alice.text(text) == f"Already {why}: call Ana."


@pytest.mark.parametrize("text", ["snooze", "snooze 20 min", "done"])
def test_what_is_still_to_come_is_not_changed_unnamed(alice: Phone, text: str) -> None:
    alice.text("remind me to call Ana tomorrow at 9", "move ana to friday")
    assert alice.text(text).splitlines() == [
        "No reminder has just come due. Which one?",
        "1) call Ana, Fri 27 Nov, 9:00 AM",
    ]
    assert "call Ana" in alice.text("1")


def test_numbers_mean_the_list_that_was_shown(alice: Phone) -> None:
    alice.text("remind me to pay rent friday at 5")
    alice.text("remind me to call Ana tomorrow at 9")
    shown = alice.text("reminders")
    assert shown.splitlines()[1:] == [
        "1) call Ana, Tue 24 Nov, 9:00 AM",
        "2) pay rent, Fri 27 Nov, 5:00 PM",
    ]
    alice.text("remind me to stretch in 5 minutes")
    assert alice.text("done 2") == "Done: pay rent."


def test_several_numbers_at_once(alice: Phone) -> None:
    for text in ("call Ana", "pay rent", "eat"):
        ReminderFactory.create(user=alice.user, text=text)
    alice.text("reminders")
    assert alice.text("done 1 and 3") == "Done: call Ana.\nDone: eat."


def test_numbers_of_one_text_count_in_one_order(alice: Phone) -> None:
    for text in ("call Ana", "pay rent", "eat", "sleep"):
        ReminderFactory.create(user=alice.user, text=text)
    assert alice.text("done 1 and 3") == "Done: call Ana.\nDone: eat."
    assert alice.text("delete 2").startswith("Deleted: pay rent.")


def test_a_number_said_twice_counts_once(alice: Phone) -> None:
    for text in ("call Ana", "pay rent"):
        ReminderFactory.create(user=alice.user, text=text)
    assert alice.text("done 1 and 1") == "Done: call Ana."
    assert Reminder.objects.open().get().text == "pay rent"


def test_numbers_keep_their_order_when_a_turn_is_run_again(alice: Phone) -> None:
    for text in ("call Ana", "pay rent", "eat"):
        ReminderFactory.create(user=alice.user, text=text)
    turn = TurnFactory.create(user=alice.user)
    texts = [InboundTextFactory.create(turn=turn, body="done 1")]
    # The worker dies after the first call, before anything is settled.
    answering.answer(turn, texts)
    texts.append(InboundTextFactory.create(turn=turn, body="done 2"))
    assert answering.answer(turn, texts).body == "Done: call Ana.\nDone: pay rent."


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("done 7", "There is no number 7 on your list."),
        ("delete the pizza", 'No reminder matches "the pizza".'),
        ("done", "There is no open reminder."),
        ("snooze", "There is no open reminder."),
        ("undo", "There is nothing to undo."),
        ("reminders", "You have no reminders."),
        ("what did you do", "I have changed nothing today."),
        ("why", "I have changed nothing for you yet."),
    ],
)
def test_nothing_there_is_said_in_words(alice: Phone, text: str, reply: str) -> None:
    assert alice.text(text).startswith(reply)


def test_moving_keeps_the_day_and_finds_by_words(alice: Phone) -> None:
    alice.text("remind me to see the dentist friday at 9")
    assert alice.text("move dentist to 5pm") == (
        "Moved: see the dentist, Fri 27 Nov, 5:00 PM."
    )
    assert "Sat 28 Nov, 5:00 PM" in alice.text("move the dentist to saturday")
    assert "Sat 28 Nov, 10:00 AM" in alice.text("move the dentist to saturday 10am")
    assert "Sun 29 Nov, 11:00 AM" in alice.text("actually sunday at 11")
    assert alice.text("move it") == "Move see the dentist to when?"
    assert "Tue 24 Nov, 12:00 PM" in alice.text("tomorrow at noon")


def test_two_that_match_are_asked_back(alice: Phone) -> None:
    alice.text("remind me to call the dentist tomorrow at 9")
    alice.text("remind me to pay the dentist friday at 5")
    asked = alice.text("cancel the dentist reminder")
    assert asked.splitlines() == [
        "Which one?",
        "1) call the dentist, Tue 24 Nov, 9:00 AM",
        "2) pay the dentist, Fri 27 Nov, 5:00 PM",
    ]
    assert alice.text("2").startswith("Deleted: pay the dentist.")
    assert Reminder.objects.open().get().text == "call the dentist"


def test_done_and_snooze_mean_what_has_just_fired(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    ReminderFactory.create(user=alice.user, text="pay rent")
    alice.text("remind me to stretch in 5 minutes")
    clock.shift(timedelta(minutes=5))
    reminders.fire_due(in_())
    assert alice.text("snooze") == "Snoozed: stretch, Mon 23 Nov, 9:15 AM."
    assert alice.text("snooze 20 min") == "Snoozed: stretch, Mon 23 Nov, 9:25 AM."
    clock.shift(timedelta(minutes=20))
    reminders.fire_due(in_())
    assert alice.text("snooze until 5pm") == "Snoozed: stretch, Mon 23 Nov, 5:00 PM."
    clock.shift(timedelta(hours=8))
    reminders.fire_due(in_())
    assert alice.text("done") == "Done: stretch."


def test_undo_takes_back_one_change_after_the_other(alice: Phone) -> None:
    alice.text("remind me to call Ana tomorrow at 9")
    alice.text("move it to friday at 5")
    alice.text("done 1")
    assert alice.text("undo") == (
        "Undone: call Ana is open again, due Fri 27 Nov, 5:00 PM."
    )
    assert alice.text("undo") == "Undone: call Ana is back to Tue 24 Nov, 9:00 AM."
    assert alice.text("undo") == "Undone: the reminder call Ana is removed."
    assert alice.text("undo").startswith("There is nothing to undo.")
    assert not Reminder.objects.open().exists()


def test_after_a_quarter_of_an_hour_it_is_too_late_to_undo(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    alice.text("remind me to call Ana tomorrow at 9")
    clock.shift(timedelta(minutes=15))
    assert alice.text("undo").startswith("There is nothing to undo.")


def test_what_was_done_comes_from_the_record(alice: Phone) -> None:
    alice.text("remind me to call Ana tomorrow at 9")
    alice.text("delete ana")
    alice.text("undo")
    alice.text("done 9")
    assert alice.text("what did you do").splitlines() == [
        "Today I did this:",
        "9:00 AM Not done: There is no number 9 on your list. "
        "Text REMINDERS to see it.",
        "9:00 AM Deleted: call Ana. (undone)",
        "9:00 AM Reminder set: call Ana, Tue 24 Nov, 9:00 AM.",
    ]


def test_why_names_the_words_that_led_to_it(alice: Phone) -> None:
    alice.text("remind me to call Ana tomorrow at 9")
    assert alice.text("why") == (
        'Because you texted me at 9:00 AM, I used "Set a reminder" with call Ana, '
        "tomorrow at 9. Result: Reminder set: call Ana, Tue 24 Nov, 9:00 AM."
    )
