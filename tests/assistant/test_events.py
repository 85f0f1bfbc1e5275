"""The own calendar: what repeats keeps to its clock, and everything can be taken back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.assistant import events, occurrences
from apps.assistant.events import Times
from apps.assistant.models import Event, ToolCall
from apps.core import errors
from tests.assistant.conftest import ZONE, Phone
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ZONES = ["America/New_York", "Europe/Berlin", "Asia/Tokyo", "Australia/Lord_Howe"]


@pytest.fixture
def alice() -> User:
    return UserFactory.create(name="Alice", timezone=ZONE)


def standup(user: User, zone: str = ZONE, rule: str = "FREQ=DAILY") -> Event:
    start = datetime(2026, 10, 20, 9, 15, tzinfo=ZoneInfo(zone))
    times = Times(start, start + HOUR, zone, rule=rule)
    return events.create(user=user, title="Standup", times=times)


def walls(user: User, start: date, days: int, zone: str = ZONE) -> list[str]:
    begin = datetime(start.year, start.month, start.day, tzinfo=ZoneInfo(zone))
    found = occurrences.between(
        user=user, start=begin, end=begin + timedelta(days=days)
    )
    return [f"{each.start.astimezone(ZoneInfo(zone)):%m-%d %H:%M}" for each in found]


@pytest.mark.parametrize("zone", ZONES)
def test_it_comes_by_the_clock_where_it_was_made(alice: User, zone: str) -> None:
    """Also over the days on which clocks are moved."""
    standup(alice, zone)
    found = walls(alice, date(2026, 10, 21), 30, zone)
    assert len(found) == 30
    assert {each.split()[1] for each in found} == {"09:15"}


def test_all_of_them_are_moved_with_what_was_left_out_and_moved(alice: User) -> None:
    row = standup(alice)
    second, third = (row.starts_at + timedelta(days=n) for n in (1, 2))
    events.leave_out(row=row, at=second)
    moved_to = Times(third + HOUR, third + 2 * HOUR, ZONE)
    single, _ = events.change_one(row=row, at=third, times=moved_to)
    start = row.starts_at.astimezone(ZoneInfo(ZONE)) + 2 * HOUR
    later = Times(start, start + HOUR, ZONE, rule="FREQ=DAILY")
    events.change(row=row, times=later)
    assert walls(alice, date(2026, 10, 20), 4) == [
        "10-20 11:15",
        "10-22 10:15",
        "10-23 11:15",
    ]
    single.refresh_from_db()
    assert single.original_at == third + 2 * HOUR


def test_one_is_moved_taken_back_and_moved_again(alice: User) -> None:
    row = standup(alice)
    at = row.starts_at
    times = Times(at + HOUR, at + 2 * HOUR, ZONE)
    for _ in range(2):
        single, before = events.change_one(row=row, at=at, times=times)
        assert walls(alice, date(2026, 10, 20), 1) == ["10-20 10:15"]
        events.restore(user=alice, before=before)
        assert walls(alice, date(2026, 10, 20), 1) == ["10-20 09:15"]
    with pytest.raises(errors.NotFound):
        events.change_one(row=row, at=at + HOUR, times=times)


def test_deleted_with_all_that_was_moved_and_back(alice: User) -> None:
    row = standup(alice)
    at = row.starts_at
    events.change_one(row=row, at=at, times=Times(at + HOUR, at + 2 * HOUR, ZONE))
    before = events.delete(row=row)
    assert walls(alice, date(2026, 10, 20), 5) == []
    with pytest.raises(errors.NotFound):
        events.delete(row=row)
    events.restore(user=alice, before=before)
    assert len(walls(alice, date(2026, 10, 20), 5)) == 5


def test_a_series_begins_when_it_first_comes(alice: User) -> None:
    row = standup(alice, rule="RRULE:FREQ=WEEKLY;BYDAY=FR")
    assert row.wall == datetime(2026, 10, 23, 9, 15)
    assert row.length == HOUR


def test_nothing_of_another_is_restored(alice: User) -> None:
    bob: User = UserFactory.create(name="Bob")
    before = events.delete(row=standup(alice))
    with pytest.raises(errors.NotFound):
        events.restore(user=bob, before=before)
    assert Event.objects.get().is_deleted


def test_a_call_makes_one_event_however_often_it_runs(alice: User) -> None:
    phone = Phone(alice)
    phone.text("add lunch with Ana tomorrow 12:30pm")
    call, row = ToolCall.objects.get(), Event.objects.get()
    times = Times(row.starts_at, row.ends_at, ZONE)
    again = events.create(user=alice, title="lunch", times=times, made_by=call)
    assert again == row and Event.objects.count() == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),
    minutes=st.integers(0, 3 * 24 * 60),
    offset=st.integers(-5, 5),
    days=st.integers(1, 9),
)
def test_a_day_shows_what_touches_it(
    alice: User, zone: str, start: datetime, minutes: int, offset: int, days: int
) -> None:
    at = start.replace(tzinfo=ZoneInfo(zone), microsecond=0).astimezone(UTC)
    times = Times(at, at + timedelta(minutes=minutes), zone)
    row = events.create(user=alice, title="x", times=times)
    first = at + timedelta(days=offset)
    last = first + timedelta(days=days)
    found = occurrences.between(user=alice, start=first, end=last)
    touches = row.starts_at < last and (row.ends_at > first or row.starts_at >= first)
    assert [each.event.pk for each in found] == [row.pk] * touches
    row.delete()
