"""Reminders that repeat: set, told, done, skipped, moved and deleted, and all undone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection

from apps.accounts import profile
from apps.assistant import reminders
from apps.assistant.models import Reminder
from apps.assistant.recurrence import Recurrence
from apps.core.errors import Invalid
from apps.sms.models import OutboundText
from tests.assistant.conftest import ZONE, Phone, in_
from tests.factories import PhoneNumberFactory

DAILY = "remind me to take pills every day at 8am"
PILLS = "take pills, every day 8:00 AM, next"


@pytest.fixture
def reachable(alice: Phone) -> Phone:
    PhoneNumberFactory.create(user=alice.user)
    return alice


def at(clock: time_machine.Traveller, wall: str, zone: str = ZONE) -> None:
    moment = datetime.fromisoformat(f"2026-{wall}")
    clock.move_to(moment.replace(tzinfo=ZoneInfo(zone)))


def fire(clock: time_machine.Traveller, wall: str, zone: str = ZONE) -> list[str]:
    """What is texted when the clock comes there."""
    at(clock, wall, zone)
    before = set(OutboundText.objects.values_list("pk", flat=True))
    reminders.fire_due(in_())
    assert reminders.fire_due(in_()) == 0
    texts = OutboundText.objects.exclude(pk__in=before).order_by("pk")
    return [text.body for text in texts]


def open_ones() -> list[str]:
    rows = Reminder.objects.open().order_by("pk")
    return [
        f"{row.state} {row.due_at.astimezone(ZoneInfo(ZONE)):%m-%d %H:%M}"
        for row in rows
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (DAILY, f"{PILLS} Tue 24 Nov"),
        (
            "remind me every weekday at 7:30 to leave",
            "leave, every weekday 7:30 AM, next Tue 24 Nov",
        ),
        (
            "remind me to take pills every day at 8am and 8pm",
            "take pills, every day 8:00 AM and 8:00 PM, next Mon 23 Nov, 8:00 PM",
        ),
        (
            "remind me every monday and thursday at 6pm to train",
            "train, every Mon and Thu 6:00 PM, next Mon 23 Nov",
        ),
        (
            "take out the trash every other friday remind me",
            "take out the trash, every 2 weeks on Fri 9:00 AM, next Fri 27 Nov",
        ),
        (
            "remind me to pay rent on the last day of every month",
            "pay rent, every month on the last day 9:00 AM, next Mon 30 Nov",
        ),
        (
            "remind me every day at 8am to take antibiotics for 2 weeks",
            "take antibiotics, every day 8:00 AM until Mon 7 Dec, next Tue 24 Nov",
        ),
        (
            "remind me every day at 8am to stretch except on fridays",
            "stretch, every day except Fri 8:00 AM, next Tue 24 Nov",
        ),
        (
            "remind me to stretch every 3 hours",
            "stretch, every 3 hours, next Mon 23 Nov, 12:00 PM",
        ),
        ("wake me every day at 6", "wake up, every day 6:00 AM, next Tue 24 Nov"),
        (
            "wish Bob a merry christmas every year on dec 25 remind me",
            "wish Bob a merry christmas, every year on 25 Dec 9:00 AM, next Fri 25 Dec",
        ),
    ],
)
def test_it_is_read_back_in_words(alice: Phone, text: str, kept: str) -> None:
    assert alice.text(text) == f"Reminder set: {kept}. UNDO takes it back."


def test_an_hour_of_either_half_of_the_day_is_asked_back(alice: Phone) -> None:
    assert alice.text("remind me to take pills every day at 7") == (
        "Which time do you mean?\n1) every day 7:00 AM\n2) every day 7:00 PM"
    )
    assert "pills, every day 7:00 PM, next Mon 23 Nov" in alice.text("2")


def test_rules_that_differ_in_when_they_begin_are_told_apart(alice: Phone) -> None:
    asked = alice.text("remind me to run every day at 8am starting 12/05")
    assert asked.splitlines()[1:] == [
        "1) every day 8:00 AM, next Sat 5 Dec",
        "2) every day 8:00 AM, next Wed 12 May 2027",
    ]
    assert "run, every day 8:00 AM, next Wed 12 May 2027" in alice.text("2")


def test_how_often_is_asked_and_answered(alice: Phone) -> None:
    assert alice.text("remind me to eat twice a day").startswith("When exactly?")
    assert "eat, every day 8:00 AM and 6:00 PM" in alice.text(
        "every day at 8am and 6pm"
    )


def test_words_can_be_asked_for_after_the_rule(alice: Phone) -> None:
    alice.text("remind me every day at 8am for 2 weeks")
    assert "stretch, every day 8:00 AM until Mon 7 Dec" in alice.text("stretch")


def test_the_same_one_is_set_once(alice: Phone) -> None:
    alice.text(DAILY)
    assert alice.text(DAILY).startswith("That is set already")


def test_each_day_has_its_own_text_and_done_is_of_that_day(
    reachable: Phone, clock: time_machine.Traveller
) -> None:
    reachable.text(DAILY)
    due = ["Reminder: take pills. Reply DONE or SNOOZE."]
    assert fire(clock, "11-24 08:00") == due
    assert reachable.text("done") == "Done: take pills. Next: Wed 25 Nov."
    assert fire(clock, "11-25 08:00") == due
    assert open_ones() == ["active 11-26 08:00", "fired 11-25 08:00"]
    # Not done, it gives way to the next.
    assert fire(clock, "11-26 08:00") == due
    assert open_ones() == ["active 11-27 08:00", "fired 11-26 08:00"]


def test_snooze_is_of_the_one_that_fired(
    reachable: Phone, clock: time_machine.Traveller
) -> None:
    reachable.text(DAILY)
    fire(clock, "11-24 08:00")
    assert reachable.text("snooze 20 min") == (
        "Snoozed: take pills, Tue 24 Nov, 8:20 AM."
    )
    assert open_ones() == ["active 11-25 08:00", "active 11-24 08:20"]
    assert reachable.text("undo") == (
        "Undone: take pills is back to Tue 24 Nov, 8:00 AM."
    )
    reachable.text("snooze until 9am")
    assert len(fire(clock, "11-24 09:00")) == 1
    assert reachable.text("done") == "Done: take pills. Next: Wed 25 Nov."


def test_a_snoozed_one_does_not_hide_the_next(
    reachable: Phone, clock: time_machine.Traveller
) -> None:
    reachable.text(DAILY)
    fire(clock, "11-24 08:00")
    reachable.text("snooze until tomorrow at 9am")
    assert len(fire(clock, "11-25 08:00")) == 1
    assert len(fire(clock, "11-25 09:00")) == 1


def test_after_an_outage_the_newest_comes_once_and_says_how_many_did_not(
    reachable: Phone, clock: time_machine.Traveller
) -> None:
    reachable.text(DAILY)
    assert fire(clock, "11-25 08:01") == [
        "Reminder: take pills. Reply DONE or SNOOZE. One before it was missed."
    ]
    assert fire(clock, "11-29 09:00") == [
        "Reminder (late, due 8:00 AM): take pills. Reply DONE or SNOOZE. "
        "3 before it were missed."
    ]
    assert open_ones() == ["active 11-30 08:00", "fired 11-29 08:00"]


def test_quiet_hours_hold_the_night_and_tell_the_newest(
    reachable: Phone, clock: time_machine.Traveller
) -> None:
    profile.change(
        user=reachable.user,
        quiet_from=datetime(2026, 1, 1, 22).time(),
        quiet_until=datetime(2026, 1, 1, 7).time(),
    )
    reachable.text("remind me to drink every 3 hours")
    fire(clock, "11-23 21:00")
    assert fire(clock, "11-24 00:00") == []
    assert fire(clock, "11-24 07:00") == [
        "Reminder (due this morning 6:00 AM, held by your quiet hours): drink. "
        "Reply DONE or SNOOZE. 2 before it were missed."
    ]
    assert fire(clock, "11-24 09:00") == ["Reminder: drink. Reply DONE or SNOOZE."]


def test_it_ends_with_its_rule(reachable: Phone, clock: time_machine.Traveller) -> None:
    reachable.text(f"{DAILY} 2 times")
    fire(clock, "11-24 08:00")
    fire(clock, "11-25 08:00")
    assert open_ones() == ["fired 11-25 08:00"]
    assert reachable.text("done") == "Done: take pills. It was the last."
    assert reachable.text("reminders").startswith("You have no reminders.")


def test_the_list_tells_the_rule_and_what_has_fired(
    reachable: Phone, clock: time_machine.Traveller
) -> None:
    reachable.text("remind me every weekday at 7:30 to leave")
    assert reachable.text("reminders") == (
        "Your reminders:\n1) leave, every weekday 7:30 AM, next Tue 24 Nov"
    )
    fire(clock, "11-24 07:30")
    assert reachable.text("reminders").splitlines()[1:] == [
        "1) leave, was due Tue 24 Nov, 7:30 AM",
        "2) leave, every weekday 7:30 AM, next Wed 25 Nov",
    ]
    assert reachable.text("done with leave").startswith("Done: leave. Next:")


def test_done_before_it_is_due_is_the_next_one(alice: Phone) -> None:
    alice.text(DAILY)
    assert alice.text("done 1") == "Done: take pills. Next: Wed 25 Nov."
    assert alice.text("undo").startswith(f"Undone: {PILLS[:10]} is open again")
    assert open_ones() == ["active 11-24 08:00"]


@pytest.mark.parametrize(
    ("text", "reply", "upcoming"),
    [
        ("skip", "Skipped: take pills, Tue 24 Nov. Next: Wed 25 Nov.", "11-25"),
        ("skip 1", "Skipped: take pills, Tue 24 Nov. Next: Wed 25 Nov.", "11-25"),
        ("skip the pills", "Skipped: take pills, Tue 24 Nov. Next: Wed", "11-25"),
        ("skip the next one", "Skipped: take pills, Tue 24 Nov.", "11-25"),
        ("skip the next pills", "Skipped: take pills, Tue 24 Nov.", "11-25"),
        ("skip it", "Skipped: take pills, Tue 24 Nov.", "11-25"),
        ("skip friday", "Skipped: take pills, Fri 27 Nov. Next: Tue 24", "11-24"),
        ("skip friday's", "Skipped: take pills, Fri 27 Nov. Next: Tue 24", "11-24"),
        ("skip friday's pills", "Skipped: take pills, Fri 27 Nov.", "11-24"),
        ("skip tomorrow's", "Skipped: take pills, Tue 24 Nov.", "11-25"),
        ("skip pills tomorrow", "Skipped: take pills, Tue 24 Nov.", "11-25"),
        ("skip 1 on friday", "Skipped: take pills, Fri 27 Nov.", "11-24"),
        ("skip 1 tomorrow", "Skipped: take pills, Tue 24 Nov.", "11-25"),
        ("skip monday", "Skipped: take pills, Mon 30 Nov.", "11-24"),
        ("skip dec 25", "Skipped: take pills, Fri 25 Dec.", "11-24"),
    ],
)
def test_one_can_be_skipped_and_that_undone(
    alice: Phone, text: str, reply: str, upcoming: str
) -> None:
    alice.text(DAILY)
    assert alice.text(text).startswith(reply)
    row = Reminder.objects.get()
    assert len(row.exceptions) == 1
    assert f"{row.due_at:%m-%d}" == upcoming
    assert (
        alice.text("undo")
        == f"Undone: {PILLS[:10]} is back to {PILLS[12:]} Tue 24 Nov."
    )
    row.refresh_from_db()
    assert (row.exceptions, f"{row.due_at:%m-%d}") == ([], "11-24")


def test_all_times_of_a_day_are_skipped(
    reachable: Phone, clock: time_machine.Traveller
) -> None:
    reachable.text("remind me to take pills every day at 8am and 8pm")
    assert reachable.text("skip tomorrow") == (
        "Skipped: take pills, Tue 24 Nov. Next: Mon 23 Nov, 8:00 PM."
    )
    assert len(fire(clock, "11-23 20:00")) == 1
    assert fire(clock, "11-24 20:00") == []
    assert reachable.text("skip tomorrow at 8pm").startswith("Skipped: take pills, Wed")
    assert len(fire(clock, "11-25 08:00")) == 1
    assert fire(clock, "11-25 20:00") == []


def test_a_day_alone_is_of_those_that_come_on_it(alice: Phone) -> None:
    alice.text("remind me every weekday at 7:30 to leave")
    alice.text("remind me every friday at 6pm to water plants")
    alice.text("remind me every saturday at 10am to go to gym")
    # Spoken of last, which comes on another day.
    asked = alice.text("skip friday's")
    assert "leave" in asked and "water plants" in asked and "gym" not in asked
    assert alice.text("2") == "Skipped: water plants, Fri 27 Nov. Next: Fri 4 Dec."
    said = alice.text("skip saturday")
    assert said == "Skipped: go to gym, Sat 28 Nov. Next: Sat 5 Dec."


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("skip leave on saturday", "leave does not come on Sat 28 Nov."),
        ("skip call", "call Ana comes only once. DELETE takes it off."),
        ("skip the moon", 'No reminder matches "the moon".'),
        ("skip leave every friday", "Which day shall I skip?"),
    ],
)
def test_what_cannot_be_skipped_is_said(alice: Phone, text: str, reply: str) -> None:
    alice.text("remind me every weekday at 7:30 to leave")
    alice.text("remind me to call Ana tomorrow at 9")
    assert alice.text(text).startswith(reply)


def test_with_none_that_repeats_nothing_is_skipped(alice: Phone) -> None:
    alice.text("remind me to call Ana tomorrow at 9")
    assert alice.text("skip") == "You have no reminder that repeats."


def test_which_is_to_be_skipped_is_asked(alice: Phone) -> None:
    alice.text(DAILY)
    alice.text("remind me every weekday at 7:30 to leave")
    alice.text("remind me to call Ana tomorrow at 9")
    assert alice.text("skip friday").splitlines() == [
        "Which one?",
        "1) leave, every weekday 7:30 AM, next Tue 24 Nov",
        "2) take pills, every day 8:00 AM, next Tue 24 Nov",
    ]
    assert alice.text("2").startswith("Skipped: take pills, Fri 27 Nov.")


def test_moving_asks_whether_one_or_all(alice: Phone) -> None:
    alice.text(DAILY)
    asked = alice.text("move 1 to 5pm")
    assert asked.splitlines() == [
        "Which of take pills?",
        "1) Only Tue 24 Nov, 8:00 AM",
        "2) All of them",
    ]
    assert alice.text("1") == (
        "Moved: take pills, Tue 24 Nov, 5:00 PM. Next: Wed 25 Nov."
    )
    assert open_ones() == ["active 11-25 08:00", "active 11-24 17:00"]
    assert alice.text("undo").startswith("Undone: take pills is back to every day")
    assert open_ones() == ["active 11-24 08:00"]
    alice.text("move 1 to 5pm")
    assert alice.text("all of them") == (
        "Moved: take pills, every day 5:00 PM, next Tue 24 Nov."
    )
    assert open_ones() == ["active 11-24 17:00"]
    assert alice.text("undo").startswith(
        "Undone: take pills is back to every day 8:00 AM, next Tue 24 Nov"
    )


def test_a_day_is_said_of_one_alone(alice: Phone) -> None:
    alice.text("remind me every monday at 9am to report")
    assert alice.text("move report to tuesday at 10am") == (
        "Moved: report, Tue 24 Nov, 10:00 AM. Next: Mon 7 Dec."
    )


def test_another_rule_is_for_all_of_it(alice: Phone) -> None:
    alice.text("remind me every monday at 9am to report")
    assert alice.text("move report to every friday at 4pm") == (
        "Moved: report, every Fri 4:00 PM, next Fri 27 Nov."
    )
    assert "every Mon 9:00 AM, next Mon 30 Nov" in alice.text("undo")


def test_a_single_one_can_be_made_to_repeat(alice: Phone) -> None:
    alice.text("remind me to report tomorrow at 9")
    assert "report, every Fri 4:00 PM, next Fri 27 Nov" in alice.text(
        "move it to every friday at 4pm"
    )
    assert alice.text("undo") == "Undone: report is back to Tue 24 Nov, 9:00 AM."
    assert not Reminder.objects.get().rule


def test_deleting_asks_whether_one_or_all(alice: Phone) -> None:
    alice.text(DAILY)
    asked = alice.text("delete pills")
    assert asked.splitlines() == [
        "Which of take pills?",
        "1) Only Tue 24 Nov, 8:00 AM",
        "2) All of them",
    ]
    assert alice.text("just the next one") == (
        "Deleted: take pills. Next: Wed 25 Nov. UNDO brings it back."
    )
    alice.text("undo")
    assert open_ones() == ["active 11-24 08:00"]
    alice.text("delete 1")
    assert alice.text("2") == "Deleted: take pills. UNDO brings it back."
    assert open_ones() == []
    assert alice.text("undo") == (
        "Undone: take pills is back, every day 8:00 AM, next Tue 24 Nov."
    )


def test_deleting_what_has_fired_asks_too_and_all_are_gone(
    reachable: Phone, clock: time_machine.Traveller
) -> None:
    reachable.text(DAILY)
    fire(clock, "11-24 08:00")
    assert reachable.text("delete it").splitlines()[1:] == [
        "1) Only Tue 24 Nov, 8:00 AM",
        "2) All of them",
    ]
    reachable.text("2")
    assert open_ones() == []
    reachable.text("undo")
    assert open_ones() == ["active 11-25 08:00", "fired 11-24 08:00"]
    reachable.text("delete it")
    assert reachable.text("only this one").startswith("Deleted: take pills. Next: Wed")
    assert open_ones() == ["active 11-25 08:00"]


def test_what_was_told_since_is_not_told_again_after_undo(
    reachable: Phone, clock: time_machine.Traveller
) -> None:
    at(clock, "11-24 07:55")
    reachable.text(DAILY)
    reachable.text("skip friday")
    fire(clock, "11-24 08:00")
    reachable.text("undo")
    assert open_ones() == ["active 11-25 08:00", "fired 11-24 08:00"]
    assert fire(clock, "11-24 08:05") == []


def test_what_was_deleted_over_its_time_comes_late_after_undo(
    reachable: Phone, clock: time_machine.Traveller
) -> None:
    at(clock, "11-24 07:55")
    reachable.text(DAILY)
    reachable.text("delete pills", "2")
    assert fire(clock, "11-24 08:06") == []
    reachable.text("undo")
    assert fire(clock, "11-24 08:06")[0].startswith("Reminder (late, due 8:00 AM)")


@pytest.mark.parametrize(
    ("zone", "moved_at", "due"),
    [
        # Where it is earlier: not again what was told, but the next.
        ("America/Los_Angeles", "11-24 08:30", "2026-11-25T08:00:00-08:00"),
        ("America/Los_Angeles", "11-24 07:30", "2026-11-24T08:00:00-08:00"),
        # Where it is later: what is past there comes the next day.
        ("Asia/Tokyo", "11-24 07:30", "2026-11-25T08:00:00+09:00"),
        ("Asia/Tokyo", "11-24 08:30", "2026-11-25T08:00:00+09:00"),
    ],
)
def test_eight_stays_eight_where_the_person_moves_to(
    reachable: Phone,
    clock: time_machine.Traveller,
    zone: str,
    moved_at: str,
    due: str,
) -> None:
    reachable.text(DAILY, "remind me to call Ana on friday at 9")
    reachable.text("remind me to stretch every 3 hours")
    fire(clock, moved_at)
    single, stretch = (
        Reminder.objects.filter(series=None).get(text=t)
        for t in ("call Ana", "stretch")
    )
    profile.change(user=reachable.user, timezone=zone)
    row = Reminder.objects.get(text="take pills", series=None)
    assert row.due_at == datetime.fromisoformat(due)
    assert row.zone == zone
    for other in (single, stretch):
        before = other.due_at
        other.refresh_from_db()
        assert other.due_at == before


def test_what_was_to_come_still_comes_to_who_goes_there_and_back(
    reachable: Phone, clock: time_machine.Traveller
) -> None:
    """Monday 9 AM in New York is past 9 PM in Tokyo."""
    reachable.text("remind me every monday at 9pm to sweep")
    tonight = Reminder.objects.get().due_at
    fire(clock, "11-23 17:15")
    for zone in ("Asia/Tokyo", "Europe/Madrid", "Asia/Tokyo"):
        profile.change(user=reachable.user, timezone=zone)
    assert Reminder.objects.get().due_at > tonight
    profile.change(user=reachable.user, timezone="America/New_York")
    assert Reminder.objects.get().due_at == tonight
    fire(clock, "11-23 21:01")
    told = Reminder.objects.get(series__isnull=False)
    assert told.due_at == tonight
    # What was told is not told again, wherever they go.
    for zone in ("America/Los_Angeles", "Asia/Tokyo", "America/New_York"):
        profile.change(user=reachable.user, timezone=zone)
    assert Reminder.objects.get(series=None).due_at > tonight + timedelta(days=6)


def test_another_change_of_the_profile_moves_nothing(alice: Phone) -> None:
    alice.text(DAILY)
    before = Reminder.objects.get().updated_at
    profile.change(user=alice.user, name="Alina")
    assert Reminder.objects.get().updated_at == before


def test_what_is_undone_after_a_move_is_by_the_new_clock(
    phone_of: Callable[..., Phone],
) -> None:
    carla = phone_of("Carla")
    carla.text(DAILY)
    carla.text("delete pills", "2")
    profile.change(user=carla.user, timezone="Asia/Tokyo")
    carla.text("undo")
    row = Reminder.objects.get()
    assert (row.zone, row.due_at.isoformat()) == (
        "Asia/Tokyo",
        "2026-11-23T23:00:00+00:00",
    )


def test_nothing_is_said_of_a_rule_that_has_no_words(alice: Phone) -> None:
    odd = Recurrence.of(
        "FREQ=YEARLY;BYYEARDAY=100", start=datetime(2026, 1, 1, 9), zone=ZONE
    )
    reminders.create(user=alice.user, text="odd", repeats=odd)
    assert alice.text("reminders").endswith(
        "1) odd, by a rule of its own, next Sat 10 Apr 2027"
    )


def test_one_that_never_comes_is_refused(alice: Phone) -> None:
    past = Recurrence.of(
        "FREQ=DAILY;UNTIL=20250101", start=datetime(2024, 12, 1, 9), zone=ZONE
    )
    with pytest.raises(Invalid):
        reminders.create(user=alice.user, text="x", repeats=past)


def test_an_occurrence_is_texted_once(
    reachable: Phone, clock: time_machine.Traveller
) -> None:
    reachable.text(DAILY)
    fire(clock, "11-24 08:00")
    # As if a worker had died before it wrote down that it was told.
    Reminder.objects.filter(series=None).update(due_at=in_())
    assert reminders.fire_due(in_()) == 1
    assert OutboundText.objects.count() == 1
    assert open_ones() == ["active 11-25 08:00", "fired 11-24 08:00"]


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_tell_each_occurrence_once() -> None:
    daily = Recurrence.of(
        "FREQ=MINUTELY;INTERVAL=15",
        start=in_(hours=-1).astimezone(UTC),
        zone="Europe/Paris",
    )
    for _ in range(20):
        user = PhoneNumberFactory.create().user
        row = reminders.create(user=user, text="stretch", repeats=daily)
        row.due_at = in_(minutes=-30)
        row.save()

    def work(_: int) -> int:
        try:
            return reminders.fire_due(in_())
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(work, range(2))) == 20
    assert OutboundText.objects.count() == 20
    assert Reminder.objects.filter(state="fired").count() == 20
    assert Reminder.objects.repeating().filter(due_at__gt=in_()).count() == 20
