"""A reminder that is due in quiet hours waits for their end, and everybody is told."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import time_machine

from apps.accounts import profile
from apps.assistant import reminders
from apps.assistant.models import Reminder
from apps.sms.models import OutboundText
from tests.assistant.conftest import ZONE, Phone
from tests.assistant.factories import ReminderFactory
from tests.factories import PhoneNumberFactory

SIX = datetime(2026, 11, 24, 6, 0, tzinfo=ZoneInfo(ZONE))
SEVEN = SIX + timedelta(hours=1)


def quiet(phone: Phone) -> Phone:
    profile.change(user=phone.user, quiet_from=time(22), quiet_until=time(7))
    PhoneNumberFactory.create(user=phone.user)
    return phone


def test_it_is_held_once_and_then_says_when_it_was_due(alice: Phone) -> None:
    ReminderFactory.create(user=quiet(alice).user, due_at=SIX)
    assert reminders.fire_due(SIX) == 1
    assert reminders.fire_due(SIX + timedelta(minutes=1)) == 0
    assert not OutboundText.objects.exists()
    assert reminders.fire_due(SEVEN) == 1
    assert OutboundText.objects.get().body == (
        "Reminder (due this morning 6:00 AM, held by your quiet hours): call Ana."
        " Reply DONE or SNOOZE."
    )
    assert Reminder.objects.get().state == Reminder.State.FIRED


def test_what_is_set_into_quiet_hours_says_so_at_once(alice: Phone) -> None:
    quiet(alice)
    reply = alice.text("remind me to call Ana tomorrow at 6am")
    assert "6:00 AM. Your quiet hours hold it until 7:00 AM." in reply
    assert "quiet" not in alice.text("remind me to call Bo tomorrow at 8am")
    moved = alice.text("move 1 to tomorrow 6:30am")
    assert "Your quiet hours hold it until 7:00 AM." in moved


def test_a_held_one_that_is_moved_comes_at_its_new_time(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    ReminderFactory.create(user=quiet(alice).user, due_at=SIX)
    clock.move_to(SIX)
    reminders.fire_due(SIX)
    alice.text("move 1 to 8am")
    assert reminders.fire_due(SEVEN) == 0
    assert reminders.fire_due(SEVEN + timedelta(hours=1)) == 1
    assert OutboundText.objects.get(kind="reminder").body.startswith("Reminder: call")


def test_nobody_is_held_by_the_quiet_hours_of_another(alice: Phone, bob: Phone) -> None:
    quiet(alice)
    PhoneNumberFactory.create(user=bob.user)
    ReminderFactory.create(user=bob.user, due_at=SIX)
    assert reminders.fire_due(SIX) == 1
    assert OutboundText.objects.get().user == bob.user
