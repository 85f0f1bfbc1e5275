"""The own calendar: events made, changed, moved and deleted, always for one person.

Of an event that repeats a change is to all of it, or to the one that is at an instant.
What each of them returns beside the event is what `restore` takes.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from apps.accounts.models import User
from apps.assistant import left, phrases, shared
from apps.assistant.models import Event, ToolCall
from apps.assistant.models.events import whole
from apps.assistant.recurrence import Recurrence
from apps.core import errors, years

LONGEST_TITLE, LONGEST_PLACE, LONGEST_NOTES = 300, 300, 8_000
# Of one person: a long life of appointments.
MOST = 20_000
# Far above any use, and each of them is counted through whenever a day is looked at.
MOST_REPEATING = 500
LONGEST = timedelta(days=370)
INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)
_KEPT = ("title", "place", "notes", "zone", "is_all_day", "rule", "exceptions")
_MOMENTS = ("starts_at", "ends_at", "original_at")


@dataclass(frozen=True)
class Times:
    """From when to when, and how it comes again."""

    start: datetime
    end: datetime
    zone: str
    is_all_day: bool = False
    rule: str = ""
    # What the rule leaves out, in the wall time of the zone.
    exceptions: tuple[datetime, ...] = ()


def create(
    *,
    user: User,
    title: str,
    times: Times,
    place: str = "",
    notes: str = "",
    made_by: ToolCall | None = None,
) -> Event:
    """Made by a call it is made once, however often that runs. Raises errors.Invalid,
    or Conflict where there are too many."""
    if made_by and (row := Event.objects.filter(made_by=made_by).first()):
        return row
    rows = Event.objects.owned_by(user).filter(is_deleted=False)
    most = MOST_REPEATING if times.rule else MOST
    if (rows.exclude(rule="") if times.rule else rows).count() >= most:
        raise errors.Conflict(phrases.say("too_many_events"))
    row = Event(user=user, made_by=made_by)
    _name(row, title, place, notes)
    _time(row, times)
    row.save()
    return row


def change(
    *,
    row: Event,
    title: str | None = None,
    place: str | None = None,
    notes: str | None = None,
    times: Times | None = None,
) -> tuple[Event, dict[str, Any]]:
    """All of it: what is None stays. Raises errors.Invalid."""
    with transaction.atomic():
        row = _locked(row)
        before = [snapshot(row)]
        _name(row, title, place, notes)
        if times is not None:
            was, clock = row.wall, row.zone
            _time(row, times)
            before += _follow(row, was, clock)
        _save(row)
        return row, _left(before)


def change_one(
    *,
    row: Event,
    at: datetime,
    title: str | None = None,
    place: str | None = None,
    notes: str | None = None,
    times: Times | None = None,
) -> tuple[Event, dict[str, Any]]:
    """The one at an instant of those that repeat, which becomes an event of its own.
    Raises errors.Invalid, and NotFound where none is then."""
    with transaction.atomic():
        row = _locked(row)
        before = snapshot(row)
        _leave_out(row, at)
        single = Event(
            user=row.user,
            title=row.title,
            place=row.place,
            notes=row.notes,
            starts_at=at,
            ends_at=at + row.length,
            zone=row.zone,
            is_all_day=row.is_all_day,
            series=row,
            original_at=at,
        )
        _name(single, title, place, notes)
        if times is not None:
            _time(single, replace(times, rule=""))
        # What was moved and taken back before makes room.
        row.moved.filter(original_at=at, is_deleted=True).update(original_at=None)
        single.save()
        return single, _left([before, _gone(single)])


def delete(*, row: Event) -> dict[str, Any]:
    """All of it."""
    with transaction.atomic():
        row = _locked(row)
        before = snapshot(row)
        row.is_deleted = True
        _save(row)
        return _left([before])


def leave_out(*, row: Event, at: datetime) -> dict[str, Any]:
    """The one at an instant of those that repeat. Raises errors.NotFound."""
    with transaction.atomic():
        row = _locked(row)
        before = snapshot(row)
        _leave_out(row, at)
        return _left([before])


def unmade(row: Event) -> dict[str, Any]:
    """What takes back that it was made."""
    return _left([_gone(row)])


def restore(*, user: User, before: Mapping[str, Any]) -> None:
    """Raises errors.NotFound, and Conflict where it was changed since."""
    with transaction.atomic():
        for kept in before["events"]:
            found = Event.objects.filter(public_id=kept["id"]).first()
            if found is None:
                raise errors.NotFound(phrases.say("event_gone"))
            with shared.changing(by=user, event=found):
                row = Event.objects.select_for_update().get(pk=found.pk)
                left.insist_same(kept, snapshot(row))
            for name in (*_KEPT, "is_deleted"):
                setattr(row, name, kept[name])
            for name in _MOMENTS:
                said = kept[name]
                setattr(row, name, datetime.fromisoformat(said) if said else None)
            _save(row)


def _gone(row: Event) -> dict[str, Any]:
    return {**snapshot(row), "is_deleted": True}


def _left(before: list[dict[str, Any]]) -> dict[str, Any]:
    """What `restore` takes: how each was, and how the change has left it."""
    rows = Event.objects.filter(public_id__in=[kept["id"] for kept in before])
    now = {str(row.public_id): snapshot(row) for row in rows}
    return {"events": [left.by(kept, now[kept["id"]]) for kept in before]}


def snapshot(row: Event) -> dict[str, Any]:
    """As JSON."""
    kept = {name: getattr(row, name) for name in (*_KEPT, "is_deleted")}
    moments = {name: getattr(row, name) for name in _MOMENTS}
    said = {name: at and at.isoformat() for name, at in moments.items()}
    return {"id": str(row.public_id), **kept, **said}


def get(*, user: User, public_id: str) -> Event:
    """Their own, or on a calendar that is shared with them. Raises errors.NotFound."""
    try:
        rows = Event.objects.kept().select_related("user")
        row = rows.get(public_id=uuid.UUID(public_id))
    except (ValueError, Event.DoesNotExist):
        raise errors.NotFound(phrases.say("event_gone")) from None
    if row.user_id != user.pk and row.user_id not in shared.calendars(user):
        raise errors.NotFound(phrases.say("event_gone"))
    return row


def on_days(first: date, after: date, zone: str) -> Times:
    """Whole days."""
    start, end = whole(first, max(after, first + DAY))
    return Times(start, end, zone, is_all_day=True)


def _name(row: Event, title: str | None, place: str | None, notes: str | None) -> None:
    if title is not None:
        row.title = " ".join(title.split())
        if not row.title or len(row.title) > LONGEST_TITLE:
            raise errors.Invalid(phrases.say("event_title_length"))
    if place is not None:
        row.place = " ".join(place.split())
        if len(row.place) > LONGEST_PLACE:
            raise errors.Invalid(phrases.say("event_place_length"))
    if notes is not None:
        row.notes = notes.strip()
        if len(row.notes) > LONGEST_NOTES:
            raise errors.Invalid(phrases.say("event_notes_length"))


def _time(row: Event, times: Times) -> None:
    years.insist(times.start)
    if times.end < times.start or times.end - times.start > LONGEST:
        raise errors.Invalid(phrases.say("event_order"))
    try:
        ZoneInfo(times.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise errors.Invalid(phrases.say("event_zone")) from error
    length = times.end - times.start
    # The days of a whole day are the same everywhere.
    row.zone = "UTC" if times.is_all_day else times.zone
    row.is_all_day, row.starts_at = times.is_all_day, times.start.replace(microsecond=0)
    if not times.rule:
        row.rule, row.exceptions = "", []
    elif times.rule != row.rule:
        row.exceptions = [each.isoformat() for each in times.exceptions]
    if times.rule:
        rule = _rule(row, times.rule)
        row.rule, row.starts_at = rule.rule, rule.begins
    row.ends_at = row.starts_at + length


def _rule(row: Event, said: str) -> Recurrence:
    """The rule, counted from its first occurrence."""
    try:
        rule = Recurrence.of(said, start=row.wall, zone=row.zone)
    except ValueError as error:
        raise errors.Invalid(phrases.say("event_rule")) from error
    often = {"BYHOUR", "BYMINUTE", "BYSECOND"} & rule.parts.keys()
    if often or rule.parts["FREQ"] in ("HOURLY", "MINUTELY"):
        raise errors.Invalid(phrases.say("event_too_often"))
    return rule.since(row.starts_at - INSTANT) or rule


def _follow(row: Event, was: datetime, zone: str) -> list[dict[str, Any]]:
    """What it leaves out, and what was moved, go along when the whole is moved."""
    if not row.rule:
        return []
    moved, before = row.wall - was, list[dict[str, Any]]()
    if not moved and row.zone == zone:
        return []
    gone = [datetime.fromisoformat(each) + moved for each in row.exceptions]
    row.exceptions = [each.isoformat() for each in gone]
    for single in row.moved.filter(is_deleted=False).exclude(original_at=None):
        assert single.original_at
        before.append(snapshot(single))
        wall = single.original_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        at = (wall + moved).replace(tzinfo=ZoneInfo(row.zone))
        single.original_at = at.astimezone(UTC)
        _save(single)
    return before


def _leave_out(row: Event, at: datetime) -> None:
    rule = row.recurrence
    if rule is None or not rule.comes_at(at):
        raise errors.NotFound(phrases.say("event_gone"))
    row.exceptions = [each.isoformat() for each in rule.without(at).exceptions]
    _save(row)


def _locked(row: Event) -> Event:
    """Raises errors.NotFound for what was deleted meanwhile."""
    rows = Event.objects.kept().select_for_update(of=("self",))
    fresh = rows.filter(pk=row.pk).first()
    if fresh is None:
        raise errors.NotFound(phrases.say("event_gone"))
    return fresh


def _save(row: Event) -> None:
    row.version += 1
    row.save()
    if row.series_id:
        # It is changed as a whole.
        whole = Event.objects.select_for_update().get(pk=row.series_id)
        whole.version += 1
        whole.save()
