"""Events as they come: in a stretch of time, at an instant, by their words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.accounts.models import User
from apps.assistant import phrases, shared, times
from apps.assistant.events import DAY, LONGEST
from apps.assistant.models import Event, Reminder
from apps.assistant.targets import has
from apps.core import errors

# Where the words of an event are looked for.
AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class Occurrence:
    """An event as it comes once. Whole days run from midnight to midnight where it was
    asked for."""

    event: Event
    start: datetime
    end: datetime
    # By which the series knows it.
    at: datetime

    @property
    def is_whole(self) -> bool:
        """Whether a change of it is one of the whole event."""
        return not self.event.rule


def between(
    *,
    user: User,
    start: datetime,
    end: datetime,
    zone: str = "",
    of: Iterable[int] | None = None,
) -> list[Occurrence]:
    """What touches that time, the earliest first: of that person, or of those with
    these ids. Raises errors.Invalid for a time that is none, or longer than a year."""
    if end <= start or end - start > LONGEST:
        raise errors.Invalid(phrases.say("event_range"))
    wanted = [user.pk] if of is None else [*of]
    kept = Event.objects.filter(user__in=wanted).kept()
    rows = kept.near(start, end).select_related("series", "user")
    found = [
        each
        for row in rows
        for each in _occurrences(row, start, end, zone or user.timezone)
        if each.start < end and (each.end > start or each.start >= start)
    ]
    return sorted(found, key=lambda each: (each.start, each.event.pk))


def occurrence(row: Event, at: datetime, zone: str) -> Occurrence:
    """The one at an instant. Raises errors.NotFound."""
    found = (
        each
        for each in _occurrences(row, at - DAY, at + DAY, zone)
        if each.at == at or each.is_whole
    )
    if (one := next(found, None)) is None:
        raise errors.NotFound(phrases.say("event_gone"))
    return one


def first(row: Event, zone: str) -> Occurrence:
    """What it begins with."""
    return _one(row, row.starts_at, zone)


def upcoming(row: Event, now: datetime, zone: str) -> Occurrence:
    """The next of it, else what there is of it."""
    if rule := row.recurrence:
        at = rule.next_after(now - row.length)
        return occurrence(row, at or row.starts_at, zone)
    return _one(row, row.starts_at, zone)


def wanted(said: str) -> list[str]:
    """The words of an event's title."""
    articles = phrases.words().answers["articles"]
    return [word for word in phrases.folded(said).split() if word not in articles]


def dated(said: str) -> tuple[str, str]:
    """ "soccer" and "this saturday" of "soccer this saturday"; no day where none is
    told."""
    owned = re.fullmatch(phrases.words().answers["owned"], said, re.IGNORECASE)
    if owned and (found := times.split(owned["day"])).phrase and not found.rest:
        # "Friday's soccer".
        return owned["rest"].strip(), found.phrase
    split, leads = times.split(said), phrases.words().answers["of_a_day"]
    words = split.rest.split()
    if split.phrase:
        while words and phrases.folded(words[-1]) in leads:
            words.pop()
        return " ".join(words), split.phrase
    for place, word in enumerate(words):
        tail = times.split(" ".join(words[place + 1 :]))
        if phrases.folded(word) in leads and tail.phrase and not tail.rest:
            return " ".join(words[:place]), tail.phrase
    return said, ""


def is_called(user: User, said: str, now: datetime, zone: str) -> bool:
    """Whether that is said of something on the calendar, or on one that is shared with
    them, and of no reminder; a day may be named with it."""
    words, everybody = wanted(said), [user.pk, *shared.calendars(user)]
    if not about(user, words, now, zone, of=everybody):
        title, day = dated(said)
        words = wanted(title)
        if not day or not about(user, words, now, zone, of=everybody):
            return False
    open_ones = Reminder.objects.owned_by(user).open().values_list("text", flat=True)
    return not any(has(text, words) for text in open_ones)


def about(
    user: User,
    words: list[str],
    now: datetime,
    zone: str,
    *,
    of: Iterable[int] | None = None,
) -> list[Occurrence]:
    """Those ahead whose titles have all the words, of what repeats the next."""
    if not words:
        return []
    found = dict[int, Occurrence]()
    for each in between(user=user, start=now, end=now + AHEAD, zone=zone, of=of):
        if has(each.event.title, words):
            found.setdefault(each.event.pk, each)
    return list(found.values())


def _occurrences(
    row: Event, start: datetime, end: datetime, zone: str
) -> Iterator[Occurrence]:
    rule = row.recurrence
    if rule is None:
        yield _one(row, row.starts_at, zone)
        return
    reach = row.length + DAY
    for at in rule.between(start - reach, end + DAY):
        yield _one(row, at, zone)


def _one(row: Event, at: datetime, zone: str) -> Occurrence:
    if not row.is_all_day:
        here = ZoneInfo(zone)
        return Occurrence(
            row, at.astimezone(here), (at + row.length).astimezone(here), at
        )
    first, last = at.astimezone(UTC), (at + row.length).astimezone(UTC)
    midnight = time(tzinfo=ZoneInfo(zone))
    return Occurrence(
        row,
        datetime.combine(first.date(), midnight),
        datetime.combine(last.date(), midnight),
        at,
    )
