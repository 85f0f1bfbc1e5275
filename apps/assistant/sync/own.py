"""The side here: events as contents, and contents as events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from apps.accounts.models import User
from apps.assistant.models import Event, SyncLink
from apps.assistant.sync import contents
from apps.assistant.sync.contents import Content

# What is written meanwhile came from there, and is no news to it.
_IS_WRITING = ContextVar("is_writing", default=False)


@contextmanager
def writing() -> Iterator[None]:
    token = _IS_WRITING.set(True)
    try:
        yield
    finally:
        _IS_WRITING.reset(token)


def is_writing() -> bool:
    return _IS_WRITING.get()


def content(row: Event) -> Content | None:
    """None for what is deleted. Raises contents.NotPossible."""
    if row.is_deleted:
        return None
    if not row.rule:
        return _once(row)
    moved = {
        one.original_at: _once(one)
        for one in _moved(row)
        if one.original_at and not one.is_deleted
    }
    rule = row.recurrence
    assert rule
    left_out = (rule.at_wall(datetime.fromisoformat(each)) for each in row.exceptions)
    return contents.series(
        _once(row), zone=row.zone, rule=row.rule, gone=left_out, moved=moved
    )


def take(user: User, row: Event | None, wanted: Content | None) -> Event:
    """Have it as it is there; None deletes it. `row` is locked."""
    with writing():
        if wanted is None:
            assert row
            row.is_deleted = True
            _save(row)
            return row
        row = row or Event(user=user, version=0)
        row.is_deleted = False
        _set(row, wanted, wanted.zone or user.timezone)
        row.rule = wanted.rule
        row.exceptions = []
        if wanted.rule:
            rule = wanted.recurrence
            for at in (*wanted.gone, *wanted.moved):
                rule = rule.without(at)
            row.exceptions = [each.isoformat() for each in rule.exceptions]
        _save(row)
        _take_moved(user, row, wanted)
    return row


def guests(row: Event, link: SyncLink, found: list[str]) -> None:
    """Who takes part as the calendar tells in which they do, which changes nothing of the
    event."""
    if not found and not link.has_guests:
        return
    link.has_guests = bool(found)
    if row.guests != found:
        row.guests = found
        Event.objects.filter(pk=row.pk).update(guests=found)


def _take_moved(user: User, row: Event, wanted: Content) -> None:
    there = {one.original_at: one for one in _moved(row)}
    for at, one in wanted.moved.items():
        single = there.pop(at, None) or Event(
            user=user, series=row, original_at=at, version=0
        )
        single.is_deleted = False
        _set(single, one, row.zone if row.zone != "UTC" else user.timezone)
        _save(single)
    for single in there.values():
        if not single.is_deleted:
            single.is_deleted = True
            _save(single)


def _moved(row: Event) -> list[Event]:
    if row._state.adding:
        return []
    return list(row.moved.exclude(original_at=None))


def _once(row: Event) -> Content:
    return contents.of(
        title=row.title,
        start=row.starts_at,
        end=row.ends_at,
        is_all_day=row.is_all_day,
        place=row.place,
        notes=row.notes,
    )


def _set(row: Event, wanted: Content, zone: str) -> None:
    row.title, row.place, row.notes = wanted.title, wanted.place, wanted.notes
    row.starts_at, row.ends_at = wanted.start, wanted.end
    row.is_all_day = wanted.is_all_day
    row.zone = "UTC" if wanted.is_all_day else zone


def _save(row: Event) -> None:
    row.version += 1
    row.save()
