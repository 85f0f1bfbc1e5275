"""The main calendar of Microsoft 365 and Outlook.com.

https://learn.microsoft.com/graph/api/resources/event

All times are asked for and sent in UTC: of the names of other zones it knows only some.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from apps.integrations import plain_text
from apps.integrations.answers import Thing, things
from apps.integrations.calendars import (
    Busy,
    Calendar,
    Event,
    Plan,
    in_utc,
    midnight,
)
from apps.integrations.capability import Capability
from apps.integrations.client import Client, Query

_ME = "https://graph.microsoft.com/v1.0/me"
_VIEW, _EVENTS = f"{_ME}/calendarView", f"{_ME}/events"
_EVENT = f"{_EVENTS}/{{event}}"
_can = partial(Capability, "microsoft")
_PAGES, _PAGE = 10, 100
_IN_UTC = {"Prefer": 'outlook.timezone="UTC"'}
_BUSY = "id,start,end,isAllDay,showAs,isCancelled"
_SHOWN = f"{_BUSY},subject,location,attendees,webLink,seriesMasterId"
# A whole day runs from midnight to midnight in UTC, wherever its person is: to find
# those of a place, look as far as places are from it.
_FARTHEST = timedelta(hours=14)
# Of a person's own names for events that are made by us.
_KEYS = uuid.UUID("0b0f6a2c-1d6e-4e43-9c0b-8f6f0f1b7d55")


class MicrosoftCalendar(Calendar):
    capabilities = (
        _can("calendar.list", "calendar.read", "GET", _VIEW),
        _can("calendar.busy", "calendar.read", "GET", _VIEW),
        # Of a window of time, since a token, also what was deleted.
        _can("calendar.changes", "calendar.read", "GET", f"{_VIEW}/delta"),
        _can("calendar.made", "calendar.read", "GET", _EVENT),
        _can("calendar.instances", "calendar.read", "GET", f"{_EVENT}/instances"),
        # With a transactionId, by which it is known again.
        _can("calendar.create", "calendar.write", "POST", _EVENTS, is_write=True),
        _can("calendar.update", "calendar.write", "PATCH", _EVENT, is_write=True),
        _can("calendar.delete", "calendar.write", "DELETE", _EVENT, is_write=True),
    )

    def _events(self, start: datetime, end: datetime, zone: str) -> Iterator[Event]:
        return self._seen("calendar.list", _SHOWN, start, end, zone)

    def _busy(self, start: datetime, end: datetime) -> list[Busy]:
        """By the events: `getSchedule` is not there for personal accounts."""
        found = self._seen("calendar.busy", _BUSY, start, end, self.zone)
        return [Busy(each.start, each.end) for each in found if each.is_busy]

    def _seen(
        self, name: str, fields: str, start: datetime, end: datetime, zone: str
    ) -> Iterator[Event]:
        query: Query = {
            "startDateTime": f"{in_utc(start - _FARTHEST)}Z",
            "endDateTime": f"{in_utc(end + _FARTHEST)}Z",
            "$select": fields,
            "$orderby": "start/dateTime",
            "$top": _PAGE,
        }
        asked = self.ask(name)
        for page in asked.pages(query=query, headers=_IN_UTC, most=_PAGES):
            rows = asked.listed(page, "value")
            live = [raw for raw in rows if not raw.get("isCancelled")]
            found = [event for raw in live if (event := _event(raw, zone))]
            if live and not found:
                raise asked.odd()
            yield from found

    def _create(self, plan: Plan, key: str) -> Event:
        handle = str(uuid.uuid5(_KEYS, f"{self.connection.pk}:{key}"))
        body = {**_body(plan), "transactionId": handle}
        asked = self.ask("calendar.create")
        return _told(asked, asked.call(body=body, headers=_IN_UTC), plan.zone)

    def _update(self, event_id: str, plan: Plan) -> Event:
        asked, steps = self.ask("calendar.update"), {"event": event_id}
        raw = asked.call(steps=steps, body=_body(plan), headers=_IN_UTC)
        return _told(asked, raw, plan.zone)

    def _delete(self, event_id: str) -> None:
        self.ask("calendar.delete").call(steps={"event": event_id})


FACET = MicrosoftCalendar


def _body(plan: Plan) -> Thing:
    said: Thing = {}
    if plan.title is not None:
        said["subject"] = plan.title
    if plan.place is not None:
        said["location"] = {"displayName": plan.place}
    if plan.notes is not None:
        said["body"] = {"contentType": "text", "content": plan.notes}
    if plan.attendees is not None:
        said["attendees"] = [
            {"type": "required", "emailAddress": {"address": each}}
            for each in plan.attendees
        ]
    if plan.start and plan.end:
        start, end = in_utc(plan.start), in_utc(plan.end)
        if plan.is_all_day:
            start, end = (f"{day.isoformat()}T00:00:00" for day in plan.days)
        said |= {
            "isAllDay": plan.is_all_day,
            "start": {"dateTime": start, "timeZone": "UTC"},
            "end": {"dateTime": end, "timeZone": "UTC"},
        }
    return said


def _told(asked: Client, raw: Thing, zone: str) -> Event:
    event = _event(raw, zone)
    if event is None:
        raise asked.odd()
    return event


def _event(raw: Thing, zone: str) -> Event | None:
    """None for one without times."""
    start, end = _edge(raw, "start", zone), _edge(raw, "end", zone)
    if not start or not end or "id" not in raw:
        return None
    place = raw.get("location")
    return Event(
        id=str(raw["id"]),
        title=plain_text.line(raw.get("subject")),
        start=start,
        end=end,
        zone=zone,
        is_all_day=bool(raw.get("isAllDay")),
        is_busy=raw.get("showAs") != "free",
        place=plain_text.line(
            place.get("displayName") if isinstance(place, dict) else ""
        ),
        attendees=tuple(
            found
            for each in things(raw.get("attendees"))[:100]
            if (found := _address(each))
        ),
        link=plain_text.link(raw.get("webLink")),
        series=plain_text.line(raw.get("seriesMasterId"), 1024),
    )


def _edge(raw: Thing, name: str, zone: str) -> datetime | None:
    """They come in UTC. Of a whole day it is the midnight there; where some program made
    it for another zone, the midnight that is nearest."""
    edge = raw.get(name)
    at = plain_text.moment(edge.get("dateTime")) if isinstance(edge, dict) else None
    if at is None or not raw.get("isAllDay"):
        return at and at.astimezone(ZoneInfo(zone))
    nearest = at if at.time() == time() else at + timedelta(hours=12)
    return midnight(nearest.date(), zone)


def _address(attendee: Thing) -> str:
    found = attendee.get("emailAddress")
    return plain_text.line(found.get("address"), 254) if isinstance(found, dict) else ""
