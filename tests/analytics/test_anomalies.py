"""A day unlike the others stands out, and an ordinary one does not."""

import random
from datetime import date, timedelta

import pytest
import time_machine

from apps.analytics import charts, drawing, periods
from apps.analytics.anomalies import odd
from apps.analytics.figures import NAMES, Figures
from apps.analytics.periods import Period

FIRST = date(2026, 10, 1)


def usual(seed: int) -> list[float | None]:
    chance = random.Random(seed)
    return [chance.uniform(80, 120) for _ in range(29)]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("value", [0, 300, 1_000])
def test_one_day_unlike_the_others_is_found(seed: int, value: float) -> None:
    found = odd([*usual(seed), value])
    assert found == [False] * 29 + [True]


@pytest.mark.parametrize("seed", range(20))
def test_ordinary_days_are_not(seed: int) -> None:
    assert not any(odd(usual(seed)))


def test_of_few_days_or_equal_ones_nothing_is_said() -> None:
    assert odd([1, 1, 1, 100]) == [False] * 4
    assert not any(odd([100.0] * 20 + [105.0]))
    assert not any(odd([0.0] * 20))
    assert odd([100.0] * 20 + [None, 50.0]) == [False] * 21 + [True]


def test_the_console_marks_it_and_a_person_is_spared(settings: object) -> None:
    days = {FIRST + timedelta(days=n): dict.fromkeys(NAMES, 100) for n in range(30)}
    days[FIRST + timedelta(days=12)]["came"] = 900
    period = Period(FIRST, FIRST + timedelta(days=29))
    of_all = drawing.draw(charts.every()["texts"], Figures(period, days, {}, True))
    assert {bar.said.split(",")[0] for bar in of_all.bars if bar.is_odd} == {"13 Oct"}
    assert [row.step for row in of_all.rows if row.is_odd] == ["13 Oct"]
    own = drawing.draw(charts.every()["texts"], Figures(period, days, {}))
    assert not any(bar.is_odd for bar in own.bars)


@time_machine.travel("2026-11-26T12:00:00+00:00", tick=False)
def test_of_what_is_not_over_nothing_is_said() -> None:
    """Half a day, and the few days of a month that a year begins in."""
    usual = dict.fromkeys(NAMES, 100)
    days = {date(2026, 11, 26) - timedelta(days=n): usual for n in range(1, 365)}
    days[date(2026, 11, 26)] = dict.fromkeys(NAMES, 5)
    for key in ("30d", "year"):
        drawn = drawing.draw(
            charts.every()["texts"], Figures(periods.named(key), days, {}, True)
        )
        assert not any(bar.is_odd for bar in drawn.bars), key


@time_machine.travel("2026-11-26T12:00:00+00:00", tick=False)
def test_the_last_day_of_a_period_that_is_over_is_looked_at() -> None:
    days = {FIRST + timedelta(days=n): dict.fromkeys(NAMES, 100) for n in range(31)}
    days[FIRST + timedelta(days=30)]["came"] = 900
    found = Figures(periods.named("last_month"), days, {}, True)
    drawn = drawing.draw(charts.every()["texts"], found)
    assert [row.step for row in drawn.rows if row.is_odd] == ["31 Oct"]


@pytest.mark.parametrize("days", [30, 90])
def test_a_flood_among_days_of_nothing_is_found(days: int) -> None:
    found = odd([*[0.0] * (days - 5), 500.0, *[0.0] * 4], every=7)
    assert [place for place, is_odd in enumerate(found) if is_odd] == [days - 5]


@pytest.mark.parametrize("days", [30, 90])
def test_a_weekday_is_held_against_its_like(days: int) -> None:
    week = [100.0] * 5 + [10.0] * 2
    values = [week[n % 7] for n in range(days)]
    assert not any(odd(values, every=7))
    values[12], values[21] = 300.0, 10.0  # a Saturday like no other, a Monday off
    found = odd(values, every=7)
    assert [place for place, is_odd in enumerate(found) if is_odd] == [12, 21]


@pytest.mark.parametrize("seed", range(20))
def test_weekdays_of_ordinary_days_are_alike(seed: int) -> None:
    assert not any(odd(usual(seed), every=7))
    assert odd([*usual(seed), 1_000], every=7) == [False] * 29 + [True]


def test_a_few_texts_among_days_of_none_are_no_news() -> None:
    days = {
        FIRST + timedelta(days=n): dict.fromkeys(NAMES, 0)
        | {"came": texts, "cost_in": 8_000 * texts}
        for n, texts in ((20, 2), (21, 1), (22, 500), (25, 9))
    }
    found = Figures(Period(FIRST, FIRST + timedelta(days=29)), days, {}, True)
    for key in ("texts", "cost"):
        drawn = drawing.draw(charts.every()[key], found)
        assert [row.step for row in drawn.rows if row.is_odd] == ["23 Oct"], key
