"""What is said back of a time reads to the same, in every zone and over its edges."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.assistant import phrases, times
from apps.assistant.recurrence import Recurrence
from apps.assistant.times import retold, spoken
from tests.assistant.test_recurrence import ZONES
from tests.assistant.test_repeat_phrases import PHRASES
from tests.assistant.test_spanish_times import PHRASES as SPANISH
from tests.assistant.test_time_phrases import NOW, ZONE

# In each language, the same in the same place.
DAYS = {
    "en": [
        "every day",
        "every 2 days",
        "every weekday",
        "every weekend",
        "every friday",
        "every monday and thursday",
        "every 3 weeks on tuesday and sunday",
        "every month on the 1st and 31st",
        "every 2 months on the last day",
        "the first monday of every month",
        "the last weekday of every month",
        "every year on feb 29",
        "every year on dec 25",
    ],
    "es": [
        "cada día",
        "cada 2 días",
        "todos los días laborables",
        "cada fin de semana",
        "cada viernes",
        "los lunes y jueves",
        "cada 3 semanas el martes y domingo",
        "cada mes el 1 y 31",
        "cada 2 meses el último día",
        "el primer lunes de cada mes",
        "el último día laborable de cada mes",
        "cada año el 29 de febrero",
        "todos los años el 25 de diciembre",
    ],
}
LAST_WEEKDAY = 10
TIMES = {
    "en": ["at {0}", "at {0} and {1}", "at {0}, {1} and {2}"],
    "es": ["a las {0}", "a las {0} y a las {1}", "a las {0}, {1} y {2}"],
}
BOUNDS = {
    "en": [
        "",
        "until 2028-01-31",
        "for 3 weeks",
        "for 2 months",
        "12 times",
        "starting 2027-02-28",
        "starting 2027-02-28 until 2028-03-01",
        "except mondays",
        "except 2027-03-14",
    ],
    "es": [
        "",
        "hasta el 2028-01-31",
        "durante 3 semanas",
        "por 2 meses",
        "12 veces",
        "desde el 2027-02-28",
        "desde el 2027-02-28 hasta el 2028-03-01",
        "excepto los lunes",
        "excepto el 2027-03-14",
    ],
}
HOURS = {"en": "every {0} hours", "es": "cada {0} horas"}
KNOWN = {"en": PHRASES, "es": SPANISH}
languages = st.sampled_from(phrases.languages())
clocks = st.tuples(st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
moments = st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 31))


def read(phrase: str, now: datetime, zone: str) -> times.Outcome:
    return times.read(phrase, now=now, zone=zone)


@settings(deadline=None)
@given(
    language=languages,
    zone=st.sampled_from(ZONES),
    now=moments,
    ahead=st.integers(1, 500 * 24 * 60),
    hours=st.sampled_from([12, 24]),
)
def test_an_instant(
    language: str, zone: str, now: datetime, ahead: int, hours: int
) -> None:
    at = now.replace(second=0, microsecond=0, tzinfo=UTC) + timedelta(minutes=ahead)
    # Of a wall time that comes twice the first is meant.
    first = at.astimezone(ZoneInfo(zone)).replace(fold=0).astimezone(UTC)
    moment = now.replace(tzinfo=UTC)
    if first <= moment:
        return
    with phrases.spoken_in(language):
        said = spoken.full(first, zone, now=moment, hours=hours)
        assert read(said, moment, zone) == times.Exact(first)
        assert read(spoken.exact(first, zone), moment, zone) == times.Exact(first)


@settings(deadline=None)
@given(
    language=languages,
    zone=st.sampled_from(ZONES),
    now=moments,
    days=st.integers(0, len(DAYS["en"]) - 1),
    told=st.lists(clocks, min_size=1, max_size=3, unique=True),
    bounds=st.integers(0, len(BOUNDS["en"]) - 1),
    hours=st.sampled_from([12, 24]),
)
def test_a_rule(
    language: str,
    zone: str,
    now: datetime,
    days: int,
    told: list[tuple[int, int]],
    bounds: int,
    hours: int,
) -> None:
    with phrases.spoken_in(language):
        moment = now.replace(tzinfo=UTC)
        clocks = (f"{h:02}:{m:02}" for h, m in sorted(told))
        at = TIMES[language][len(told) - 1].format(*clocks)
        bound = BOUNDS[language][bounds]
        outcome = read(f"{DAYS[language][days]} {at} {bound}", moment, zone)
        if outcome in (times.Impossible("never"), times.Impossible("far")):
            return
        assert isinstance(outcome, times.Repeats)
        if not outcome.rules:
            # "the last weekday" at several times of a day is not told apart.
            assert days == LAST_WEEKDAY
            return
        (rule,) = outcome.rules
        exactly = read(retold.exact(rule, now=moment), moment, zone)
        assert exactly == outcome
        said = retold.rule(rule, now=moment, hours=hours)
        if "2027-02-28" not in bound:
            assert read(said, moment, zone) == outcome
        check(rule, sorted(told), moment)


def check(rule: Recurrence, told: list[tuple[int, int]], since: datetime) -> None:
    """All at the wall times that were told, or moved on from one that was skipped."""
    place = ZoneInfo(rule.zone)
    for at in rule.between(since, since + timedelta(days=400)):
        wall = at.astimezone(place)
        if (wall.hour, wall.minute) in told:
            assert wall.fold == 0
            continue
        moved = [
            wall.replace(hour=h, minute=m, fold=0).astimezone(UTC) for h, m in told
        ]
        assert at in moved


@pytest.mark.parametrize(
    ("language", "phrase"),
    [(each, phrase) for each in KNOWN for phrase, _ in KNOWN[each]],
)
def test_every_phrase_that_is_known(language: str, phrase: str) -> None:
    with phrases.spoken_in(language):
        outcome = read(phrase, NOW, ZONE)
        rules = outcome.rules if isinstance(outcome, times.Repeats) else ()
        for rule in rules:
            exact = retold.exact(rule, now=NOW)
            assert read(exact, NOW, ZONE) == times.Repeats((rule,))


@settings(deadline=None)
@given(
    language=languages,
    zone=st.sampled_from(ZONES),
    now=moments,
    hours=st.integers(1, 30),
)
def test_real_hours_stay_so_over_the_edges(
    language: str, zone: str, now: datetime, hours: int
) -> None:
    moment = now.replace(tzinfo=UTC, microsecond=0)
    with phrases.spoken_in(language):
        outcome = read(HOURS[language].format(hours), moment, zone)
    assert isinstance(outcome, times.Repeats)
    (rule,) = outcome.rules
    step = timedelta(hours=hours)
    month = rule.between(moment, moment + timedelta(days=30))
    assert month == [moment + step * n for n in range(1, len(month) + 1)]
    assert len(month) >= timedelta(days=29) // step
