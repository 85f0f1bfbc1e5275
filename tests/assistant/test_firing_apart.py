"""One person's trouble holds up nobody else's reminder."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.assistant import reminders
from apps.assistant.models import Reminder
from apps.sms import lanes
from apps.sms.models import OutboundText
from tests.assistant.factories import ReminderFactory
from tests.factories import PhoneNumberFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_lane_that_is_held_delays_only_its_own_reminder() -> None:
    held, free = PhoneNumberFactory.create().user, PhoneNumberFactory.create().user
    for user in (held, free):
        ReminderFactory.create(user=user, due_at=timezone.now() - timedelta(seconds=1))
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lanes.lock_person(held)
            locked.set()
            done.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(10)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    try:
        assert reminders.fire_due(timezone.now()) == 1
        assert OutboundText.objects.get().user == free
    finally:
        done.set()
        holder.join()
        connection.close()
    assert reminders.fire_due(timezone.now()) == 1
    assert not Reminder.objects.filter(state="active").exists()
