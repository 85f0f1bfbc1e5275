"""Asked once more about a reminder that nobody answered; paused; reported."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts import profile
from apps.accounts.models import User
from apps.assistant import features, nudges, reminders
from apps.assistant.models import Reminder, Report
from apps.sms.models import OutboundText
from tests.assistant.conftest import Phone
from tests.assistant.factories import ReminderFactory
from tests.conftest import Recorded
from tests.factories import PhoneNumberFactory
from tests.rbac.factories import person
from tests.sign_in import signed_in


def texted(phone: Phone) -> list[str]:
    texts = OutboundText.objects.filter(user=phone.user).order_by("pk")
    return list(texts.values_list("body", flat=True))


def test_nobody_is_asked_who_has_not_switched_it_on(
    reminded: Phone, clock: time_machine.Traveller
) -> None:
    clock.shift(nudges.AFTER)
    assert nudges.fire_due(timezone.now()) == 0
    assert "Nudges" in reminded.text("features").partition("Off")[2]


def test_it_is_asked_once_and_answered(
    reminded: Phone, clock: time_machine.Traveller
) -> None:
    assert reminded.text("switch nudges on") == "Nudges is on."
    clock.shift(nudges.AFTER - timedelta(seconds=1))
    assert nudges.fire_due(timezone.now()) == 0
    clock.shift(timedelta(seconds=1))
    assert nudges.fire_due(timezone.now()) == 1
    assert nudges.fire_due(timezone.now()) == 0
    assert texted(reminded)[-1] == "Still open: stretch. Reply DONE or SNOOZE."
    assert reminded.text("done") == "Done: stretch."


def test_what_comes_again_is_asked_about_again(
    reminded: Phone, clock: time_machine.Traveller
) -> None:
    features.switch(user=reminded.user, key="nudges", is_on=True)
    clock.shift(nudges.AFTER)
    nudges.fire_due(timezone.now())
    reminded.text("snooze 10 minutes")
    clock.shift(timedelta(minutes=10))
    reminders.fire_due(timezone.now())
    clock.shift(nudges.AFTER)
    assert nudges.fire_due(timezone.now()) == 1


@pytest.mark.parametrize("why", ["quiet", "paused", "texts", "late", "not texted"])
def test_it_is_not_asked(
    reminded: Phone, clock: time_machine.Traveller, why: str
) -> None:
    features.switch(user=reminded.user, key="nudges", is_on=True)
    clock.shift(nudges.NO_LONGER if why == "late" else nudges.AFTER)
    if why == "quiet":
        profile.change(user=reminded.user, quiet_from="11:00", quiet_until="12:00")
    elif why == "paused":
        reminded.text("pause 2h")
        clock.shift(timedelta(minutes=20))
    elif why == "texts":
        reminded.text("thanks")
    elif why == "not texted":
        Reminder.objects.update(note="was not texted")
    assert nudges.fire_due(timezone.now()) == 0


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_ask_once() -> None:
    phone = PhoneNumberFactory.create(e164="+12025550101")
    features.switch(user=phone.user, key="nudges", is_on=True)
    now = timezone.now()
    ReminderFactory.create(
        user=phone.user, state=Reminder.State.FIRED, fired_at=now - nudges.AFTER
    )
    asked: list[int] = []

    def ask() -> None:
        asked.append(nudges.fire_due(now))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(asked) == 1
    assert OutboundText.objects.count() == 1


def test_a_pause_holds_what_comes_unasked_and_ends(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    PhoneNumberFactory.create(user=alice.user, e164="+12025550101")
    said = alice.text("pause 2h")
    assert said.startswith("Paused until Mon 23 Nov, 11:00 AM")
    alice.text("remind me to stretch in 10 minutes")
    clock.shift(timedelta(minutes=10))
    reminders.fire_due(timezone.now())
    assert texted(alice) == []
    assert alice.text("resume") == "No pause any more."
    assert alice.text("undo").startswith("Undone")
    assert User.objects.get(pk=alice.user.pk).paused_until
    clock.shift(timedelta(hours=2))
    reminders.fire_due(timezone.now())
    assert texted(alice)[0].startswith("You asked for quiet until") or "stretch" in (
        texted(alice)[0]
    )


def test_a_pause_that_ends_at_night_goes_on_until_morning(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    PhoneNumberFactory.create(user=alice.user, e164="+12025550101")
    alice.text("quiet 22-7")
    alice.text("pause until 11pm")
    alice.text("remind me to stretch at 5pm")
    clock.shift(timedelta(hours=8))
    reminders.fire_due(timezone.now())
    (row,) = Reminder.objects.all()
    assert row.held_until and row.held_until.hour == 12  # 7 in New York


def test_a_report_is_about_what_was_said_before_and_is_looked_at(
    alice: Phone, recorded: Recorded
) -> None:
    as_ada = signed_in(person("administrator", email="ada@example.com"))
    alice.text("remind me to call mum tomorrow at 5")
    assert alice.text("report I said morning").startswith("Reported")
    (row,) = Report.objects.all()
    assert row.turn and row.turn.texts.get().body.startswith("remind me")
    listed = "/admin/assistant/report/"
    assert b"1 person reports" in as_ada.get("/admin/").content
    page = as_ada.get(f"{listed}{row.pk}/change/").content.decode()
    assert "I said morning" not in page and f"/turn/{row.turn.pk}/journey/" in page
    _mark(as_ada, listed, row)
    assert b"1 person reports" not in as_ada.get("/admin/").content
    _mark(as_ada, listed, row)
    (event,) = [each for each in recorded("assistant.report.change") if not each.reason]
    assert event.subject_id == alice.user.pk


def _mark(app: Client, listed: str, row: Report) -> None:
    chosen = {"action": "mark_seen", "_selected_action": [row.pk]}
    app.post(listed, chosen | {"confirm": "1", "reason": "Looked at it"})


def test_who_has_reported_enough_is_told(alice: Phone) -> None:
    for number in range(20):
        alice.text(f"report number {number}")
    assert alice.text("report more").startswith("You have 20 reports")
    assert Report.objects.count() == 20
