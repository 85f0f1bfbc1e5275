"""What time phrases mean, said on Monday 23 November 2026 at 9:00 in New York."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from apps.assistant import times
from apps.assistant.recurrence import Recurrence
from apps.assistant.times import retold

ZONE = "America/New_York"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo(ZONE))

# "?" asks when; "a | b" asks which; "of:" lists several times; a word is why not. What
# repeats is on a page of its own.
PHRASES = [
    ("friday at 5", "11-27 17:00"),
    ("at 7", "11-23 19:00 | 11-24 07:00"),
    ("tonight at 8", "11-23 20:00"),
    ("in half an hour", "11-23 09:30"),
    ("in an hour and a half", "11-23 10:30"),
    ("next friday 5pm", "11-27 17:00 | 12-04 17:00"),
    ("tmrw at 9", "11-24 09:00"),
    ("sunday 3:30am dec 6", "12-06 03:30"),
    ("sunday 2:30 dec 6", "12-06 14:30"),
    ("monday 3pm dec 6", "other_weekday"),
    ("day after tomorrow 10am", "11-25 10:00"),
    ("eod", "11-23 17:00"),
    ("midnight", "11-24 00:00"),
    ("tomorrow at 5pm", "11-24 17:00"),
    ("in 20 minutes", "11-23 09:20"),
    ("monday 8:30", "11-30 08:30"),
    ("tomorrow", "11-24 09:00"),
    ("tomorrow at noon", "11-24 12:00"),
    ("tomorrow 9", "11-24 09:00"),
    ("tomorrow at 9:15", "11-24 09:15"),
    ("tomorrow at 6", "11-24 18:00"),
    ("tomorrow at 7", "11-24 07:00"),
    ("tomorrow at 12", "11-24 12:00"),
    ("tomorrow at 12am", "11-24 00:00"),
    ("tomorrow at 0:30", "11-24 00:30"),
    ("tomorrow morning", "11-24 09:00"),
    ("tomorrow afternoon", "11-24 15:00"),
    ("tomorrow evening", "11-24 18:00"),
    ("tomorrow night", "11-24 20:00"),
    ("tomorrow night at 11", "11-24 23:00"),
    ("tomorrow at 8 in the evening", "11-24 20:00"),
    ("tomorrow at 9 pm", "11-24 21:00"),
    ("9pm tomorrow", "11-24 21:00"),
    ("Tomorrow At 9AM", "11-24 09:00"),
    ("2moro 10am", "11-24 10:00"),
    ("today at 8", "11-23 20:00"),
    ("today at 10", "11-23 10:00"),
    ("today at 5pm", "11-23 17:00"),
    ("today at 8am", "past"),
    ("today", "11-23 13:00 | 11-23 17:00 | 11-23 20:00"),
    ("at 9", "11-23 21:00 | 11-24 09:00"),
    ("at 10", "11-23 10:00"),
    ("at 11:30", "11-23 11:30"),
    ("at 12", "11-23 12:00"),
    ("at 1", "11-23 13:00"),
    ("at 5", "11-23 17:00"),
    ("at 6", "11-23 18:00 | 11-24 06:00"),
    ("at 8", "11-23 20:00 | 11-24 08:00"),
    ("at 0900", "11-24 09:00"),
    ("at 1730", "11-23 17:30"),
    ("at 17.30", "11-23 17:30"),
    ("5pm", "11-23 17:00"),
    ("5 pm", "11-23 17:00"),
    ("5p", "11-23 17:00"),
    ("530 pm", "11-23 17:30"),
    ("tomorrow 1130am", "11-24 11:30"),
    ("5:30pm", "11-23 17:30"),
    ("5.30 pm", "11-23 17:30"),
    ("5 p.m.", "11-23 17:00"),
    ("12pm", "11-23 12:00"),
    ("12am", "11-24 00:00"),
    ("13:45", "11-23 13:45"),
    ("23:59", "11-23 23:59"),
    ("7 o'clock", "11-23 19:00 | 11-24 07:00"),
    ("5 o'clock pm", "11-23 17:00"),
    ("half past 5", "11-23 17:30"),
    ("half past five", "11-23 17:30"),
    ("quarter past 3", "11-23 15:15"),
    ("a quarter to 6", "11-23 17:45"),
    ("ten past 4", "11-23 16:10"),
    ("at five", "11-23 17:00"),
    ("noon", "11-23 12:00"),
    ("midday", "11-23 12:00"),
    ("tonight", "11-23 20:00"),
    ("tonight at 11:30", "11-23 23:30"),
    ("tonight at 12", "11-24 00:00"),
    ("tonight at midnight", "11-24 00:00"),
    ("tonight at 2am", "11-24 02:00"),
    ("this morning", "11-23 10:00"),
    ("this afternoon", "11-23 15:00"),
    ("this evening", "11-23 18:00"),
    ("this evening at 7", "11-23 19:00"),
    ("in the morning", "11-24 09:00"),
    ("in the afternoon", "11-23 15:00"),
    ("in the evening", "11-23 18:00"),
    ("at night", "11-23 20:00"),
    ("at 7 in the evening", "11-23 19:00"),
    ("at 7 in the morning", "11-24 07:00"),
    ("at 9 at night", "11-23 21:00"),
    ("in the morning at 7", "11-24 07:00"),
    ("first thing tomorrow", "11-24 09:00"),
    ("end of day", "11-23 17:00"),
    ("eod friday", "11-27 17:00"),
    ("cob tomorrow", "11-24 17:00"),
    ("in 5 min", "11-23 09:05"),
    ("in 10", "11-23 09:10"),
    ("in 90 seconds", "11-23 09:02"),
    ("in 45 secs", "11-23 09:01"),
    ("in 60s", "11-23 09:01"),
    ("in a few seconds", "11-23 09:01"),
    ("30 sec", "11-23 09:01"),
    ("in 2hrs 30 secs", "11-23 11:01"),
    ("in 1 hour 10 minutes and 30 seconds", "11-23 10:11"),
    ("in a fortnight", "12-07 09:00"),
    ("in 7 fortnights", "2027-03-01 09:00"),
    ("a fortnight from friday", "12-11 09:00"),
    ("in 10 business days", "12-07 09:00"),
    ("in 5 working days at 3pm", "11-30 15:00"),
    ("in 9999 business days", "far"),
    ("in 2 days' time", "11-25 09:00"),
    ("in 7 moons", "?"),
    ("next hour", "?"),
    ("in 5 mins", "11-23 09:05"),
    ("in 1 minute", "11-23 09:01"),
    ("in a minute", "11-23 09:01"),
    ("in 90 minutes", "11-23 10:30"),
    ("in an hour", "11-23 10:00"),
    ("in one hour", "11-23 10:00"),
    ("in 1.5 hours", "11-23 10:30"),
    ("in 2h", "11-23 11:00"),
    ("in 2 hrs", "11-23 11:00"),
    ("in 1h30", "11-23 10:30"),
    ("in 1h 30m", "11-23 10:30"),
    ("in 2 hours 20 minutes", "11-23 11:20"),
    ("in 2 hours and 20 minutes", "11-23 11:20"),
    ("in two hours", "11-23 11:00"),
    ("in a couple of hours", "11-23 11:00"),
    ("in a quarter of an hour", "11-23 09:15"),
    ("in twenty five minutes", "11-23 09:25"),
    ("in a day", "11-24 09:00"),
    ("in 3 days", "11-26 09:00"),
    ("in 3 days at 5pm", "11-26 17:00"),
    ("in 3 days at 9", "11-26 09:00"),
    ("in a week", "11-30 09:00"),
    ("in two weeks", "12-07 09:00"),
    ("in 2 weeks at noon", "12-07 12:00"),
    ("in a month", "12-23 09:00"),
    ("in 6 months", "2027-05-23 09:00"),
    ("in a year", "2027-11-23 09:00"),
    ("in 19 months", "far"),
    ("in 600 days", "far"),
    ("in 99 years", "far"),
    ("20 minutes from now", "11-23 09:20"),
    ("a week from now", "11-30 09:00"),
    ("tuesday", "11-24 09:00"),
    ("wednesday", "11-25 09:00"),
    ("friday", "11-27 09:00"),
    ("on friday", "11-27 09:00"),
    ("this friday", "11-27 09:00"),
    ("this friday at 3", "11-27 15:00"),
    ("fri 5pm", "11-27 17:00"),
    ("sat", "11-28 09:00"),
    ("sun at 11", "11-29 11:00"),
    ("saturday morning", "11-28 09:00"),
    ("thursday evening", "11-26 18:00"),
    ("sunday night", "11-29 20:00"),
    ("friday noon", "11-27 12:00"),
    ("friday at midnight", "11-27 00:00 | 11-28 00:00"),
    ("monday", "11-30 09:00"),
    ("monday at 8", "11-30 08:00"),
    ("monday at 10", "11-23 10:00 | 11-30 10:00"),
    ("monday at 7pm", "11-23 19:00 | 11-30 19:00"),
    ("next monday", "11-30 09:00"),
    ("next tuesday at 4", "11-24 16:00 | 12-01 16:00"),
    ("next week", "11-30 09:00"),
    ("next month", "12-01 09:00 | 12-23 09:00"),
    ("this weekend", "11-28 09:00 | 11-29 09:00"),
    ("weekend at 10", "11-28 10:00 | 11-29 10:00"),
    ("dec 25 at 10", "12-25 10:00"),
    ("on dec 25 at 10", "12-25 10:00"),
    ("25 december", "12-25 09:00"),
    ("25th of december", "12-25 09:00"),
    ("december 25th", "12-25 09:00"),
    ("Dec 25, 2026", "12-25 09:00"),
    ("dec 25 2027", "2027-12-25 09:00"),
    ("jan 1", "2027-01-01 09:00"),
    ("1 jan at noon", "2027-01-01 12:00"),
    ("feb 29", "2028-02-29 09:00"),
    ("feb 30", "no_such_day"),
    ("31 april", "no_such_day"),
    ("31 nov", "no_such_day"),
    ("nov 22", "2027-11-22 09:00"),
    ("nov 23", "11-23 13:00 | 11-23 17:00 | 11-23 20:00"),
    ("nov 23 at 8am", "past"),
    ("nov 24 2025", "past"),
    ("the 5th", "12-05 09:00"),
    ("on the 5th at 9", "12-05 09:00"),
    ("the 30th", "11-30 09:00"),
    ("the 31st", "12-31 09:00"),
    ("the 23rd", "11-23 13:00 | 11-23 17:00 | 11-23 20:00"),
    ("12/05", "12-05 09:00 | 2027-05-12 09:00"),
    ("12/05 at 10", "12-05 10:00 | 2027-05-12 10:00"),
    ("12/25", "12-25 09:00"),
    ("25/12", "12-25 09:00"),
    ("12/12", "12-12 09:00"),
    ("13/13", "no_such_day"),
    ("12/5/2027", "2027-05-12 09:00 | 2027-12-05 09:00"),
    ("1/2/27", "2027-01-02 09:00 | 2027-02-01 09:00"),
    ("5.12.2026", "12-05 09:00"),
    ("2026-12-01", "12-01 09:00"),
    ("2026-12-01 14:00", "12-01 14:00"),
    ("2026-12-01 10:00", "12-01 10:00"),
    ("2026-12-01T08:00", "12-01 08:00"),
    ("2026-11-23 08:00", "past"),
    ("2026-13-01", "no_such_day"),
    ("2029-01-01", "far"),
    ("friday, dec 4 at 3pm", "12-04 15:00"),
    ("by 5pm", "11-23 17:00"),
    ("by friday", "11-27 09:00"),
    ("until 5pm", "11-23 17:00"),
    ("for 20 minutes", "11-23 09:20"),
    ("20 min", "11-23 09:20"),
    ("2h", "11-23 11:00"),
    ("an hour", "11-23 10:00"),
    ("9", "11-23 21:00 | 11-24 09:00"),
    ("17", "11-23 17:00"),
    ("0900", "11-24 09:00"),
    ("how about friday at 3", "11-27 15:00"),
    ("9am please", "11-24 09:00"),
    ("maybe tomorrow at 10?", "11-24 10:00"),
    ("at 25", "no_such_time"),
    ("at 13:75", "no_such_time"),
    ("yesterday", "past"),
    ("call ana", "?"),
    ("tomorrow at 9 call ana", "?"),
    ("soon", "?"),
    ("asap", "?"),
    ("later", "?"),
    ("at 5 at 6", "?"),
    ("tomorrow friday", "other_weekday"),
    ("in 2 hours at 5", "?"),
    ("30:00", "no_such_time"),
    ("24:00", "11-24 00:00"),
    ("17h", "11-23 17:00"),
    ("tomorrow 9h", "11-24 09:00"),
    ("9h", "11-23 18:00"),
    ("9.30h", "11-23 09:30"),
    ("9.30", "11-23 09:30"),
    ("25.12.", "12-25 09:00"),
    ("on 5.12.", "12-05 09:00 | 2027-05-12 09:00"),
    ("5.12", "11-23 17:12 | 12-05 09:00 | 2027-05-12 09:00"),
    ("half 7", "11-23 19:30 | 11-24 07:30"),
    ("at 5ish", "11-23 17:00"),
    ("5pm sharp", "11-23 17:00"),
    ("at 5pm my time", "11-23 17:00"),
    ("9am EST", "elsewhere"),
    ("9 london time", "elsewhere"),
    ("5pm pacific", "elsewhere"),
    ("end of month", "11-30 09:00"),
    ("end of next month", "12-31 09:00"),
    ("end of the week", "11-27 09:00 | 11-29 09:00"),
    ("next weekend", "11-28 09:00 | 12-05 09:00"),
    ("in a few minutes", "11-23 09:05"),
    ("in a few hours", "11-23 12:00"),
    ("in 3 days in the evening", "11-26 18:00"),
    ("a week from friday", "12-04 09:00"),
    ("in 2 weeks on friday", "?"),
    ("tomorrow 20 min", "?"),
    ("tomorrow after work", "?"),
    ("friday 12/04", "12-04 09:00"),
    ("friday 12/06", "other_weekday"),
    ("tuesday 30 nov", "other_weekday"),
    ("last friday", "past"),
    ("2 hours ago", "past"),
    ("13pm", "11-23 13:00"),
    ("13am", "no_such_time"),
    ("at 9:75", "no_such_time"),
    ("tonight at 5", "11-23 17:00"),
    ("tuesday and thursday at 6pm", "of: 11-24 18:00 | 11-26 18:00"),
    ("tomorrow at 8 or friday", "of: 11-24 08:00 | 11-27 08:00"),
    ("8am and 8pm tomorrow", "of: 11-24 08:00 | 11-24 20:00"),
    ("at 8 and 9", "of: 11-23 20:00 | 11-23 21:00"),
    ("mon wed fri 7am", "of: 11-25 07:00 | 11-27 07:00 | 11-30 07:00"),
    ("the 5th, 6th or 7th", "of: 12-05 09:00 | 12-06 09:00 | 12-07 09:00"),
    ("3-4pm", "of: 11-23 15:00 | 11-23 16:00"),
    ("from 11 to 1pm", "of: 11-23 11:00 | 11-23 13:00"),
    ("between 9 and 5", "of: 11-23 17:00 | 11-24 09:00"),
    ("in 5 to 10 minutes", "of: 11-23 09:05 | 11-23 09:10"),
    ("in a week or two", "of: 11-30 09:00 | 12-07 09:00"),
    ("tomorrow and at 5", "11-24 17:00"),
]


def told(outcome: times.Outcome) -> str:
    match outcome:
        case times.Exact(at):
            return local(at)
        case times.Choices(instants):
            return " | ".join(map(local, instants))
        case times.Several(instants):
            return "of: " + " | ".join(map(named, instants))
        case times.Repeats(()):
            return "how often?"
        case times.Repeats(rules):
            return " | ".join(map(named, rules))
        case times.Impossible(reason):
            return reason
    return "?"


def named(each: datetime | Recurrence) -> str:
    """Of what repeats what is said of it, and the next three."""
    if isinstance(each, datetime):
        return local(each)
    at: datetime | None = NOW
    told: list[str] = []
    while at and len(told) < 3 and (at := each.next_after(at)):
        told.append(local(at))
    return f"{retold.rule(each, now=NOW)}: {', '.join(told)}"


def local(at: datetime) -> str:
    assert at.tzinfo is UTC
    there = at.astimezone(ZoneInfo(ZONE))
    year = "" if there.year == NOW.year else f"{there.year}-"
    return f"{year}{there:%m-%d %H:%M}"


@pytest.mark.parametrize(("phrase", "meaning"), PHRASES)
def test_phrase_means(phrase: str, meaning: str) -> None:
    assert told(times.read(phrase, now=NOW, zone=ZONE)) == meaning


@pytest.mark.parametrize(
    ("clock", "phrase", "meaning"),
    [
        ("11-23 06:00", "at 7", "11-23 07:00"),
        ("11-27 09:00", "in 1 business day", "11-30 09:00"),
        ("11-28 09:00", "in 2 working days", "12-01 09:00"),
        ("11-23 18:30", "at 5", "11-24 17:00"),
        ("11-23 23:30", "at 1", "11-24 01:00 | 11-24 13:00"),
        ("11-24 00:30", "at 2", "11-24 02:00 | 11-24 14:00"),
        ("11-23 22:30", "at 11", "11-23 23:00 | 11-24 11:00"),
        ("11-24 04:30", "today at 5", "11-24 05:00 | 11-24 17:00"),
        ("11-23 18:00", "eod", "11-24 17:00"),
        ("11-23 20:30", "tonight", "11-23 21:00"),
        ("11-23 23:30", "tonight", "past"),
        ("11-23 22:00", "today", "past"),
        ("11-23 16:00", "in the morning", "11-24 09:00"),
        ("11-23 16:00", "this morning", "past"),
        ("11-23 16:30", "this afternoon", "11-23 17:00"),
        ("11-27 09:00", "friday at 5", "11-27 17:00 | 12-04 17:00"),
        ("11-27 18:00", "friday at 5", "12-04 17:00"),
        ("11-25 09:00", "next week", "11-30 09:00 | 12-02 09:00"),
        ("11-28 12:00", "weekend", "11-29 09:00"),
        ("12-31 23:50", "in 20 minutes", "2027-01-01 00:10"),
        ("11-24 00:30", "tue 24 nov, 10:00", "11-24 10:00"),
    ],
)
def test_the_hour_it_is_said_at_counts(clock: str, phrase: str, meaning: str) -> None:
    now = datetime.strptime(f"2026-{clock}", "%Y-%m-%d %H:%M")
    outcome = times.read(phrase, now=now.replace(tzinfo=ZoneInfo(ZONE)), zone=ZONE)
    assert told(outcome) == meaning


def test_a_clock_without_a_day_stays_on_the_day_it_is_given() -> None:
    friday = datetime(2026, 11, 27).date()
    outcome = times.read("5pm", now=NOW, zone=ZONE, day=friday)
    assert told(outcome) == "11-27 17:00"


def test_a_month_that_is_shorter_ends_on_its_last_day() -> None:
    now = datetime(2027, 1, 31, 9, tzinfo=ZoneInfo(ZONE))
    outcome = times.read("in a month", now=now, zone=ZONE)
    assert outcome == times.Exact(datetime(2027, 2, 28, 14, tzinfo=UTC))
