"""Saying an instant back: "Tue 24 Nov, 9:00 AM", "this evening 7:00 PM"."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.assistant.times import vocabulary
from apps.assistant.times.vocabulary import Vocabulary


def clock(at: datetime, zone: str, *, hours: int = 12) -> str:
    """The time of day, "9:00 AM"; by a clock of 24 hours "09:00"."""
    local = at.astimezone(ZoneInfo(zone))
    if hours == 24:
        return f"{local:%H:%M}"
    labels = vocabulary.spoken_here().labels
    half = labels["am" if local.hour < 12 else "pm"]
    return labels["clock"].format(
        hour=local.hour % 12 or 12, minute=f"{local.minute:02}", half=half
    )


def wall(at: time, *, hours: int = 12) -> str:
    """The same of a clock on the wall, wherever it hangs."""
    any_day = datetime(2000, 1, 1, at.hour, at.minute, tzinfo=UTC)
    return clock(any_day, "UTC", hours=hours)


def full(at: datetime, zone: str, *, now: datetime, hours: int = 12) -> str:
    """Weekday, date and time; the year too where it is not this one."""
    words = vocabulary.spoken_here()
    date = _date(at, zone, now, words)
    return words.labels["full"].format(date=date, time=clock(at, zone, hours=hours))


def day(at: datetime, zone: str, *, now: datetime) -> str:
    """Weekday and date, "Tue 1 Dec"; the year too where it is not this one."""
    return _date(at, zone, now, vocabulary.spoken_here())


def choice(at: datetime, zone: str, *, now: datetime, hours: int = 12) -> str:
    """An instant named as a person would between two: "tomorrow 7:00 AM"."""
    words = vocabulary.spoken_here()
    local, here = (moment.astimezone(ZoneInfo(zone)) for moment in (at, now))
    if local.date() == here.date():
        return words.labels[_part(local)].format(time=clock(at, zone, hours=hours))
    if local.date() == here.date() + timedelta(days=1):
        return words.labels["tomorrow"].format(time=clock(at, zone, hours=hours))
    return full(at, zone, now=now, hours=hours)


def _date(at: datetime, zone: str, now: datetime, words: Vocabulary) -> str:
    local, here = (moment.astimezone(ZoneInfo(zone)) for moment in (at, now))
    weekday = words.spoken["weekdays"][local.weekday()]
    month = words.spoken["months"][local.month - 1]
    year = "" if local.year == here.year else f" {local.year}"
    return f"{weekday} {local.day} {month}{year}"


def _part(local: datetime) -> str:
    if local.hour < 12:
        return "morning"
    if local.hour < 18:
        return "afternoon"
    return "evening" if local.hour < 21 else "night"


def exact(at: datetime, zone: str) -> str:
    """An instant in words that `read` takes back to it, "2026-11-24 07:00".

    Of an hour that the clocks repeat it is the first, as everywhere.
    """
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
