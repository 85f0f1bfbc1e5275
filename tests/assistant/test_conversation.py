"""Menus, questions and manners: what a text means where the exchange stands."""

from datetime import timedelta

import pytest
import time_machine

from apps.assistant.models import Reminder
from apps.sms import composer, keywords
from apps.sms.models import Keyword
from tests.assistant.conftest import Phone
from tests.assistant.factories import ReminderFactory


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("", "That text was empty. Text ? to see what I can do."),
        ("  \n ", "That text was empty. Text ? to see what I can do."),
        ("thanks", "You're welcome."),
        ("Thank you.", "You're welcome."),
        ("ok", "OK."),
        ("\U0001f44d", "OK."),
        (
            "Hello",
            "Hello. Tell me what to remind you of, or text ? to see what I can do.",
        ),
        ("good night", "Goodbye."),
        (
            "never mind",
            "OK. Nothing is waiting for an answer. UNDO takes back my last change.",
        ),
        ("more", "That was all."),
        ("3", "No question is open for that number. Text ? to see what I can do."),
    ],
)
def test_small_talk_gets_a_calm_line(alice: Phone, text: str, reply: str) -> None:
    assert alice.text(text) == reply


def test_a_picture_alone_is_answered(alice: Phone) -> None:
    assert alice.text("", num_media=1).startswith("I can't look into pictures")


@pytest.mark.parametrize("text", ["?", "menu", "help reminders", "help with times"])
def test_help_fits_one_text(alice: Phone, text: str) -> None:
    reply = alice.text(text)
    assert "UNDO" in reply or "tomorrow" in reply
    assert composer.count(reply).segments == 1


def test_the_unknown_gets_the_nearest_three_and_is_not_lost(alice: Phone) -> None:
    reply = alice.text("aunt Jo thursday at 3")
    assert reply.splitlines() == [
        "I'm not sure what you mean. Reply with a number:",
        "1) Remind me: aunt Jo, thursday at 3",
        "2) Keep it as a note",
        "3) See what I can do",
    ]
    assert "aunt Jo, Thu 26 Nov, 3:00 PM" in alice.text("1")


def test_a_typing_error_is_guessed_but_not_acted_on(alice: Phone) -> None:
    reply = alice.text("remnd me to buy milk at 6pm")
    assert reply.splitlines()[1] == "1) remind me to buy milk at 6pm"
    assert not Reminder.objects.exists()
    assert "buy milk, Mon 23 Nov, 6:00 PM" in alice.text("the first one")


def test_a_number_beyond_the_menu_is_asked_again(alice: Phone) -> None:
    alice.text("I love pizza")
    assert alice.text("9") == "Please reply with a number from 1 to 3."
    assert alice.text("2") == "Noted: I love pizza."


def test_a_question_can_be_dropped(alice: Phone) -> None:
    alice.text("remind me to call Ana")
    assert alice.text("never mind") == "OK, dropped."
    assert "Remind me:" not in alice.text("ok")
    assert not Reminder.objects.exists()


def test_an_unreadable_time_keeps_the_question_open(alice: Phone) -> None:
    alice.text("remind me to call Ana")
    assert alice.text("at teatime").startswith("I could not read that time.")
    assert "call Ana, Mon 23 Nov, 5:30 PM" in alice.text("half past 5")


@pytest.mark.parametrize("text", ["clear", "how much is it", "asdf"])
def test_what_is_no_time_is_asked_about_once_then_read_anew(
    alice: Phone, text: str
) -> None:
    alice.text("remind me to call John at 25:00")
    assert alice.text(text) == (
        "I could not read that time. When? For example: tomorrow at 9. "
        "Or say never mind."
    )
    assert alice.text(text).startswith("I'm not sure what you mean.")
    assert "call John" not in alice.text("tomorrow at 9")


def test_a_miss_counts_only_in_a_row_and_a_try_is_none(alice: Phone) -> None:
    alice.text("remind me to call John", "clear", "reminders")
    assert alice.text("clear").startswith("I could not read that time.")
    for _ in range(3):
        assert alice.text("tomorrow after work").endswith("Or say never mind.")
    assert "call John, Tue 24 Nov, 9:00 AM" in alice.text("tomorrow at 9")


@pytest.mark.parametrize("text", ["what?", "huh", "?", "What do you mean"])
def test_a_question_that_was_not_understood_is_repeated(
    alice: Phone, text: str
) -> None:
    alice.text("remind me to call John at 25:00")
    for _ in range(3):
        assert alice.text(text) == (
            "There is no such time of day. When instead? Or say never mind."
        )
    assert alice.text("remind me to eat at 7").startswith("Which time do you mean?")
    assert alice.text(text).splitlines() == [
        "Which time do you mean? Or say never mind.",
        "1) this evening 7:00 PM",
        "2) tomorrow 7:00 AM",
    ]
    alice.text("never mind", "remind me")
    assert alice.text(text) == "What shall I remind you of? Or say never mind."


@pytest.mark.parametrize(
    "text",
    [
        "STOP IT",
        " Stop. ",
        "Quit!",
        "STOP ALL",
        "stop\u200b",
        "stop texting me!",
        "please stop texting me",
        "Leave me alone.",
        "stop reminding me",
    ],
)
@pytest.mark.parametrize("before", ["hello", "remind me", "remind me to eat"])
def test_who_wants_no_texts_is_told_how(alice: Phone, text: str, before: str) -> None:
    alice.text(before)
    reply = alice.text(text)
    assert reply.startswith("To stop all texts from here, reply with the single word")
    assert keywords.classify(reply) == Keyword.NONE


def test_one_reminder_can_be_stopped_by_name(alice: Phone) -> None:
    ReminderFactory.create(user=alice.user, text="call Ana")
    assert alice.text("stop reminding me to call Ana").startswith("Deleted: call Ana.")


def test_a_menu_of_reminders_can_be_answered_by_name(alice: Phone) -> None:
    ReminderFactory.create(user=alice.user, text="call the dentist")
    ReminderFactory.create(user=alice.user, text="pay the dentist")
    assert alice.text("done with the dentist").startswith("Which one?")
    assert alice.text("thanks") == "You're welcome."
    assert alice.text("pay") == "Done: pay the dentist."


def test_all_at_once_is_refused_kindly(alice: Phone) -> None:
    ReminderFactory.create(user=alice.user)
    assert alice.text("delete all").startswith("Please name them")


def test_a_change_of_subject_is_not_taken_for_the_answer(alice: Phone) -> None:
    alice.text("remind me to call Ana")
    assert alice.text("reminders").startswith("You have no reminders.")
    assert "call Ana, Tue 24 Nov, 9:00 AM" in alice.text("tomorrow at 9")


@pytest.mark.parametrize(("wait", "is_open"), [(29, True), (30, False)])
def test_a_menu_waits_half_an_hour(
    alice: Phone, clock: time_machine.Traveller, wait: int, is_open: bool
) -> None:
    alice.text("remind me to take out the trash at 7")
    clock.shift(timedelta(minutes=wait))
    assert alice.text("1").startswith("Reminder set") is is_open


def test_guesses_are_forgotten_after_the_next_change(alice: Phone) -> None:
    alice.text("I love pizza")
    alice.text("remind me to call Ana tomorrow at 9")
    assert alice.text("1").startswith("No question is open")


def test_several_texts_are_answered_together_in_order(alice: Phone) -> None:
    reply = alice.text("remind me to call Ana tomorrow at 9", "reminders", "thanks")
    assert reply.splitlines() == [
        "Reminder set: call Ana, Tue 24 Nov, 9:00 AM. UNDO takes it back.",
        "Your reminders:",
        "1) call Ana, Tue 24 Nov, 9:00 AM",
        "You're welcome.",
    ]


def test_a_question_answered_by_the_next_text_is_not_asked(alice: Phone) -> None:
    reply = alice.text("remind me to take out the trash", "at 7", "1")
    assert reply == (
        "Reminder set: take out the trash, Mon 23 Nov, 7:00 PM. UNDO takes it back."
    )


def test_a_long_answer_continues_behind_more(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    for number in range(20):
        ReminderFactory.create(user=alice.user, text=f"water plant number {number:02}")
    first = alice.text("reminders")
    assert first.endswith("(MORE)")
    assert composer.count(first).segments <= 2
    clock.shift(timedelta(hours=23))
    parts = [first]
    while parts[-1].endswith("(MORE)"):
        parts.append(alice.text("more"))
    together = " ".join(parts)
    assert all(f"number {number:02}" in together for number in range(20))
    assert alice.text("more") == "That was all."


def test_the_longest_text_of_all_gets_an_answer(alice: Phone) -> None:
    assert alice.text("x" * 1600)
    assert alice.text("lorem ipsum at 5 " * 94)
    assert alice.text("\u05e9\u05dc\u05d5\u05dd " * 200)


def test_a_question_is_closed_by_a_change_about_something_else(alice: Phone) -> None:
    alice.text("remind me to call Ana")
    alice.text("remind me to pay rent friday at 5")
    assert alice.text("yes").startswith("OK. Nothing is waiting for an answer.")
    alice.text("tomorrow at 9")
    assert Reminder.objects.get().text == "pay rent"


def test_yes_to_several_choices_is_asked_again(alice: Phone) -> None:
    alice.text("remind me to take out the trash at 7")
    assert alice.text("yes") == "Please reply with a number from 1 to 2."


def test_yes_to_a_question_without_choices_is_asked_again(alice: Phone) -> None:
    alice.text("remind me to call Ana")
    assert alice.text("yes").startswith("I could not read that time. When?")
    assert "call Ana, Tue 24 Nov, 9:00 AM" in alice.text("tomorrow at 9")


@pytest.mark.parametrize(
    ("asked", "answer", "kept"),
    [
        ("at 7", "in the evening", "Mon 23 Nov, 7:00 PM"),
        ("at 7", "tomorrow", "Tue 24 Nov, 7:00 AM"),
        ("at 7", "actually 8am", "Tue 24 Nov, 8:00 AM"),
        ("at 7", "no, 8am", "Tue 24 Nov, 8:00 AM"),
        ("next friday 5pm", "dec 4", "Fri 4 Dec, 5:00 PM"),
        ("tomorrow at 8am and 8pm", "8pm", "Tue 24 Nov, 8:00 PM"),
        ("every day at 7", "in the evening", "every day 7:00 PM, next Mon 23 Nov"),
        ("every day at 7", "7am", "every day 7:00 AM, next Tue 24 Nov"),
        ("every month", "the 1st", "every month on the 1st 9:00 AM, next Tue 1 Dec"),
        ("at 9am EST", "3pm", "Mon 23 Nov, 3:00 PM"),
    ],
)
def test_an_answer_in_words_picks_from_what_was_offered(
    alice: Phone, asked: str, answer: str, kept: str
) -> None:
    assert "Reminder set" not in alice.text(f"remind me {asked} to x")
    assert f"Reminder set: x, {kept}." in alice.text(answer)


def test_what_a_long_list_would_hide_is_said_before_it(alice: Phone) -> None:
    for number in range(9):
        ReminderFactory.create(user=alice.user, text=f"call person number {number}")
    alice.text("remind me to eat tomorrow at 9")
    said = alice.text("reminders", "undo", "remind me to run at 7")
    question, _, rest = said.partition("\n")
    assert question == "Which time do you mean?"
    assert "Undone: the reminder eat is removed." in said
    assert said.endswith("(MORE)") and "person number 0" in rest
    assert "person number 4" in alice.text("more")


def test_what_fits_keeps_its_order(alice: Phone) -> None:
    said = alice.text("reminders", "remind me to eat tomorrow at 9")
    assert said.index("You have no reminders") < said.index("Reminder set")
