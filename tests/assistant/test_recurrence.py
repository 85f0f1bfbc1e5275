"""What comes again comes at its wall time, in order, once, wherever clocks are moved."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.assistant.recurrence import Recurrence

NEW_YORK = "America/New_York"
# Where clocks are moved at odd hours or by odd lengths, were once, or never are.
ZONES = [
    "Africa/Casablanca",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Havana",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/London",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
]
RULES = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=DAILY;BYHOUR=2,14;BYMINUTE=15,45",
    "FREQ=DAILY;COUNT=40;BYHOUR=1,2,3",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
]


def rule(said: str, start: str, zone: str = NEW_YORK) -> Recurrence:
    return Recurrence.of(said, start=datetime.fromisoformat(start), zone=zone)


def local(at: datetime | None, zone: str = NEW_YORK) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at else "never"


def first(recurrence: Recurrence, count: int, since: datetime) -> list[str]:
    found: list[str] = []
    at: datetime | None = since
    while at and len(found) < count and (at := recurrence.next_after(at)):
        found.append(local(at, recurrence.zone))
    return found


BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "start", "comes"),
    [
        ("FREQ=MONTHLY", "2026-01-31T09:00", ["2026-01-31 09:00", "2026-03-31 09:00"]),
        ("FREQ=YEARLY", "2028-02-29T09:00", ["2028-02-29 09:00", "2032-02-29 09:00"]),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "2026-01-31T09:00",
            ["2026-01-31 09:00", "2026-02-28 09:00", "2026-03-31 09:00"],
        ),
        ("FREQ=DAILY;COUNT=1", "2026-01-31T09:00", ["2026-01-31 09:00"]),
        ("FREQ=DAILY;UNTIL=20260131", "2026-01-31T09:00", ["2026-01-31 09:00"]),
        (
            "RRULE:FREQ=DAILY;UNTIL=20260201T140000Z",
            "2026-01-31T09:00",
            ["2026-01-31 09:00", "2026-02-01 09:00"],
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=SU",
            "2026-02-03T09:00",
            ["2026-02-03 09:00", "2026-02-17 09:00"],
        ),
    ],
)
def test_a_rule_comes_as_the_standard_says(
    said: str, start: str, comes: list[str]
) -> None:
    assert first(rule(said, start), len(comes) + 1, BEGINNING)[: len(comes)] == comes
    if "COUNT" in said or "UNTIL" in said:
        assert first(rule(said, start), len(comes) + 1, BEGINNING) == comes


def test_a_time_that_clocks_skip_moves_forward_and_the_next_day_is_as_told() -> None:
    daily = rule("FREQ=DAILY", "2027-03-13T02:30")
    assert first(daily, 3, BEGINNING) == [
        "2027-03-13 02:30",
        "2027-03-14 03:30",
        "2027-03-15 02:30",
    ]


def test_a_time_that_clocks_repeat_comes_once() -> None:
    daily = rule("FREQ=DAILY", "2027-11-06T01:30")
    seventh = datetime(2027, 11, 7, 5, 30, tzinfo=UTC)
    assert daily.between(seventh, seventh + timedelta(days=1)) == [seventh]


def test_two_times_that_moved_clocks_make_the_same_are_one() -> None:
    twice = rule("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30", "2027-03-13T02:30")
    day = datetime(2027, 3, 14, 5, tzinfo=UTC)
    assert [*map(local, twice.between(day, day + timedelta(hours=12)))] == [
        "2027-03-14 03:30"
    ]


def test_hours_are_real_hours_whatever_clocks_do() -> None:
    start = datetime(2027, 3, 14, 5, tzinfo=UTC)
    hourly = Recurrence.of("FREQ=HOURLY;INTERVAL=3", start=start, zone=NEW_YORK)
    found = hourly.between(start, start + timedelta(days=1))
    assert found == [start + timedelta(hours=3 * each) for each in range(8)]


def test_a_day_that_a_place_skipped_is_told_once_with_the_next() -> None:
    # Samoa had no 30 December 2011.
    daily = rule("FREQ=DAILY", "2011-12-28T09:00", "Pacific/Apia")
    since = datetime(2011, 12, 28, tzinfo=UTC)
    assert first(daily, 4, since) == [
        "2011-12-28 09:00",
        "2011-12-29 09:00",
        "2011-12-31 09:00",
        "2012-01-01 09:00",
    ]


def test_one_occurrence_can_be_left_out() -> None:
    daily = rule("FREQ=DAILY", "2027-03-13T02:30")
    skipped = datetime(2027, 3, 14, 7, 30, tzinfo=UTC)
    assert first(daily.without(skipped), 2, BEGINNING) == [
        "2027-03-13 02:30",
        "2027-03-15 02:30",
    ]
    assert daily.without(skipped).exceptions == (datetime(2027, 3, 14, 2, 30),)


def test_it_keeps_its_wall_time_in_another_place() -> None:
    moved = rule("FREQ=DAILY;UNTIL=20260203T083000", "2026-02-01T08:00")
    assert first(moved.in_zone("Asia/Tokyo"), 9, BEGINNING) == [
        "2026-02-01 08:00",
        "2026-02-02 08:00",
        "2026-02-03 08:00",
    ]


def test_a_calendar_is_given_the_end_in_utc() -> None:
    daily = rule("FREQ=DAILY;UNTIL=20260203T083000", "2026-02-01T08:00")
    without = daily.without(datetime(2026, 2, 2, 13, tzinfo=UTC))
    assert without.lines() == [
        "RRULE:FREQ=DAILY;UNTIL=20260203T133000Z",
        "EXDATE;TZID=America/New_York:20260202T080000",
    ]
    assert rule(without.lines()[0], "2026-02-01T08:00") == daily
    hourly = Recurrence.of(
        "FREQ=HOURLY;UNTIL=20260203T133000Z",
        start=datetime(2026, 2, 1, tzinfo=UTC),
        zone=NEW_YORK,
        exceptions=[datetime(2026, 2, 1, 1, tzinfo=UTC)],
    )
    assert hourly.lines() == [
        "RRULE:FREQ=HOURLY;UNTIL=20260203T133000Z",
        "EXDATE:20260201T010000Z",
    ]
    assert Recurrence.back(hourly.kept()) == hourly


@pytest.mark.parametrize(
    "said",
    [
        "",
        "every day",
        "FREQ=SECONDLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=MONTHLY;INTERVAL=00",
        "FREQ=DAILY;INTERVAL=x",
        "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;UNTIL=soon",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=99999999999999",
        "FREQ=HOURLY;BYDAY=MO",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
    ],
)
def test_what_is_no_rule_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="not a rule|never comes"):
        rule(said, "2026-01-01T09:00")


def test_years_later_the_next_one_is_found_without_counting() -> None:
    start = datetime(1990, 1, 1, tzinfo=UTC)
    quarters = Recurrence.of("FREQ=MINUTELY;INTERVAL=15", start=start, zone="UTC")
    counted = Recurrence.of(
        "FREQ=MINUTELY;INTERVAL=15;COUNT=2000000", start=start, zone="UTC"
    )
    since = datetime(2026, 1, 1, 0, 7, tzinfo=UTC)
    for each in (quarters, counted):
        assert each.next_after(since) == datetime(2026, 1, 1, 0, 15, tzinfo=UTC)
    assert counted.next_after(datetime(2060, 1, 1, tzinfo=UTC)) is None


@settings(deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    said=st.sampled_from(RULES),
    day=st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    minute=st.integers(0, 24 * 4 - 1),
    ahead=st.integers(0, 400),
)
def test_nothing_is_lost_doubled_or_out_of_order(
    zone: str, said: str, day: date, minute: int, ahead: int
) -> None:
    start = datetime(day.year, day.month, day.day) + timedelta(minutes=15 * minute)
    recurrence = Recurrence.of(said, start=start, zone=zone)
    since = start.replace(tzinfo=UTC) + timedelta(days=ahead)
    until = since + timedelta(days=45)
    found = recurrence.between(since, until)
    assert all(a < b for a, b in pairwise(found))
    # Told one by one they are the same.
    told = []
    at = recurrence.next_after(since - timedelta(microseconds=1))
    while at and at < until:
        told.append(at)
        at = recurrence.next_after(at)
    assert told == found
    # Two halves are the whole.
    middle = since + (until - since) / 2
    assert recurrence.between(since, middle) + recurrence.between(middle, until) == (
        found
    )


@settings(deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    minute=st.integers(0, 24 * 4 - 1),
)
def test_every_day_of_a_year_has_its_own(zone: str, day: date, minute: int) -> None:
    start = datetime(day.year, day.month, day.day) + timedelta(minutes=15 * minute)
    daily = Recurrence.of("FREQ=DAILY", start=start, zone=zone)
    place = ZoneInfo(zone)
    since = start.replace(tzinfo=place).astimezone(UTC)
    end = (start + timedelta(days=365)).replace(tzinfo=place).astimezone(UTC)
    found = daily.between(since, end)
    assert len(found) == 365
    for number, at in enumerate(found):
        told = start + timedelta(days=number)
        wall = at.astimezone(place)
        if wall.replace(tzinfo=None) == told:
            # Of a time that comes twice, the first.
            assert wall.fold == 0
        else:
            # It did not exist: later by what was skipped.
            back = told.replace(tzinfo=place).astimezone(UTC).astimezone(place)
            assert back.replace(tzinfo=None) != told
            assert timedelta(0) < wall.replace(tzinfo=None) - told <= timedelta(hours=1)
