"""What quiet hours or a pause hold is let go of as soon as they end or change, whoever
changes them, and says truly what holds it."""

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from apps.accounts import profile
from apps.accounts.models import User
from apps.assistant import briefs, lists, nudges, offers, reminders
from apps.assistant.models import Brief, Offer, Reminder
from apps.jobs.models import Job
from apps.sms.models import OutboundText, PhoneNumber
from tests import races
from tests.assistant.conftest import ZONE, Phone
from tests.assistant.factories import ReminderFactory
from tests.assistant.sharing import offered
from tests.factories import PhoneNumberFactory
from tests.rbac.factories import person
from tests.sign_in import signed_in

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def fired() -> int:
    reminders.fire_due(timezone.now())
    return OutboundText.objects.filter(kind="reminder").count()


def held(phone: Phone, clock: time_machine.Traveller, by: str) -> Reminder:
    """One that came due ten minutes ago."""
    if not PhoneNumber.objects.filter(user=phone.user).exists():
        PhoneNumberFactory.create(user=phone.user)
    phone.text(by)
    phone.user.refresh_from_db()
    row = ReminderFactory.create(user=phone.user, due_at=timezone.now() + MINUTE)
    clock.shift(MINUTE)
    reminders.fire_due(timezone.now())
    row.refresh_from_db()
    assert row.held_until
    clock.shift(10 * MINUTE)
    return row


@pytest.mark.parametrize(
    ("by", "ends"),
    [
        ("pause 2h", "resume"),
        ("pause 2h", "undo"),
        ("quiet 8-15", "quiet off"),
        ("quiet 8-15", "quiet 22-7"),
        ("quiet 8-15", "undo"),
        ("quiet 8-15", "timezone Tokyo"),
    ],
)
def test_what_is_due_comes_at_once_where_a_text_ends_it(
    alice: Phone, clock: time_machine.Traveller, by: str, ends: str
) -> None:
    held(alice, clock, by)
    assert fired() == 0
    alice.text(ends)
    assert fired() == fired() == 1
    assert "late" not in OutboundText.objects.get(kind="reminder").body


def test_a_pause_that_is_changed_holds_until_its_new_end(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    row = held(alice, clock, "pause 2h")
    alice.text("pause 20 minutes")
    assert fired() == 0
    row.refresh_from_db()
    assert row.held_until == timezone.now() + 20 * MINUTE
    clock.shift(20 * MINUTE)
    assert fired() == 1


def test_a_pause_that_ends_in_quiet_hours_holds_until_their_end(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    row = held(alice, clock, "pause 2h")
    profile.change(user=alice.user, quiet_from=time(8), quiet_until=time(15))
    alice.text("resume")
    assert fired() == 0
    row.refresh_from_db()
    assert row.held_until and row.held_until.astimezone(alice.user.zone).hour == 15


def test_a_pause_that_is_taken_up_again_holds_again(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    held(alice, clock, "pause 2h")
    alice.text("resume")
    alice.text("undo")
    assert fired() == 0


def test_one_that_repeats_is_let_go_of_too(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    PhoneNumberFactory.create(user=alice.user)
    alice.text("remind me every day at 9:30am to stretch")
    alice.text("pause 2h")
    clock.shift(31 * MINUTE)
    assert fired() == 0
    alice.text("resume")
    assert fired() == 1
    assert "(due this morning 9:30 AM, held until now)" in said()


def test_the_api_lets_go_as_well(alice: Phone, clock: time_machine.Traveller) -> None:
    alice.user = person()
    held(alice, clock, "pause 2h")
    answer = signed_in(alice.user).patch(
        "/api/v1/me/preferences",
        {"paused_until": None},
        content_type="application/json",
    )
    assert answer.status_code == 200
    assert fired() == 1


def test_the_page_lets_go_as_well(alice: Phone, clock: time_machine.Traveller) -> None:
    alice.user = person(timezone=ZONE)
    held(alice, clock, "quiet 8-15")
    page = signed_in(alice.user)
    answer = page.post(
        reverse("portal:notifications"),
        {"quiet_from": "22:00", "quiet_until": "07:00"},
    )
    assert answer.status_code == 302
    assert fired() == 1


def test_nothing_of_another_is_let_go_of(
    alice: Phone, bob: Phone, clock: time_machine.Traveller
) -> None:
    held(alice, clock, "pause 2h")
    bob.text("pause 2h")
    bob.text("resume")
    assert fired() == 0


def said() -> str:
    return OutboundText.objects.filter(kind="reminder").latest("pk").body


def test_it_says_what_held_it(alice: Phone, clock: time_machine.Traveller) -> None:
    held(alice, clock, "pause 2h")
    clock.shift(2 * HOUR)
    assert fired() == 1
    assert "(due this morning 9:01 AM, held by your pause)" in said()
    held(alice, clock, "quiet 8-15")
    alice.text("quiet off")
    reminders.fire_due(timezone.now())
    assert "held until now)" in said()


def test_what_is_set_into_a_pause_says_so(alice: Phone) -> None:
    alice.text("pause until friday 9am")
    reply = alice.text("remind me in 5 minutes to check the oven")
    assert "You have paused until Fri 27 Nov, 9:00 AM: it waits until then." in reply
    assert "quiet" not in reply
    alice.text("quiet 8-15")
    reply = alice.text("remind me in 6 minutes to check the roast")
    assert "Your quiet hours hold it until Fri 27 Nov, 3:00 PM." in reply


def test_a_brief_waits_for_the_end_of_a_pause(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    PhoneNumberFactory.create(user=alice.user)
    briefs.keep(user=alice.user, at=time(9, 30), now=timezone.now())
    alice.text("pause 2h")
    clock.shift(HOUR)
    assert briefs.fire_due(timezone.now()) == 0
    alice.text("resume")
    assert briefs.fire_due(timezone.now()) == 1
    assert briefs.fire_due(timezone.now()) == 0
    (job,) = Job.objects.filter(kind="assistant.brief")
    assert briefs.write.function(*job.arguments) == "texted"


def test_a_brief_is_not_held_into_another_part_of_the_day(
    alice: Phone, clock: time_machine.Traveller
) -> None:
    PhoneNumberFactory.create(user=alice.user)
    briefs.keep(user=alice.user, at=time(9, 30), now=timezone.now())
    alice.text("pause 4h")
    clock.shift(3 * HOUR)
    briefs.fire_due(timezone.now())
    alice.text("resume")
    briefs.fire_due(timezone.now())
    assert not Job.objects.filter(kind="assistant.brief").exists()
    assert Brief.objects.get().next_at == timezone.now() + 21.5 * HOUR


def test_a_nudge_comes_once_there_is_no_pause(
    reminded: Phone, clock: time_machine.Traveller
) -> None:
    reminded.text("switch nudges on")
    reminded.text("pause 3h")
    clock.shift(nudges.AFTER)
    assert nudges.fire_due(timezone.now()) == 0
    reminded.text("resume")
    clock.shift(nudges.LATELY)
    assert nudges.fire_due(timezone.now()) == 1


def test_an_offer_is_told_once_there_is_no_pause(
    alice: Phone, bob: Phone, clock: time_machine.Traveller
) -> None:
    PhoneNumberFactory.create(user=bob.user)
    bob.text("pause 3h")
    bob.user.refresh_from_db()
    row = offered(lists.make(user=alice.user, name="camp"), bob.user)
    assert waiting_until(row) == timezone.now() + 3 * HOUR
    bob.text("pause 1h")
    assert waiting_until(row) == timezone.now() + HOUR
    bob.text("resume")
    job = Job.objects.filter(kind="assistant.offer_told").latest("pk")
    assert job.due_at < job.created_at + MINUTE
    assert offers.tell.function(*job.arguments) == "texted"


def waiting_until(row: Offer) -> datetime:
    told = Job.objects.filter(kind="assistant.offer_told", state=Job.State.WAITING)
    return min(job.due_at for job in told if job.arguments == [row.pk])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["fire", "change"])
def test_what_is_held_while_a_pause_ends_is_let_go_of(first: str) -> None:
    """Whichever of the two comes first, the end of the pause is seen."""
    user = PhoneNumberFactory.create(e164="+12025550101").user
    now = timezone.now()
    profile.change(user=user, paused_until=now + 2 * HOUR)
    ReminderFactory.create(user=user, due_at=now - MINUTE)

    def fire() -> object:
        return reminders.fire_due(timezone.now())

    def end() -> object:
        return profile.change(user=User.objects.get(pk=user.pk), paused_until=None)

    turns = iter([fire, end] if first == "fire" else [end, fire])
    races.together(2, lambda: next(turns)())
    fire()
    assert OutboundText.objects.filter(kind="reminder").count() == 1
