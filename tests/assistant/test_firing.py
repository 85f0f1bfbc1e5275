"""Reminders come by text once, on time or honestly late."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.assistant import reminders, tasks
from apps.assistant.models import Reminder
from apps.sms.models import OutboundText
from tests.assistant.conftest import MONDAY_AT_NINE, Phone
from tests.assistant.factories import ReminderFactory
from tests.factories import PhoneNumberFactory

DUE = MONDAY_AT_NINE


def reachable(phone: Phone) -> Phone:
    PhoneNumberFactory.create(user=phone.user)
    return phone


@pytest.mark.parametrize(
    ("late", "body"),
    [
        (timedelta(0), "Reminder: call Ana. Reply DONE or SNOOZE."),
        (timedelta(minutes=5), "Reminder: call Ana. Reply DONE or SNOOZE."),
        (
            timedelta(minutes=6),
            "Reminder (late, due 9:00 AM): call Ana. Reply DONE or SNOOZE.",
        ),
        (
            timedelta(hours=2, minutes=1),
            "Missed reminder, due Mon 23 Nov, 9:00 AM: call Ana. "
            "Reply DONE or SNOOZE.",
        ),
    ],
)
def test_it_says_how_late_it_is(alice: Phone, late: timedelta, body: str) -> None:
    ReminderFactory.create(user=reachable(alice).user, due_at=DUE)
    assert reminders.fire_due(DUE + late) == 1
    assert OutboundText.objects.get().body == body
    assert Reminder.objects.get().state == Reminder.State.FIRED
    assert reminders.fire_due(DUE + late) == 0


def test_what_is_not_due_done_or_deleted_stays_quiet(alice: Phone) -> None:
    user = reachable(alice).user
    ReminderFactory.create(user=user, due_at=DUE + timedelta(seconds=1))
    ReminderFactory.create(user=user, due_at=DUE, state=Reminder.State.DONE)
    ReminderFactory.create(user=user, due_at=DUE, state=Reminder.State.DELETED)
    assert reminders.fire_due(DUE) == 0
    assert not OutboundText.objects.exists()


def test_without_a_number_it_is_kept_as_missed_and_not_tried_again(
    alice: Phone,
) -> None:
    ReminderFactory.create(user=alice.user, due_at=DUE)
    assert reminders.fire_due(DUE) == 1
    assert reminders.fire_due(DUE) == 0
    kept = Reminder.objects.get()
    assert (kept.state, kept.note) == (
        Reminder.State.FIRED,
        "Not texted: no number that can receive it.",
    )


def test_a_snoozed_one_is_texted_again(alice: Phone) -> None:
    ReminderFactory.create(user=reachable(alice).user, due_at=DUE)
    reminders.fire_due(DUE)
    alice.text("snooze")
    assert reminders.fire_due(DUE + timedelta(minutes=10)) == 1
    assert OutboundText.objects.count() == 2


def test_an_undone_change_does_not_text_twice(alice: Phone) -> None:
    ReminderFactory.create(user=reachable(alice).user, due_at=DUE)
    reminders.fire_due(DUE)
    alice.text("snooze")
    alice.text("undo")
    assert Reminder.objects.get().state == Reminder.State.FIRED
    assert reminders.fire_due(DUE + timedelta(hours=1)) == 0


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_text_each_reminder_once() -> None:
    phones = [PhoneNumberFactory.create() for _ in range(3)]
    for phone in phones:
        ReminderFactory.create_batch(20, user=phone.user, due_at=timezone.now())

    def fire(_: int) -> int:
        try:
            return reminders.fire_due(timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        fired = list(pool.map(fire, range(2)))
    assert sum(fired) == 60
    assert OutboundText.objects.count() == 60
    assert not Reminder.objects.upcoming().exists()


@pytest.mark.django_db
def test_the_timetable_names_a_task_that_fires() -> None:
    name, seconds = tasks.TIMETABLE["fire-reminders"]
    assert (name, seconds) == (tasks.fire_due.name, 5.0)
    ReminderFactory.create(due_at=timezone.now() - timedelta(minutes=1))
    assert tasks.fire_due() == 1
