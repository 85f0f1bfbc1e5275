"""When an entry of the timetable is due, in every zone and over every change of clocks."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.jobs.occurrences import (
    MOST_COUNTED,
    BadCrontab,
    Crontab,
    Interval,
    Once,
    due,
    upcoming,
)

DAY = timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def first(crontab: Crontab, after: str, count: int = 1) -> list[str]:
    found = islice(crontab.after(utc(after)), count)
    return [f"{at:%Y-%m-%d %H:%M}" for at in found]


@pytest.mark.parametrize(
    ("fields", "after", "expected"),
    [
        (("0", "9"), "2026-11-25 08:59", "2026-11-25 09:00"),
        (("0", "9"), "2026-11-25 09:00", "2026-11-26 09:00"),
        (("*/15", "*"), "2026-11-25 23:50", "2026-11-26 00:00"),
        (("0", "9", "1"), "2026-11-25 00:00", "2026-12-01 09:00"),
        (("0", "9", "*", "*", "mon-fri"), "2026-11-27 10:00", "2026-11-30 09:00"),
        (("0", "9", "*", "*", "7"), "2026-11-25 00:00", "2026-11-29 09:00"),
        (("0", "9", "*", "*", "sun"), "2026-11-25 00:00", "2026-11-29 09:00"),
        (("0", "0", "29", "2"), "2026-11-25 00:00", "2028-02-29 00:00"),
        (("0", "0", "31", "*"), "2026-11-25 00:00", "2026-12-31 00:00"),
        (("0", "9", "13", "*", "fri"), "2026-11-25 00:00", "2027-08-13 09:00"),
    ],
)
def test_it_is_read_as_cron_reads_it(
    fields: tuple[str, ...], after: str, expected: str
) -> None:
    assert first(Crontab(*fields), after) == [expected]


def test_it_is_read_in_its_own_zone() -> None:
    berlin = Crontab("0", "9", zone="Europe/Berlin")
    assert first(berlin, "2026-07-01 00:00") == ["2026-07-01 07:00"]
    assert first(berlin, "2026-12-01 00:00") == ["2026-12-01 08:00"]
    auckland = Crontab("0", "9", "*", "*", "mon", zone="Pacific/Auckland")
    assert first(auckland, "2026-11-25 00:00") == ["2026-11-29 20:00"]


def test_a_time_that_the_clock_jumps_over_comes_when_it_has_jumped() -> None:
    berlin = Crontab("30", "2", zone="Europe/Berlin")
    assert first(berlin, "2026-03-28 12:00", 2) == [
        "2026-03-29 01:00",
        "2026-03-30 00:30",
    ]


def test_a_day_whose_midnight_does_not_exist_is_kept() -> None:
    beirut = Crontab("0", "0", zone="Asia/Beirut")
    days = first(beirut, "2026-03-27 12:00", 3)
    assert days == ["2026-03-27 22:00", "2026-03-28 22:00", "2026-03-29 21:00"]


def test_a_time_that_comes_twice_runs_once() -> None:
    berlin = Crontab("30", "2", zone="Europe/Berlin")
    assert first(berlin, "2026-10-24 12:00", 2) == [
        "2026-10-25 00:30",
        "2026-10-26 01:30",
    ]


def test_what_runs_every_half_hour_runs_through_both_hours() -> None:
    berlin = Crontab("*/30", "*", zone="Europe/Berlin")
    for start in ("2026-10-24 23:00", "2026-03-28 23:00"):
        found = list(islice(berlin.after(utc(start)), 12))
        steps = {b - a for a, b in zip(found, found[1:], strict=False)}
        assert steps == {timedelta(minutes=30)}


@pytest.mark.parametrize(
    ("minute", "hour", "longest"),
    [
        ("*/30", "0-6", 30),
        ("*/30", "1-6", 30),
        ("0", "0-6", 60),
        ("0", "1-6", 60),
        # Times of the day, not a window.
        ("0", "1,2", 120),
        ("*/30", "0-1", 30),
    ],
)
def test_a_window_runs_through_the_hour_that_is_repeated(
    minute: str, hour: str, longest: int
) -> None:
    new_york = Crontab(minute, hour, zone="America/New_York")
    night = takewhile(
        lambda at: at < utc("2026-11-01 12:00"), new_york.after(utc("2026-11-01"))
    )
    # From midnight there to the morning.
    found = [at for at in night if at >= utc("2026-11-01 04:00")]
    assert max(b - a for a, b in pairwise(found)) == timedelta(minutes=longest)


@pytest.mark.parametrize(
    "fields", [("0", "0", "30", "2"), ("0", "0", "31", "4,6,9,11")], ids=str
)
def test_what_never_comes_never_comes(fields: tuple[str, ...]) -> None:
    assert upcoming(Crontab(*fields), utc("2026-11-25")) is None
    assert due(Crontab(*fields), last=utc("2020-01-01"), now=utc("2026-01-01")) is None


@pytest.mark.parametrize(
    "fields",
    [("60",), ("*", "24"), ("x",), ("",), ("*/0",), ("*", "*", "0")],
    ids=str,
)
def test_a_field_that_cannot_be_read_says_so(fields: tuple[str, ...]) -> None:
    with pytest.raises(BadCrontab, match="cannot be read"):
        upcoming(Crontab(*fields), utc("2026-11-25"))


def test_what_was_missed_is_counted_and_done_once() -> None:
    nightly = Crontab("0", "3")
    found = due(nightly, last=utc("2026-11-20 03:00"), now=utc("2026-11-25 09:00"))
    assert found is not None
    assert (found.at, found.since, found.missed) == (
        utc("2026-11-25 03:00"),
        utc("2026-11-21 03:00"),
        4,
    )
    assert due(nightly, last=found.at, now=utc("2026-11-25 09:00")) is None
    hourly = Interval(timedelta(hours=1))
    found = due(hourly, last=utc("2026-11-25 00:30"), now=utc("2026-11-25 04:00"))
    assert found is not None and (found.at, found.missed) == (
        utc("2026-11-25 03:30"),
        2,
    )


def test_a_year_away_is_reckoned_at_once() -> None:
    every_minute = Crontab()
    now = utc("2026-11-25 09:00")
    found = due(every_minute, last=utc("2025-11-25 09:00"), now=now)
    assert found is not None and (found.at, found.missed) == (now, MOST_COUNTED - 1)
    assert due(every_minute, last=found.at, now=now) is None


def test_once_is_once() -> None:
    at = utc("2026-11-25 09:00")
    assert due(Once(at), last=at - DAY, now=at - timedelta(seconds=1)) is None
    found = due(Once(at), last=at - DAY, now=at + 2 * DAY)
    assert found is not None and (found.at, found.missed) == (at, 0)
    assert due(Once(at), last=at, now=at + 2 * DAY) is None


@given(
    zone=st.sampled_from(sorted(available_timezones() - {"localtime"})),
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    start=st.datetimes(datetime(1999, 1, 1), datetime(2037, 1, 1)),
)
def test_every_day_of_every_zone_has_its_time_once(
    zone: str, minute: int, hour: int, start: datetime
) -> None:
    """Nine days in a row: each has one, in order, on the clock it was asked for or at
    the end of a gap. A zone that skipped a whole day has that day's at its end."""
    crontab = Crontab(str(minute), str(hour), zone=zone)
    after = start.replace(tzinfo=UTC)
    found = list(islice(crontab.after(after), 9))
    assert found == sorted(set(found)) and found[0] > after
    assert found[-1] - found[0] <= 9 * DAY
    local = [at.astimezone(ZoneInfo(zone)) for at in found]
    exact = [at for at in local if (at.hour, at.minute) == (hour, minute)]
    assert len(exact) >= 8
