"""The own calendar in step with a connected one, both ways, whatever comes between."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.assistant import events, syncing
from apps.assistant.events import Times
from apps.assistant.models import Event, Sync, SyncLink
from apps.assistant.sync import core, leases
from apps.core import errors
from apps.integrations import calendars, connections
from apps.integrations.consents import Channel
from tests.assistant import elsewhere
from tests.assistant.conftest import ZONE, Phone
from tests.assistant.syncs import HOUR, WEEKDAYS, Pair, paired
from tests.integrations.servers import Simulator

PROVIDERS = ["google", "microsoft"]
DAY = timedelta(days=1)


@pytest.fixture(params=PROVIDERS)
def pair(
    request: Any, alice: Phone, providers: Simulator, clock: time_machine.Traveller
) -> Pair:
    return paired(alice, providers, request.param)


def titled(pair: Pair, title: str) -> Event:
    return Event.objects.owned_by(pair.user).get(title=title, series=None)


def test_what_is_there_comes_here_and_what_is_here_goes_there(pair: Pair) -> None:
    pair.add("Lunch with Ana")
    assert pair.run() == "in step"
    ours, theirs = pair.titles()
    assert ours == theirs and {"Dentist", "Lunch with Ana"} <= {*ours}
    pair.insist_in_step()
    assert pair.fresh.last_at and not pair.fresh.problem


def test_nothing_is_sent_where_nothing_changed(pair: Pair) -> None:
    pair.add("Lunch")
    pair.run()
    pair.providers.order("clear_log")
    assert pair.run() == "in step"
    asked = [line["method"] for line in pair.providers.requests()]
    assert asked == ["GET"]


def test_changes_and_deletions_go_both_ways(
    pair: Pair, clock: time_machine.Traveller
) -> None:
    lunch = pair.add("Lunch")
    pair.run()
    clock.shift(60)
    pair.providers.order("set", ahead=0)
    events.change(row=lunch, title="Brunch", place="Cafe")
    events.delete(row=titled(pair, "Dentist"))
    calendar = calendars.of(pair.user)[0]
    calendar.update(pair.remote_of("Cinema").id, title="Theatre")
    calendar.delete(pair.remote_of("Yoga").id)
    assert pair.run() == "in step"
    ours, theirs = pair.titles()
    assert ours == theirs
    assert {"Brunch", "Theatre"} <= {*ours}
    assert not {"Lunch", "Dentist", "Cinema", "Yoga"} & {*ours}
    pair.insist_in_step()


def test_whole_days_are_the_same_days(pair: Pair) -> None:
    first = pair.fresh.next_at.date() + 9 * DAY
    times = events.on_days(first, first + 2 * DAY, ZONE)
    events.create(user=pair.user, title="Trip", times=times)
    pair.run()
    found = pair.remote_of("Trip").content
    assert found and found.is_all_day and found.start.date() == first
    assert titled(pair, "Bob's birthday").is_all_day
    pair.insist_in_step()


def test_a_series_goes_there_with_what_is_different_in_it(pair: Pair) -> None:
    row = pair.add("Standup", rule=WEEKDAYS)
    pair.run()
    pair.insist_in_step()
    tuesday, wednesday = row.starts_at + DAY, row.starts_at + 2 * DAY
    events.leave_out(row=row, at=tuesday)
    times = Times(wednesday + HOUR, wednesday + 2 * HOUR, ZONE)
    single, before = events.change_one(row=row, at=wednesday, times=times)
    pair.run()
    found = pair.remote_of("Standup").content
    assert found and found.gone == (tuesday,)
    assert found.moved[wednesday].start == wednesday + HOUR
    pair.insist_in_step()
    # And taken back.
    events.restore(user=pair.user, before=before)
    pair.run()
    found = pair.remote_of("Standup").content
    assert found and not found.moved
    pair.insist_in_step()
    row.refresh_from_db()
    events.change(row=row, title="Daily")
    pair.run()
    pair.insist_in_step()


def test_a_later_change_wins_and_what_lost_can_be_had_back(
    pair: Pair, clock: time_machine.Traveller
) -> None:
    pair.run()
    row, calendar = titled(pair, "Cinema"), calendars.of(pair.user)[0]
    calendar.update(pair.remote_of("Cinema").id, title="Theirs")
    clock.shift(600)
    events.change(row=row, title="Ours")
    pair.run()
    assert "Ours" in pair.titles()[1]
    assert pair.link(row).status == "conflict"
    assert (lost := pair.link(row).lost) and lost["content"]["title"] == "Theirs"
    (trouble,) = syncing.troubles(pair.user)
    syncing.bring_back(row=trouble)
    clock.shift(60)
    pair.run()
    assert "Theirs" in pair.titles()[1]
    assert pair.link(row).status == "in_step"
    pair.insist_in_step()


def test_their_later_change_wins_over_ours(
    pair: Pair, clock: time_machine.Traveller
) -> None:
    pair.run()
    row, calendar = titled(pair, "Cinema"), calendars.of(pair.user)[0]
    remote = pair.remote_of("Cinema")
    events.change(row=row, title="Ours")
    clock.shift(600)
    pair.providers.order("set", ahead=pair.providers.order("set")["ahead"] + 600)
    calendar.update(remote.id, title="Theirs")
    pair.run()
    row.refresh_from_db()
    assert row.title == "Theirs"
    link = pair.link(row)
    assert link.status == "conflict" and link.lost and link.lost["side"] == "own"
    syncing.settle(row=link)
    assert not syncing.troubles(pair.user)
    pair.insist_in_step()


def test_a_deletion_loses_to_a_later_change(
    pair: Pair, clock: time_machine.Traveller
) -> None:
    pair.run()
    row, calendar = titled(pair, "Cinema"), calendars.of(pair.user)[0]
    calendar.delete(pair.remote_of("Cinema").id)
    clock.shift(600)
    events.change(row=row, title="Kept")
    pair.run()
    assert "Kept" in pair.titles()[1]
    pair.insist_in_step()


def test_what_changed_there_since_it_was_looked_at_is_not_overwritten(
    pair: Pair, clock: time_machine.Traveller
) -> None:
    """412: it is read first, and then decided."""
    pair.run()
    row = titled(pair, "Cinema")
    link = pair.link(row)
    clock.shift(60)
    events.change(row=row, title="Ours")
    SyncLink.objects.filter(pk=link.pk).update(remote_mark='W/"another"')
    assert pair.run() == "in step"
    assert "Ours" in pair.titles()[1]
    pair.insist_in_step()


def test_a_token_that_is_too_old_has_everything_read_and_nothing_doubled(
    pair: Pair, clock: time_machine.Traveller
) -> None:
    pair.add("Lunch")
    pair.run()
    calendar = calendars.of(pair.user)[0]
    calendar.delete(pair.remote_of("Yoga").id)
    pair.providers.order("set", sync_life=0)
    pair.providers.order("set", ahead=pair.providers.order("set")["ahead"] + 60)
    before = pair.fresh.whole_at
    clock.shift(60)
    assert pair.run() == "in step"
    assert pair.fresh.whole_at != before
    assert "Yoga" not in pair.titles()[0]
    pair.insist_in_step()


def test_all_of_it_compared_anew_doubles_nothing(pair: Pair) -> None:
    pair.add("Lunch")
    pair.add("Standup", rule=WEEKDAYS)
    pair.run()
    ours, theirs = pair.titles()
    for _ in range(2):
        syncing.again(row=pair.fresh)
        assert pair.run() == "in step"
    assert pair.titles() == (ours, theirs)
    # Even where nothing is known of what belongs together.
    SyncLink.objects.all().delete()
    syncing.again(row=pair.fresh)
    pair.run()
    assert pair.titles() == (ours, theirs)
    pair.insist_in_step()


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_an_answer_that_is_lost_does_nothing_twice(pair: Pair, method: str) -> None:
    rows = [pair.add(f"Lunch {n}", n * HOUR) for n in range(1, 4)]
    if method != "POST":
        pair.run()
    events.change(row=rows[0], title="Brunch")
    if method == "DELETE":
        events.delete(row=rows[1])
    pair.providers.order("fault", path="*", kind="lose", method=method, times=3)
    pair.run()
    pair.run()
    pair.insist_in_step()


def test_a_worker_that_died_is_followed_once_its_time_is_over(
    pair: Pair, clock: time_machine.Traveller
) -> None:
    """It had asked, and had not written what came of it."""
    pair.run()
    row = pair.add("Lunch")
    pair.providers.order("fault", path="*", kind="lose", method="POST", times=3)
    assert pair.run() != "in step"
    link = pair.link(row)
    assert (link.status, link.remote_mark) == ("waiting", "")
    assert "Lunch" in pair.titles()[1]
    until = timezone.now() + leases.LIVES
    Sync.objects.filter(pk=pair.sync.pk).update(lease=uuid.uuid4(), lease_until=until)
    assert pair.run() == "not now"
    clock.shift(leases.LIVES.total_seconds() + 1)
    assert pair.run() == "in step"
    assert pair.link(row).status == "in_step"
    pair.insist_in_step()


def test_nothing_goes_either_way_while_it_is_paused(pair: Pair) -> None:
    pair.run()
    syncing.pause(row=pair.fresh)
    pair.add("Lunch")
    pair.providers.order("clear_log")
    assert pair.run() == "not now"
    assert not pair.providers.requests()
    syncing.resume(row=pair.fresh)
    assert pair.run() == "in step"
    assert "Lunch" in pair.titles()[1]


def test_a_connection_that_ended_says_so_and_goes_on_when_it_is_back(
    pair: Pair, providers: Simulator, alice: Phone
) -> None:
    pair.add("Lunch")
    pair.run()
    _, theirs = pair.titles()
    connections.disconnect(row=pair.sync.connection, channel=Channel.PORTAL)
    pair.add("Dinner", 3 * HOUR)
    assert pair.run() != "in step"
    assert pair.fresh.problem
    paired(alice, providers, pair.sync.connection.provider)
    assert pair.run() == "in step"
    assert pair.titles()[1] == sorted([*theirs, "Dinner"])
    pair.insist_in_step()


def test_nobodys_account_is_reached_through_another(
    pair: Pair, bob: Phone, providers: Simulator
) -> None:
    calendar = calendars.of(pair.user)[0]
    with pytest.raises(errors.Forbidden):
        syncing.start(user=bob.user, calendar=calendar)
    Sync.objects.filter(pk=pair.sync.pk).update(user=bob.user)
    providers.order("clear_log")
    assert core.run(pair.sync.pk) != "in step"
    assert not providers.requests()
    with pytest.raises(errors.NotFound):
        syncing.get(user=pair.user, public_id=str(pair.sync.public_id))


def test_what_is_refused_there_says_why_and_holds_nothing_up(pair: Pair) -> None:
    pair.run()
    first, _ = pair.add("One"), pair.add("Two", 2 * HOUR)
    pair.providers.order(
        "fault", path="*/events", kind="answer", method="POST", status=400, body={}
    )
    assert pair.run() == "in step"
    link = pair.link(first)
    assert link.status == "failed" and "did not take that" in link.problem
    assert "Two" in pair.titles()[1] and "One" not in pair.titles()[1]
    syncing.again(row=pair.fresh)
    pair.run()
    pair.insist_in_step()


def test_by_text_and_told_once(alice: Phone, providers: Simulator, clock: Any) -> None:
    elsewhere.set_back(providers)
    assert alice.text("sync google calendar").startswith("No calendar is connected")
    elsewhere.connected(alice, providers, "google")
    said = alice.text("sync my google calendar")
    assert said.startswith("Your calendar and Google, alice@example.com are being put")
    core.run(Sync.objects.get().pk)
    assert alice.text("sync google calendar").startswith("In step with Google, alice@")
    before = alice.text("what's on tomorrow")
    assert before.splitlines()[1:] == [
        "1) Dentist, 8:30 AM",
        "2) Lunch with Bob, 12:00 PM",
    ]
    providers.order("clear_log")
    assert alice.text("what's on tomorrow") == before
    assert alice.text("am I free tomorrow 8-9am").startswith("Not free")
    assert not providers.requests()
    said = alice.text("cancel the dentist")
    assert (
        said == "Off your calendar: Dentist, Tue 24 Nov, 8:30 AM. UNDO brings it back."
    )
    assert alice.text("stop syncing my google calendar").startswith(
        "Not in step any more"
    )
    # Asked again, and what is here as well is there once.
    assert alice.text("what's on tomorrow").splitlines()[1:] == [
        "1) Lunch with Bob, 12:00 PM"
    ]
    assert alice.text("undo") == "Undone: it is kept in step again."


def test_who_takes_part_is_told_only_after_a_yes(
    alice: Phone, providers: Simulator, clock: Any
) -> None:
    pair = paired(alice, providers, "google")
    pair.run()
    asked = alice.text("move Lunch with Bob to 1pm")
    assert asked.startswith("Move Lunch with Bob to Tue 24 Nov, 1:00 PM to 2:00 PM and")
    assert "bob@example.com" in asked
    said = alice.text(f"ok {elsewhere.code_in(asked)}")
    assert said.endswith("bob@example.com will be told.")
    asked = alice.text("cancel Lunch with Bob")
    assert "and tell bob@example.com?" in asked
    assert alice.text(f"ok {elsewhere.code_in(asked)}").startswith("Off your calendar:")
    assert alice.text("undo").startswith("That stays done: ")
    clock.shift(60)
    pair.run()
    assert "Lunch with Bob" not in pair.titles()[1]


def test_two_calendars_hold_the_same_and_who_takes_part_stays(
    alice: Phone, providers: Simulator, clock: Any
) -> None:
    """What is told of guests is told by the calendar in which they are."""
    google = paired(alice, providers, "google")
    google.run()
    assert titled(google, "Lunch with Bob").guests == ["bob@example.com"]
    Event.objects.exclude(title="Lunch with Bob").delete()
    microsoft = paired(alice, providers, "microsoft")
    for _ in range(2):
        for pair in (microsoft, google):
            syncing.again(row=pair.fresh)
            assert pair.run() == "in step"
    assert google.titles()[1] == microsoft.titles()[1]
    lunch = Event.objects.kept().filter(title="Lunch with Bob")
    assert {tuple(row.guests) for row in lunch} == {("bob@example.com",)}


def test_of_three_calendars_the_later_change_wins(
    alice: Phone, providers: Simulator, clock: time_machine.Traveller
) -> None:
    """It counts when it was made there, not when it was read from there."""
    google = paired(alice, providers, "google")
    microsoft = paired(alice, providers, "microsoft")
    row = google.add("Planning")
    for pair in (google, microsoft, google):
        pair.run()
    of = {each.connection.provider: each for each in calendars.of(alice.user)}

    def rename(pair: Pair, provider: str, title: str) -> None:
        of[provider].update(pair.remote_of("Planning").id, title=title)
        clock.shift(60)
        providers.order("set", ahead=providers.order("set")["ahead"] + 60)

    clock.shift(60)
    providers.order("set", ahead=providers.order("set")["ahead"] + 60)
    rename(microsoft, "microsoft", "MS early")
    rename(google, "google", "G late")
    clock.shift(600)
    for pair in (microsoft, google, microsoft):
        syncing.again(row=pair.fresh)
        assert pair.run() == "in step"
    row.refresh_from_db()
    assert row.title == "G late"
    for pair in (google, microsoft):
        assert "G late" in pair.titles()[1]
