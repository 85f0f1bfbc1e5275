"""When an entry of the timetable is due: pure reckoning, no database.

A crontab is read in its own time zone. In spring a time that does not exist runs at the
first moment after the gap; in autumn a time that comes twice runs the first time, and
what runs hour by hour there, or oftener, runs through both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

from celery.schedules import ParseException, crontab_parser

# The 29th of February on a chosen weekday comes back after 28 years, or after 40 over a
# year like 2100; what does not come within that never does.
FURTHEST = timedelta(days=366 * 41)
_LOOKED_AT = timedelta(days=8 * 366)
# Whoever was away for longer is told "at least so many".
MOST_COUNTED = 1_000


class BadCrontab(ValueError):
    """A field cannot be read; the message says which."""


@dataclass(frozen=True)
class Crontab:
    """Five fields as cron has them (Sunday is 0 or 7), and an IANA zone.

    A day has to fit both the day of the month and the weekday, as Celery reads it.
    """

    minute: str = "*"
    hour: str = "*"
    day_of_month: str = "*"
    month_of_year: str = "*"
    day_of_week: str = "*"
    zone: str = "UTC"

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Each time after `moment`, in UTC; nothing within `FURTHEST` ends it. Raises
        BadCrontab."""
        zone = ZoneInfo(self.zone)
        # A day before: a gap at midnight can push a time into the day after it.
        for day in self._days((moment.astimezone(zone) - timedelta(days=1)).date()):
            found = {
                at
                for clock in self._times()
                for at in _instants(
                    datetime.combine(day, clock, zone),
                    twice=self._goes_on(clock.hour),
                )
            }
            yield from sorted(at for at in found if at > moment)

    def longest_gap(self) -> timedelta | None:
        """The longest time between two runs, or from now to the first. None for what
        does not come within eight years, which have a leap day. Clocks that are put
        forward or back are not looked at. Raises BadCrontab."""
        today = datetime.now(UTC).date()
        last = today + _LOOKED_AT
        days = [day for day in self._days(today) if day < last]
        if not days:
            return None
        clocks = [timedelta(hours=c.hour, minutes=c.minute) for c in self._times()]
        within = max((b - a for a, b in pairwise(clocks)), default=timedelta())
        apart = max(b - a for a, b in pairwise([today, *days, last]))
        return max(within, apart - clocks[-1] + clocks[0])

    def _days(self, day: date) -> Iterator[date]:
        """From that one on."""
        days, months = _set(self.day_of_month, 31, 1), _set(self.month_of_year, 12, 1)
        weekdays = _weekdays(self.day_of_week)
        last = day + FURTHEST
        while day <= last:
            if day.month not in months:
                day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
                continue
            if day.day in days and day.isoweekday() % 7 in weekdays:
                yield day
            day += timedelta(days=1)

    def _times(self) -> tuple[time, ...]:
        return _times(self.minute, self.hour)

    def _goes_on(self, hour: int) -> bool:
        """Whether runs follow each other around that hour, so that left out once more
        it would be a hole. Two hours with one run each are two times of the day."""
        hours = _set(self.hour, 24)
        before, behind, later = ((hour + by) % 24 in hours for by in (-1, 1, 2))
        return behind and (before or later or len(_set(self.minute, 60)) > 1)


@dataclass(frozen=True)
class Interval:
    """Every so often, from the last time on."""

    every: timedelta

    def after(self, moment: datetime) -> Iterator[datetime]:
        while True:
            moment += self.every
            yield moment


@dataclass(frozen=True)
class Once:
    at: datetime

    def after(self, moment: datetime) -> Iterator[datetime]:
        if moment < self.at:
            yield self.at


Schedule = Crontab | Interval | Once


@dataclass(frozen=True)
class Due:
    """`at` is the latest time that has come; `missed` came before it and is skipped:
    what was not done is caught up with once. `since` is the first of them all."""

    at: datetime
    since: datetime
    missed: int


def due(schedule: Schedule, *, last: datetime, now: datetime) -> Due | None:
    """What has fallen due after `last`, if anything."""
    if isinstance(schedule, Interval):
        times = (now - last) // schedule.every
        if times < 1:
            return None
        first = last + schedule.every
        return Due(last + times * schedule.every, first, times - 1)
    came = takewhile(lambda at: at <= now, schedule.after(last))
    found = list(islice(came, MOST_COUNTED))
    if not found:
        return None
    # There may be more; none of those is told, and none is left to be done.
    at = found[-1] if len(found) < MOST_COUNTED else now
    return Due(at, found[0], len(found) - 1)


def upcoming(schedule: Schedule, after: datetime) -> datetime | None:
    """The next time, if there is one."""
    return next(iter(schedule.after(after)), None)


def _instants(local: datetime, *, twice: bool) -> Iterator[datetime]:
    first = local.replace(fold=0).astimezone(UTC)
    back = first.astimezone(local.tzinfo)
    if back.replace(tzinfo=None) != local.replace(tzinfo=None):
        # In a gap: what the clock jumped over comes when it has jumped.
        yield _end_of_gap(local)
        return
    yield first
    second = local.replace(fold=1).astimezone(UTC)
    if twice and second != first:
        yield second


def _end_of_gap(local: datetime) -> datetime:
    """The instant of the jump: the offset before it still holds just until then."""
    before, after = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    assert before is not None and after is not None
    low = local.replace(tzinfo=None) - max(before, after)
    high = local.replace(tzinfo=None) - min(before, after)
    low_at, high_at = low.replace(tzinfo=UTC), high.replace(tzinfo=UTC)
    start = low_at.astimezone(local.tzinfo).utcoffset()
    while high_at - low_at > timedelta(seconds=1):
        middle = low_at + (high_at - low_at) / 2
        if middle.astimezone(local.tzinfo).utcoffset() == start:
            low_at = middle
        else:
            high_at = middle
    return high_at.replace(microsecond=0)


@lru_cache(maxsize=256)
def _times(minute: str, hour: str) -> tuple[time, ...]:
    minutes, hours = sorted(_set(minute, 60)), sorted(_set(hour, 24))
    return tuple(time(h, m) for h in hours for m in minutes)


@lru_cache(maxsize=256)
def _set(field: str, most: int, least: int = 0) -> frozenset[int]:
    try:
        found = crontab_parser(most, least).parse(field.strip())
    except (ParseException, ValueError, ZeroDivisionError) as error:
        raise BadCrontab(f"{field!r} cannot be read: {error}") from error
    return frozenset(found)


@lru_cache(maxsize=256)
def _weekdays(field: str) -> frozenset[int]:
    return frozenset(day % 7 for day in _set(field, 8))
