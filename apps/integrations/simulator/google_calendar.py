"""Google Calendar: one calendar a person, by the rules of v3.

https://developers.google.com/workspace/calendar/api/v3/reference
"""

import re
import secrets
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apps.integrations.simulator import demo
from apps.integrations.simulator.google import AUTH, SHAPES, etag, stop
from apps.integrations.simulator.messages import Answer
from apps.integrations.simulator.pages import BadCursor, cut
from apps.integrations.simulator.people import Person
from apps.integrations.simulator.routes import ROUTES, Call
from apps.integrations.simulator.state import Thing
from apps.integrations.simulator.things import Things

_WRITE = tuple(
    f"{AUTH}{name}" for name in ("calendar", "calendar.events", "calendar.events.owned")
)
_READ = (*_WRITE, f"{AUTH}calendar.readonly") + tuple(
    f"{AUTH}calendar.events{name}" for name in (".readonly", ".owned.readonly")
)
_BUSY = tuple(
    f"{AUTH}calendar{name}"
    for name in ("", ".readonly", ".freebusy", ".events.freebusy")
)
_LIST = tuple(
    f"{AUTH}calendar{name}" for name in ("", ".readonly", ".calendarlist.readonly")
)
_EVENTS = "/calendar/v3/calendars/{calendar}/events"
# Base32hex, as the reference has it.
_ID = re.compile(r"[a-v0-9]{5,1024}")


@ROUTES.api("GET", _EVENTS, SHAPES, "google", *_READ)
def events(call: Call, calendar: str) -> Answer:
    q = call.request.q
    least = _moment(q("timeMin")) if q("timeMin") else None
    most = _moment(q("timeMax")) if q("timeMax") else None
    if least and most and most <= least:
        words = "The specified time range is empty."
        raise stop(400, "timeRangeEmpty", words)
    if q("orderBy") == "startTime" and q("singleEvents") != "true":
        words = "The requested ordering is not available for the particular query."
        raise stop(400, "badRequest", words)
    found = [
        event
        for event in _of(call, calendar).all()
        if (least is None or _end(event) > least)
        and (most is None or _start(event) < most)
        and q("q").lower() in str(event.get("summary", "")).lower()
    ]
    found.sort(key=lambda event: (_start(event), event["id"]))
    asked, size = call.request.number("maxResults", 250), call.state.settings.page_size
    try:
        page = cut(found, cursor=q("pageToken"), asked=asked, most=size, what="events")
    except BadCursor as bad:
        raise stop(400, "invalid", "Invalid page token value.") from bad
    said: Thing = {
        "kind": "calendar#events",
        "etag": etag(found),
        "summary": call.person.address,
        "timeZone": demo.ZONE_NAME,
        "accessRole": "owner",
        "items": page.items,
    }
    return Answer(200, said | ({"nextPageToken": page.next} if page.next else {}))


@ROUTES.api("POST", _EVENTS, SHAPES, "google", *_WRITE)
def insert(call: Call, calendar: str) -> Answer:
    given, things = call.request.json(), _of(call, calendar)
    name = given.get("id") or secrets.token_hex(13)
    if not _ID.fullmatch(name):
        raise stop(400, "invalid", "Invalid resource id value.")
    if things.get(name) or things.was_deleted(name):
        raise stop(409, "duplicate", "The requested identifier already exists.")
    _check_times(given)
    now = datetime.fromtimestamp(call.state.now(), UTC).isoformat()
    made = _event(call.person, name, now) | given | {"id": name, "updated": now}
    return Answer(200, things.put(made | {"etag": etag(made)}))


@ROUTES.api("GET", _EVENTS + "/{event}", SHAPES, "google", *_READ)
def get(call: Call, calendar: str, event: str) -> Answer:
    things = _of(call, calendar)
    if things.was_deleted(event):
        return Answer(
            200, {"kind": "calendar#event", "id": event, "status": "cancelled"}
        )
    return Answer(200, _found(things, event))


@ROUTES.api("PATCH", _EVENTS + "/{event}", SHAPES, "google", *_WRITE)
def patch(call: Call, calendar: str, event: str) -> Answer:
    things, given = _of(call, calendar), call.request.json()
    old = _found(things, event)
    wanted = call.request.headers.get("if-match", "")
    if wanted and wanted != old["etag"]:
        raise stop(412, "conditionNotMet", "Precondition Failed")
    new = old | given | {"id": event, "sequence": old.get("sequence", 0) + 1}
    _check_times(new)
    new["updated"] = datetime.fromtimestamp(call.state.now(), UTC).isoformat()
    return Answer(200, things.put(new | {"etag": etag(new)}))


@ROUTES.api("DELETE", _EVENTS + "/{event}", SHAPES, "google", *_WRITE)
def delete(call: Call, calendar: str, event: str) -> Answer:
    things = _of(call, calendar)
    if things.was_deleted(event):
        raise stop(410, "deleted", "Resource has been deleted")
    _found(things, event)
    things.delete(event)
    return Answer(204)


@ROUTES.api("POST", "/calendar/v3/freeBusy", SHAPES, "google", *_BUSY)
def free_busy(call: Call) -> Answer:
    given = call.request.json()
    least = _moment(str(given.get("timeMin", "")))
    most = _moment(str(given.get("timeMax", "")))
    said: Thing = {}
    for item in given.get("items", []):
        name = str(item.get("id"))
        if name not in ("primary", call.person.address):
            error = {"domain": "global", "reason": "notFound"}
            said[name] = {"errors": [error], "busy": []}
            continue
        said[name] = {"busy": _busy(_of(call, name).all(), least, most)}
    times = {"timeMin": least.isoformat(), "timeMax": most.isoformat()}
    return Answer(200, {"kind": "calendar#freeBusy", **times, "calendars": said})


@ROUTES.api("GET", "/calendar/v3/users/me/calendarList", SHAPES, "google", *_LIST)
def calendars(call: Call) -> Answer:
    row = {
        "kind": "calendar#calendarListEntry",
        "id": call.person.address,
        "summary": call.person.address,
        "timeZone": demo.ZONE_NAME,
        "accessRole": "owner",
        "primary": True,
        "selected": True,
    }
    return Answer(200, {"kind": "calendar#calendarList", "items": [row]})


def _of(call: Call, calendar: str) -> Things:
    if calendar not in ("primary", call.person.address):
        raise stop(404, "notFound", "Not Found")
    week = demo.appointments(call.person, call.state.now())
    events = [_demo(call.person, each) for each in week]
    return Things(call.state, "calendar", call.person.address, events)


def _demo(person: Person, given: demo.Appointment) -> Thing:
    event = _event(person, f"demo{given.key}", given.start.isoformat())
    event |= {"summary": given.title}
    if given.all_day:
        event["start"] = {"date": given.start.date().isoformat()}
        event["end"] = {"date": given.end.date().isoformat()}
        event["transparency"] = "transparent"
    else:
        for name, at in (("start", given.start), ("end", given.end)):
            event[name] = {"dateTime": at.isoformat(), "timeZone": demo.ZONE_NAME}
    if given.place:
        event["location"] = given.place
    if given.with_whom:
        event["attendees"] = [
            {"email": given.with_whom, "responseStatus": "accepted"},
            {"email": person.address, "self": True, "responseStatus": "accepted"},
        ]
    return event | {"etag": etag(event)}


def _event(person: Person, name: str, created: str) -> Thing:
    owner = {"email": person.address, "self": True}
    return {
        "kind": "calendar#event",
        "id": name,
        "status": "confirmed",
        "htmlLink": f"https://www.google.com/calendar/event?eid={name}",
        "created": created,
        "updated": created,
        "creator": owner,
        "organizer": owner,
        "iCalUID": f"{name}@google.com",
        "sequence": 0,
        "reminders": {"useDefault": True},
        "eventType": "default",
    }


def _found(things: Things, event: str) -> Thing:
    found = things.get(event)
    if found is None:
        raise stop(404, "notFound", "Not Found")
    return found


def _check_times(event: Thing) -> None:
    for name in ("start", "end"):
        if not isinstance(event.get(name), dict):
            raise stop(400, "required", f"Missing {name} time.")
    if _end(event) < _start(event):
        raise stop(400, "timeRangeEmpty", "The specified time range is empty.")


def _start(event: Thing) -> datetime:
    return _edge(event["start"])


def _end(event: Thing) -> datetime:
    return _edge(event["end"])


def _edge(edge: Thing) -> datetime:
    try:
        if edge.get("date"):
            day = date.fromisoformat(str(edge["date"]))
            return datetime(day.year, day.month, day.day, tzinfo=demo.ZONE)
        at = datetime.fromisoformat(str(edge.get("dateTime")))
        if at.tzinfo is None and not edge.get("timeZone"):
            raise stop(400, "required", "Missing time zone definition.")
        return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(str(edge["timeZone"])))
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise stop(400, "invalid", "Invalid value for start or end.") from error


def _moment(given: str) -> datetime:
    """RFC 3339, with its offset."""
    try:
        found = datetime.fromisoformat(given)
    except ValueError as error:
        raise stop(400, "badRequest", "Bad Request") from error
    if found.tzinfo is None:
        raise stop(400, "badRequest", "Bad Request")
    return found


def _busy(events: list[Thing], least: datetime, most: datetime) -> list[Thing]:
    """Where somebody is taken, joined where it touches."""
    taken = sorted(
        (max(_start(event), least), min(_end(event), most))
        for event in events
        if event.get("transparency") != "transparent"
        and _end(event) > least
        and _start(event) < most
    )
    joined: list[tuple[datetime, datetime]] = []
    for start, end in taken:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return [{"start": _utc(start), "end": _utc(end)} for start, end in joined]


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")
