"""Calendars of people, whoever keeps them.

    for calendar in calendars.of(user):
        calendar.events(start=…, end=…)

Times are aware and come back in the zone that was asked for; a whole day runs from its
midnight there to the midnight after.
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.integrations import facets, mailboxes
from apps.integrations.facets import Facet

# More is no answer to a question.
MOST_EVENTS = 250
LONGEST_RANGE = timedelta(days=370)
MOST_GUESTS = 50
MOST_TITLE, MOST_PLACE, MOST_NOTES = 300, 300, 8_000


@dataclass(frozen=True)
class Event:
    id: str
    title: str
    start: datetime
    end: datetime
    zone: str
    is_all_day: bool = False
    # Whether its time is taken.
    is_busy: bool = True
    place: str = ""
    attendees: tuple[str, ...] = ()
    link: str = ""
    # The id of the series that it is one of.
    series: str = ""


@dataclass(frozen=True)
class Busy:
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Plan:
    """What an event is to be; None leaves it as it is."""

    zone: str
    title: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    is_all_day: bool = False
    place: str | None = None
    notes: str | None = None
    attendees: tuple[str, ...] | None = None

    @property
    def days(self) -> tuple[date, date]:
        """Of a whole-day event: the first, and the one after the last."""
        assert self.start and self.end
        zone = ZoneInfo(self.zone)
        first, last = self.start.astimezone(zone), self.end.astimezone(zone)
        after = last.date() + timedelta(days=last.time() != time())
        return first.date(), max(after, first.date() + timedelta(days=1))


class Calendar(Facet):
    """The main calendar of one account."""

    @property
    def zone(self) -> str:
        """Where its person is, unless they say otherwise."""
        return self.connection.user.timezone

    def events(
        self,
        *,
        start: datetime,
        end: datetime,
        zone: str = "",
        most: int = MOST_EVENTS,
    ) -> list[Event]:
        """Those that touch the time from `start` to `end`, each one of a series by
        itself, the earliest first.

        Raises Invalid for a range that is none or too long, and what `Client.call` does.
        """
        _insist_on_range(start, end)
        zone = _known(zone or self.zone)
        found = (
            each
            for each in self._events(start, end, zone)
            if each.start < end and (each.end > start or each.start >= start)
        )
        first = islice(found, max(1, min(most, MOST_EVENTS)))
        return sorted(first, key=lambda each: (each.start, each.end, each.id))

    def busy(self, *, start: datetime, end: datetime) -> list[Busy]:
        """When the person is taken, joined where it touches. Raises like `events`."""
        _insist_on_range(start, end)
        return _joined(self._busy(start, end), start, end)

    def create(
        self,
        *,
        title: str,
        start: datetime,
        end: datetime,
        key: str,
        is_all_day: bool = False,
        place: str = "",
        notes: str = "",
        attendees: Iterable[str] = (),
        zone: str = "",
    ) -> Event:
        """A new event; its guests are told. The same `key` makes it once, however often
        it is asked for.

        Raises Invalid for times or guests that cannot be, Conflict for one that was made
        with this key and removed since, and what `Client.call` does.
        """
        plan = Plan(
            zone=_known(zone or self.zone),
            title=_fit(title, MOST_TITLE, "The title"),
            start=start,
            end=end,
            is_all_day=is_all_day,
            place=_fit(place, MOST_PLACE, "The place"),
            notes=_fit(notes, MOST_NOTES, "The text"),
            attendees=_guests(attendees),
        )
        _insist_on_order(plan)
        if not key:
            raise ValueError("Without a key it could be made twice.")
        return self._create(plan, key)

    def update(
        self,
        event_id: str,
        *,
        title: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        is_all_day: bool = False,
        place: str | None = None,
        notes: str | None = None,
        attendees: Iterable[str] | None = None,
        zone: str = "",
    ) -> Event:
        """Only what is given changes; a time only with both of its ends. Guests are
        told. Raises like `create`, and NotFound."""
        if (start is None) != (end is None):
            raise Invalid("Say when it begins and when it ends.")
        plan = Plan(
            zone=_known(zone or self.zone),
            title=None if title is None else _fit(title, MOST_TITLE, "The title"),
            start=start,
            end=end,
            is_all_day=is_all_day,
            place=None if place is None else _fit(place, MOST_PLACE, "The place"),
            notes=None if notes is None else _fit(notes, MOST_NOTES, "The text"),
            attendees=None if attendees is None else _guests(attendees),
        )
        _insist_on_order(plan)
        return self._update(event_id, plan)

    def delete(self, event_id: str) -> None:
        """It is gone, and its guests are told. Raises NotFound, and what `Client.call`
        does."""
        self._delete(event_id)

    @abstractmethod
    def _events(self, start: datetime, end: datetime, zone: str) -> Iterator[Event]: ...

    def _busy(self, start: datetime, end: datetime) -> list[Busy]:
        found = self.events(start=start, end=end)
        return [Busy(each.start, each.end) for each in found if each.is_busy]

    @abstractmethod
    def _create(self, plan: Plan, key: str) -> Event: ...

    @abstractmethod
    def _update(self, event_id: str, plan: Plan) -> Event: ...

    @abstractmethod
    def _delete(self, event_id: str) -> None: ...


def of(user: User) -> list[Calendar]:
    """A person's calendars where something works; `can` says what."""
    return facets.of(user, Calendar)  # type: ignore[type-abstract]  # its kinds


def midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def in_utc(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()


def _joined(found: Iterable[Busy], start: datetime, end: datetime) -> list[Busy]:
    joined = list[Busy]()
    for each in sorted(found, key=lambda each: each.start):
        first, last = max(each.start, start), min(each.end, end)
        if first >= last:
            continue
        if joined and first <= joined[-1].end:
            joined[-1] = Busy(joined[-1].start, max(joined[-1].end, last))
        else:
            joined.append(Busy(first, last))
    return joined


def _known(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid("There is no such time zone.") from error
    return zone


def _insist_on_range(start: datetime, end: datetime) -> None:
    if end <= start:
        raise Invalid("That time ends before it begins.")
    if end - start > LONGEST_RANGE:
        raise Invalid("Ask for a year at most.")


def _insist_on_order(plan: Plan) -> None:
    if plan.start and plan.end and plan.end < plan.start:
        raise Invalid("It ends before it begins.")


def _fit(text: str, most: int, what: str) -> str:
    if len(text) > most:
        raise Invalid(f"{what} is too long: {most:,} characters at most.")
    return text


def _guests(given: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(mailboxes.address(each) for each in given))
    if len(found) > MOST_GUESTS:
        raise Invalid(f"Invite {MOST_GUESTS} at most.")
    return found
