"""A text that tells two times, or one that cannot be read, sets nothing unasked.

Said on Monday 23 November 2026 at 4:30 AM in New York.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from apps.assistant.models import Reminder
from tests.assistant.conftest import ZONE, Phone
from tests.assistant.factories import ReminderFactory

EARLY = datetime(2026, 11, 23, 4, 30, tzinfo=ZoneInfo(ZONE))
ONE = "I can set one time per text."
PAST = "That time has already passed."
ELSEWHERE = "I read times where you are."


@pytest.fixture
def early(alice: Phone, clock: time_machine.Traveller) -> Phone:
    clock.move_to(EARLY)
    return alice


@pytest.mark.parametrize(
    ("text", "asked", "choices"),
    [
        ("yesterday at 5pm to x", PAST, []),
        ("to x yesterday", PAST, []),
        ("at 5pm london time to call", ELSEWHERE, []),
        ("to call Joe at 5pm EST", ELSEWHERE, []),
        ("to call Joe at 5pm UTC", ELSEWHERE, []),
        (
            "tuesday and thursday at 6pm to train",
            ONE,
            ["Tue 24 Nov, 6:00 PM|tomorrow 6:00 PM", "Thu 26 Nov, 6:00 PM"],
        ),
        (
            "to take pills at 8am and 8pm",
            ONE,
            ["this morning 8:00 AM", "this evening 8:00 PM"],
        ),
        (
            "8am, 2pm and 8pm to drink",
            ONE,
            ["this morning 8:00 AM", "this afternoon 2:00 PM", "this evening 8:00 PM"],
        ),
        ("to call Joe at 4 and Ana at 5", ONE, ["4:00 PM", "5:00 PM"]),
        (
            "to submit report at 5pm today and call bob tomorrow at 9",
            ONE,
            ["this afternoon 5:00 PM", "tomorrow 9:00 AM"],
        ),
        (
            "to call Ana tomorrow at 9. Also buy milk at 6pm",
            ONE,
            ["this evening 6:00 PM", "tomorrow 9:00 AM"],
        ),
        (
            "tomorrow or friday to x",
            ONE,
            ["tomorrow 9:00 AM", "Fri 27 Nov, 9:00 AM"],
        ),
        ("monday or tuesday to x", ONE, ["this morning 9:00 AM", "tomorrow 9:00 AM"]),
        (
            "between 3 and 4pm to x",
            ONE,
            ["this afternoon 3:00 PM", "this afternoon 4:00 PM"],
        ),
        (
            "in 10 minutes and again in 20 minutes to stretch",
            ONE,
            ["this morning 4:40 AM", "this morning 4:50 AM"],
        ),
        ("to x tomorrow at 8am and 8pm", ONE, ["8:00 AM", "tomorrow 8:00 PM"]),
        ("on tuesday 30 november to x", "That date falls on another weekday.", []),
        ("at 25:00 to x", "There is no such time of day.", []),
    ],
)
def test_it_asks_and_sets_nothing(
    early: Phone, text: str, asked: str, choices: list[str]
) -> None:
    first, *lines = early.text(f"remind me {text}").splitlines()
    assert first.startswith(asked)
    assert len(lines) == len(choices)
    for line, choice in zip(lines, choices, strict=True):
        assert any(each in line for each in choice.split("|")), lines
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("remind me to take pills at 8am and 8pm", "take pills, Mon 23 Nov, 8:00 PM"),
        (
            "remind me to call Joe at 4pm and Ana at 5pm",
            "call Joe at 4pm and Ana at 5pm, Mon 23 Nov, 5:00 PM",
        ),
        ("remind me tomorrow or friday to x", "x, Fri 27 Nov, 9:00 AM"),
        (
            "remind me in 10 minutes and again in 20 minutes to stretch",
            "stretch, Mon 23 Nov, 4:50 AM",
        ),
    ],
)
def test_a_number_then_sets_that_one(early: Phone, text: str, kept: str) -> None:
    early.text(text)
    assert f"Reminder set: {kept}." in early.text("2")
    assert Reminder.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("remind me tomorrow at 17h to x", "x, Tue 24 Nov, 5:00 PM"),
        ("remind me to x tomorrow at 9.30h", "x, Tue 24 Nov, 9:30 AM"),
        ("in half an hour: tea", "tea, Mon 23 Nov, 5:00 AM"),
        ("tomorrow at 9: call Ana", "call Ana, Tue 24 Nov, 9:00 AM"),
        ("remind me tomorrow, tuesday, at 9 to x", "x, Tue 24 Nov, 9:00 AM"),
        ("remind me in 6 days to x", "x, Sun 29 Nov, 9:00 AM"),
        ("remind me in 2 weeks to x", "x, Mon 7 Dec, 9:00 AM"),
        ("remind me a week from today to x", "x, Mon 30 Nov, 9:00 AM"),
        ("remind me to x end of month", "x, Mon 30 Nov, 9:00 AM"),
        ("remind me noonish to x", "x, Mon 23 Nov, 12:00 PM"),
        ("remind me to x in a few minutes", "x, Mon 23 Nov, 4:35 AM"),
    ],
)
def test_it_reads_the_whole_time(early: Phone, text: str, kept: str) -> None:
    assert early.text(text).startswith(f"Reminder set: {kept}.")


@pytest.mark.parametrize("hour", [4, 5, 6, 7, 8, 11])
def test_a_bare_hour_said_at_night_is_asked_back(early: Phone, hour: int) -> None:
    assert early.text(f"remind me at {hour} to x").startswith("Which time do you mean?")


def test_a_day_and_month_in_digits_is_asked_back(early: Phone) -> None:
    asked = early.text("remind me to x on 5.12.").splitlines()
    assert asked[1:] == ["1) Sat 5 Dec, 9:00 AM", "2) Wed 12 May 2027, 9:00 AM"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "pay rent every month on the 1st",
            "pay rent, every month on the 1st 9:00 AM, next Tue 1 Dec",
        ),
        (
            "pay rent on the 1st of every month",
            "pay rent, every month on the 1st 9:00 AM, next Tue 1 Dec",
        ),
        (
            "meet Bob weekly on friday at 6pm",
            "meet Bob, every Fri 6:00 PM, next Fri 27 Nov",
        ),
        (
            "drink water every 2 hours",
            "drink water, every 2 hours, next Mon 23 Nov, 6:30 AM",
        ),
    ],
)
def test_one_that_repeats_is_one(early: Phone, text: str, kept: str) -> None:
    assert f"Reminder set: {kept}." in early.text(f"remind me to {text}")


def test_of_several_that_repeat_one_is_chosen(early: Phone) -> None:
    asked = early.text("remind me every monday at 8am and thursday at 6pm to train")
    assert asked.splitlines() == [
        "I can set one time per text. Which?",
        "1) every Mon 8:00 AM",
        "2) every Thu 6:00 PM",
    ]
    assert "set: train, every Thu 6:00 PM, next Thu 26 Nov." in early.text("2")


def test_words_with_their_own_time_start_over_with_it(early: Phone) -> None:
    early.text("remind me at 5")
    assert "check the oven, Mon 23 Nov, 4:50 AM" in early.text(
        "in 20 mins check the oven"
    )


def test_moving_into_the_past_is_said_to_be_past(early: Phone) -> None:
    ReminderFactory.create(user=early.user)
    assert early.text("move 1 to yesterday").startswith(PAST)


def test_a_correction_of_what_is_done_says_so(early: Phone) -> None:
    ReminderFactory.create(user=early.user, text="call Ana")
    other = ReminderFactory.create(user=early.user, text="pay rent")
    early.text("done with ana")
    assert early.text("actually 4pm") == "Already done: call Ana."
    due_at = other.due_at
    other.refresh_from_db()
    assert other.due_at == due_at
