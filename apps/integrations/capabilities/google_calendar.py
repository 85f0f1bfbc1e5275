"""Google Calendar, the main one of an account.

https://developers.google.com/workspace/calendar/api/v3/reference
"""

import base64
import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from apps.core.errors import Conflict
from apps.integrations import plain_text
from apps.integrations.answers import Thing, things
from apps.integrations.calendars import Busy, Calendar, Event, Plan, midnight
from apps.integrations.capability import Capability
from apps.integrations.client import Client, Query

_BASE = "https://www.googleapis.com/calendar/v3"
_EVENTS = f"{_BASE}/calendars/primary/events"
_EVENT = f"{_EVENTS}/{{event}}"
_can = partial(Capability, "google")
# 5 × 250 of them, and whoever has more has asked for too long a time.
_PAGES, _PAGE = 5, 250
# Guests get a mail for whatever changes.
_TOLD: Query = {"sendUpdates": "all"}


class GoogleCalendar(Calendar):
    capabilities = (
        _can("calendar.list", "calendar.read", "GET", _EVENTS),
        _can("calendar.busy", "calendar.busy", "POST", f"{_BASE}/freeBusy"),
        # With an id of our own: one that is there already is a 409.
        _can("calendar.create", "calendar.write", "POST", _EVENTS, is_write=True),
        # Since a token, also what was deleted.
        _can("calendar.changes", "calendar.read", "GET", _EVENTS),
        _can("calendar.made", "calendar.write", "GET", _EVENT),
        _can("calendar.update", "calendar.write", "PATCH", _EVENT, is_write=True),
        _can("calendar.delete", "calendar.write", "DELETE", _EVENT, is_write=True),
    )

    def _events(self, start: datetime, end: datetime, zone: str) -> Iterator[Event]:
        query: Query = {
            "timeMin": start.isoformat(),
            "timeMax": end.isoformat(),
            # Each one of a series by itself.
            "singleEvents": "true",
            "orderBy": "startTime",
            "maxResults": _PAGE,
            "timeZone": zone,
        }
        asked = self.ask("calendar.list")
        for page in asked.pages(query=query, most=_PAGES):
            rows = asked.listed(page, "items")
            live = [raw for raw in rows if raw.get("status") != "cancelled"]
            found = [event for raw in live if (event := _event(raw, zone))]
            if live and not found:
                raise asked.odd()
            yield from found

    def _busy(self, start: datetime, end: datetime) -> list[Busy]:
        """Also for somebody who lets us see events, and not this."""
        if "calendar.busy" not in self.can and "calendar.list" in self.can:
            return super()._busy(start, end)
        body = {
            "timeMin": start.isoformat(),
            "timeMax": end.isoformat(),
            "items": [{"id": "primary"}],
        }
        asked = self.ask("calendar.busy")
        told = asked.call(body=body)
        try:
            rows = told["calendars"]["primary"]["busy"]
            edges = [
                (plain_text.moment(row["start"]), plain_text.moment(row["end"]))
                for row in rows
            ]
        except (KeyError, TypeError):
            raise asked.odd() from None
        busy = [Busy(start, end) for start, end in edges if start and end]
        if len(busy) < len(edges):
            raise asked.odd()  # nobody is free at a time that cannot be read
        return busy

    def _create(self, plan: Plan, key: str) -> Event:
        name = handle(f"{self.connection.pk}:{key}")
        body, asked = {"id": name, **_body(plan)}, self.ask("calendar.create")
        try:
            raw = asked.call(query=_TOLD, body=body)
        except Conflict:
            raw = self.ask("calendar.made").call(steps={"event": name})
            if raw.get("status") == "cancelled":
                words = "That was made before, and removed since."
                raise Conflict(words) from None
        return _told(asked, raw, plan.zone)

    def _update(self, event_id: str, plan: Plan) -> Event:
        asked = self.ask("calendar.update")
        raw = asked.call(steps={"event": event_id}, query=_TOLD, body=_body(plan))
        return _told(asked, raw, plan.zone)

    def _delete(self, event_id: str) -> None:
        self.ask("calendar.delete").call(steps={"event": event_id}, query=_TOLD)


FACET = GoogleCalendar


def handle(key: str) -> str:
    """Base32hex without padding, which is what an id may be made of."""
    digest = hashlib.sha256(key.encode()).digest()
    return base64.b32hexencode(digest).decode().rstrip("=").lower()


def _body(plan: Plan) -> Thing:
    said: Thing = {}
    for name, value in (
        ("summary", plan.title),
        ("location", plan.place),
        ("description", plan.notes),
    ):
        if value is not None:
            said[name] = value
    if plan.attendees is not None:
        said["attendees"] = [{"email": each} for each in plan.attendees]
    if plan.start and plan.end and plan.is_all_day:
        first, after = plan.days
        said |= {"start": _whole(first), "end": _whole(after)}
    elif plan.start and plan.end:
        said |= {
            "start": _timed(plan.start, plan.zone),
            "end": _timed(plan.end, plan.zone),
        }
    return said


# The other one has to go where an event becomes a whole day, or is one no more.
def _whole(day: date) -> Thing:
    return {"date": day.isoformat(), "dateTime": None, "timeZone": None}


def _timed(at: datetime, zone: str) -> Thing:
    return {"dateTime": at.isoformat(), "timeZone": zone, "date": None}


def _told(asked: Client, raw: Thing, zone: str) -> Event:
    event = _event(raw, zone)
    if event is None:
        raise asked.odd()
    return event


def _event(raw: Thing, zone: str) -> Event | None:
    """None for one that has no times: it is somebody's who shows less."""
    start, end = _edge(raw.get("start"), zone), _edge(raw.get("end"), zone)
    if not start or not end or "id" not in raw:
        return None
    return Event(
        id=str(raw["id"]),
        title=plain_text.line(raw.get("summary")),
        start=start,
        end=end,
        zone=zone,
        is_all_day=bool(raw["start"].get("date")),
        is_busy=raw.get("transparency") != "transparent",
        place=plain_text.line(raw.get("location")),
        attendees=tuple(
            plain_text.line(each.get("email"), 254)
            for each in things(raw.get("attendees"))[:100]
            if not each.get("self")
        ),
        link=plain_text.link(raw.get("htmlLink")),
        series=plain_text.line(raw.get("recurringEventId"), 1024),
    )


def _edge(edge: object, zone: str) -> datetime | None:
    if not isinstance(edge, dict):
        return None
    if edge.get("date"):
        day = plain_text.moment(edge["date"])
        return day and midnight(day.date(), zone)
    at = plain_text.moment(edge.get("dateTime"))
    return at and at.astimezone(ZoneInfo(zone))
