"""A week begins where its person says it does."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.models import User
from apps.assistant import times
from tests.assistant.conftest import ZONE, Phone

MONDAY, SATURDAY, SUNDAY = 0, 5, 6
# Wednesday.
NOW = datetime(2026, 11, 25, 9, tzinfo=ZoneInfo(ZONE))


def days(phrase: str, week_starts: int, now: datetime = NOW) -> list[date]:
    outcome = times.read(phrase, now=now, zone=ZONE, week_starts=week_starts)
    if isinstance(outcome, times.Exact):
        return [outcome.at.astimezone(ZoneInfo(ZONE)).date()]
    assert isinstance(outcome, times.Choices)
    return [at.astimezone(ZoneInfo(ZONE)).date() for at in outcome.at]


@pytest.mark.parametrize(
    ("phrase", "week_starts", "found"),
    [
        ("next week", MONDAY, ["2026-11-30", "2026-12-02"]),
        ("next week", SUNDAY, ["2026-11-29", "2026-12-02"]),
        ("next week", SATURDAY, ["2026-11-28", "2026-12-02"]),
        ("end of the week", MONDAY, ["2026-11-27", "2026-11-29"]),
        ("end of the week", SUNDAY, ["2026-11-27", "2026-11-28"]),
        ("end of the week", SATURDAY, ["2026-11-27"]),
        ("end of next week", SUNDAY, ["2026-12-04", "2026-12-05"]),
    ],
)
def test_next_week_and_its_end(phrase: str, week_starts: int, found: list[str]) -> None:
    assert [f"{day}" for day in days(phrase, week_starts)] == found


def test_on_the_first_day_next_week_is_seven_days_off() -> None:
    sunday = datetime(2026, 11, 29, 9, tzinfo=ZoneInfo(ZONE))
    assert days("next week", SUNDAY, sunday) == [date(2026, 12, 6)]


def test_a_text_is_read_by_the_week_of_who_sends_it(alice: Phone) -> None:
    User.objects.filter(pk=alice.user.pk).update(first_weekday=SUNDAY)
    alice.user.refresh_from_db()
    assert "Sun" in alice.text("remind me to water the plants next week")
