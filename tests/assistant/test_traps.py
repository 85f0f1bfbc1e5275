"""What went wrong in assistants before this one must not come back."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from apps.assistant.models import Reminder
from tests.assistant.conftest import Phone


@pytest.mark.parametrize(
    ("text", "kept", "hour"),
    [
        ("remind me to meet Bob at 4 pm", "meet Bob", 16),
        ("remind me to feed the cat at 2", "feed the cat", 14),
        ("remind me to buy 2 eggs at noon", "buy 2 eggs", 12),
        ("remind me to text u b4 class at 11am", "text u b4 class", 11),
    ],
)
def test_abbreviations_and_numbers_are_left_alone(
    alice: Phone, text: str, kept: str, hour: int
) -> None:
    alice.text(text)
    reminder = Reminder.objects.get()
    due = reminder.due_at.astimezone(ZoneInfo(alice.user.timezone))
    assert (reminder.text, due.hour) == (kept, hour)


@pytest.mark.parametrize(
    "zone", ["America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/Adak"]
)
def test_nine_is_nine_where_the_person_is_and_is_stored_aware(
    alice: Phone, zone: str
) -> None:
    alice.user.timezone = zone
    alice.user.save()
    alice.text("remind me to call Ana tomorrow at 9")
    reminder = Reminder.objects.get()
    there = reminder.due_at.astimezone(ZoneInfo(zone))
    assert (there.hour, there.minute, reminder.zone) == (9, 0, zone)


def test_weekdays_are_understood(alice: Phone) -> None:
    alice.text("remind me to call Ana friday at 5")
    friday = datetime(2026, 11, 27, 17, tzinfo=ZoneInfo(alice.user.timezone))
    assert Reminder.objects.get().due_at == friday


def test_nothing_is_ever_set_in_the_past(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    for _ in range(24):
        for when in ("at 7", "tonight", "eod", "this morning", "monday", "today"):
            alice.text(f"remind me to rest {when}", "1")
        now = datetime.now(tz=ZoneInfo("UTC"))
        assert not Reminder.objects.upcoming().filter(due_at__lte=now).exists()
        Reminder.objects.all().delete()
        clock.shift(timedelta(hours=1))


@pytest.mark.parametrize(
    "said",
    [
        "remind me yesterday at 5pm to x",
        "remind me at 5pm london time to call",
        "remind me at 5pm EST to call",
        "remind me tuesday and thursday at 6pm to train",
        "remind me to take pills at 8am and 8pm",
        "remind me to submit the report at 5pm today and call bob tomorrow at 9",
        "remind me tomorrow or friday to x",
        "remind me between 3 and 4pm to x",
        "remind me in 10 minutes and again in 20 minutes to stir",
        "remind me to pay rent every month",
        "remind me every day at 7 to swim",
        "remind me to drink water twice a day",
    ],
)
def test_a_time_that_is_not_all_read_is_asked_about_and_nothing_is_set(
    alice: Phone, said: str
) -> None:
    reply = alice.text(said)
    assert "?" in reply or "Reply" in reply
    assert not Reminder.objects.exists()


def test_of_two_times_the_chosen_one_is_set(alice: Phone) -> None:
    alice.text("remind me to submit the report at 5pm today and call bob tomorrow at 9")
    reply = alice.text("2")
    assert "Reminder set" in reply and "24 Nov, 9:00 AM" in reply
