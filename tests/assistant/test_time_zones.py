"""Summer time: an hour that is skipped moves on, one that repeats is its first."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.assistant import times
from apps.assistant.times import spoken

# zone, the night the clocks go forward and an hour then skipped, the night they go
# back and an hour then repeated (2027).
EDGES = [
    ("America/New_York", "03-14 02:30", "11-07 01:30"),
    ("America/Los_Angeles", "03-14 02:30", "11-07 01:30"),
    ("America/St_Johns", "03-14 02:30", "11-07 01:30"),
    ("America/Havana", "03-14 00:30", "11-07 00:30"),
    ("America/Santiago", "09-05 00:30", "04-03 23:30"),
    ("Europe/London", "03-28 01:30", "10-31 01:30"),
    ("Europe/Berlin", "03-28 02:30", "10-31 02:30"),
    ("Atlantic/Azores", "03-28 00:30", "10-31 00:30"),
    ("Australia/Sydney", "10-03 02:30", "04-04 02:30"),
    ("Australia/Lord_Howe", "10-03 02:15", "04-04 01:45"),
    ("Pacific/Auckland", "09-26 02:30", "04-04 02:30"),
    ("Asia/Beirut", "03-28 00:30", "10-30 23:30"),
]
NOW = datetime(2027, 1, 4, 12, tzinfo=UTC)


def exact(phrase: str, zone: str) -> datetime:
    outcome = times.read(phrase, now=NOW, zone=zone)
    assert isinstance(outcome, times.Exact), outcome
    return outcome.at


@pytest.mark.parametrize(("zone", "skipped", "repeated"), EDGES)
def test_a_time_that_does_not_exist_moves_forward(
    zone: str, skipped: str, repeated: str
) -> None:
    at = exact(f"2027-{skipped}", zone)
    wall = datetime.fromisoformat(f"2027-{skipped}")
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert timedelta(0) < local - wall <= timedelta(hours=1)


@pytest.mark.parametrize(("zone", "skipped", "repeated"), EDGES)
def test_a_time_that_comes_twice_is_the_first(
    zone: str, skipped: str, repeated: str
) -> None:
    at = exact(f"2027-{repeated}", zone)
    local = at.astimezone(ZoneInfo(zone))
    assert f"{local:%m-%d %H:%M}" == repeated
    later = (local + timedelta(0)).replace(fold=1)
    assert at < later.astimezone(UTC)


@pytest.mark.parametrize("zone", [edge[0] for edge in EDGES] + ["Asia/Kathmandu"])
def test_a_wall_time_is_kept_on_every_day_of_a_year(zone: str) -> None:
    for number in range(1, 366, 3):
        day = date(2027, 1, 5) + timedelta(days=number)
        local = exact(f"{day} 15:30", zone).astimezone(ZoneInfo(zone))
        assert (local.date(), f"{local:%H:%M}") == (day, "15:30")


@pytest.mark.parametrize(("zone", "skipped", "repeated"), EDGES)
def test_hours_ahead_are_real_hours_across_the_edge(
    zone: str, skipped: str, repeated: str
) -> None:
    for edge in (skipped, repeated):
        now = exact(f"2027-{edge}", zone) - timedelta(hours=3)
        outcome = times.read("in 6 hours", now=now, zone=zone)
        assert outcome == times.Exact(now + timedelta(hours=6))


@pytest.mark.parametrize("zone", [edge[0] for edge in EDGES])
def test_what_is_offered_is_read_back_the_same(zone: str) -> None:
    for hour in range(0, 24 * 300, 7):
        at = NOW + timedelta(hours=hour, minutes=hour % 60 + 1)
        first = at.astimezone(ZoneInfo(zone)).replace(fold=0).astimezone(UTC)
        assert exact(spoken.exact(at, zone), zone) == first
