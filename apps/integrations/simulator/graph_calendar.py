"""Calendar of Microsoft Graph: kept in UTC, shown in the zone that `Prefer` names."""

import json
import re
import secrets
import uuid
from datetime import UTC, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apps.integrations.simulator import demo, graph_series
from apps.integrations.simulator.changes import Changes, TooOld
from apps.integrations.simulator.graph import (
    SHAPES,
    existing,
    listed,
    selected,
    trouble,
)
from apps.integrations.simulator.messages import Answer, Stop
from apps.integrations.simulator.people import Person
from apps.integrations.simulator.routes import ROUTES, Call
from apps.integrations.simulator.state import Thing
from apps.integrations.simulator.things import Things

_READ = ("Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite")
_WRITE = ("Calendars.ReadWrite",)
# What the names of Windows stand for; those of IANA are understood as well.
_WINDOWS = {
    "UTC": "UTC",
    "Eastern Standard Time": "America/New_York",
    "Central Standard Time": "America/Chicago",
    "Mountain Standard Time": "America/Denver",
    "Pacific Standard Time": "America/Los_Angeles",
    "GMT Standard Time": "Europe/London",
    "W. Europe Standard Time": "Europe/Berlin",
    "Romance Standard Time": "Europe/Paris",
    "Tokyo Standard Time": "Asia/Tokyo",
    "India Standard Time": "Asia/Kolkata",
}


@ROUTES.api("GET", "/v1.0/me/calendars", SHAPES, "microsoft", *_READ)
def calendars(call: Call) -> Answer:
    row = {"id": "AAMkCalendar", "name": "Calendar", "isDefaultCalendar": True}
    owner = {"name": call.person.name, "address": call.person.address}
    return Answer(200, {"value": [row | {"canEdit": True, "owner": owner}]})


@ROUTES.api("GET", "/v1.0/me/calendarView", SHAPES, "microsoft", *_READ)
def calendar_view(call: Call) -> Answer:
    q = call.request.q
    if not q("startDateTime") or not q("endDateTime"):
        words = "This request requires a time window specified by startDateTime and endDateTime."
        raise Stop(trouble(400, "ErrorInvalidParameter", words))
    least, most = _moment(q("startDateTime")), _moment(q("endDateTime"))
    found = list(graph_series.expanded(_calendar(call), least, most))
    found.sort(key=lambda event: (_at(event["start"]), event["id"]))
    return listed(call, "calendar", [_seen(call, event) for event in found])


@ROUTES.api("GET", "/v1.0/me/calendarView/delta", SHAPES, "microsoft", *_READ)
def delta(call: Call) -> Answer:
    """What is in a window of time, series beside each one of them; then what changed."""
    q, things, changes = call.request.q, _calendar(call), _changes(call)
    token = q("$deltatoken")
    page, last, since = q("$skiptoken"), changes.last, ""
    window = (q("startDateTime"), q("endDateTime"))
    if page:
        page, *window, last_said, since = json.loads(page)
        last = int(last_said)
    elif token:
        *window, since = json.loads(token)
    if not all(window):
        words = "This request requires a time window specified by startDateTime and endDateTime."
        raise Stop(trouble(400, "ErrorInvalidParameter", words))
    rows = _delta(call, things, changes, since, *map(_moment, window))
    size = call.state.settings.page_size
    start = int(page or 0)
    said: Thing = {"value": [_seen(call, row) for row in rows[start : start + size]]}
    origin = call.state.settings.next_origin or call.request.origin
    if start + size < len(rows):
        mark = json.dumps([str(start + size), *window, str(last), since])
        name, key = "@odata.nextLink", "$skiptoken"
    else:
        mark = json.dumps([*window, changes.token(last)])
        name, key = "@odata.deltaLink", "$deltatoken"
    said[name] = f"{origin}{call.request.path}?{urlencode({key: mark}, safe='$')}"
    return Answer(200, said)


def _delta(
    call: Call,
    things: Things,
    changes: Changes,
    since: str,
    least: datetime,
    most: datetime,
) -> list[Thing]:
    inside = list(graph_series.expanded(things, least, most))
    inside += [
        things.get(name) or {}
        for name in dict.fromkeys(
            one["seriesMasterId"] for one in inside if "seriesMasterId" in one
        )
    ]
    if not since:
        return inside
    try:
        names = changes.since(changes.read(since))
    except TooOld as error:
        words = "The sync state generation is not found."
        raise Stop(trouble(410, "SyncStateNotFound", words)) from error
    there = {each["id"]: each for each in inside}
    found = list[Thing]()
    for name in names:
        if name in there:
            found.append(there[name])
            found += [o for o in inside if o.get("seriesMasterId") == name]
        else:
            found.append({"id": name, "@removed": {"reason": "deleted"}})
    return found


@ROUTES.api("GET", "/v1.0/me/events/{event}/instances", SHAPES, "microsoft", *_READ)
def instances(call: Call, event: str) -> Answer:
    q, things = call.request.q, _calendar(call)
    series = existing(things, event)
    least, most = _moment(q("startDateTime")), _moment(q("endDateTime"))
    found = [
        one
        for one in graph_series.occurrences(things, series)
        if _at(one["end"]) > least and _at(one["start"]) < most
    ]
    return listed(call, "instances", [_seen(call, one) for one in found])


@ROUTES.api("GET", "/v1.0/me/events", SHAPES, "microsoft", *_READ)
def events(call: Call) -> Answer:
    rows = [e for e in _calendar(call).all() if not graph_series.is_part(e)]
    found = sorted(rows, key=lambda event: _at(event["start"]))
    return listed(call, "events", [_seen(call, event) for event in found])


@ROUTES.api("POST", "/v1.0/me/events", SHAPES, "microsoft", *_WRITE)
def create(call: Call) -> Answer:
    given, things = call.request.json(), _calendar(call)
    known = ("subject", "start", "end")
    handle = given.get("transactionId")
    for event in things.all():
        if handle and event.get("transactionId") == handle:
            if event["asked"] == {name: given.get(name) for name in known}:
                return Answer(201, _seen(call, event))
            words = (
                "Your request can't be completed. The TransactionId specified in the "
                "request has already been used to create a different event."
            )
            raise Stop(trouble(409, "ErrorDuplicateTransactionId", words))
    _check_times(given)
    name = f"AAMk{secrets.token_urlsafe(24)}="
    event = _event(call.person, name, call.state.now()) | given
    event |= {"id": name, "asked": {field: given.get(field) for field in known}}
    made = _in_utc(_typed(event, given))
    _check_series(made)
    _changes(call).note(name)
    return Answer(201, _seen(call, things.put(made)))


@ROUTES.api("GET", "/v1.0/me/events/{event}", SHAPES, "microsoft", *_READ)
def get(call: Call, event: str) -> Answer:
    things = _calendar(call)
    found = _one(things, event)
    said = _seen(call, found)
    if found.get("recurrence"):
        parts = graph_series.parts(things, event)
        said["exceptionOccurrences"] = [
            _seen(call, each) for each in parts if each["type"] == "exception"
        ]
        said["cancelledOccurrences"] = [
            f"OID.{event}.{each['id'].rpartition('!')[2]}"
            for each in parts
            if each["type"] == "cancelled"
        ]
    return Answer(200, selected(call, said))


@ROUTES.api("PATCH", "/v1.0/me/events/{event}", SHAPES, "microsoft", *_WRITE)
def update(call: Call, event: str) -> Answer:
    things, given = _calendar(call), call.request.json()
    old = _one(things, event)
    wanted = call.request.headers.get("if-match", "")
    if wanted and wanted != old["@odata.etag"]:
        words = "The ETag value in the If-Match header does not match."
        raise Stop(trouble(412, "ErrorIrresolvableConflict", words))
    at = datetime.fromtimestamp(call.state.now(), UTC)
    new = _typed(old | given | {"id": event}, given)
    new |= {"@odata.etag": f'W/"{secrets.token_hex(8)}"'}
    new |= {"lastModifiedDateTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    _check_times(new)
    new = _in_utc(new)
    _check_series(new)
    things.put(new)
    _changed(call, new)
    if given.keys() & {"start", "end", "recurrence", "isAllDay"}:
        # As a series is planned anew, nothing in it is different any more.
        for each in graph_series.parts(things, event):
            things.delete(each["id"])
    return Answer(200, _seen(call, new))


@ROUTES.api("DELETE", "/v1.0/me/events/{event}", SHAPES, "microsoft", *_WRITE)
def delete(call: Call, event: str) -> Answer:
    things = _calendar(call)
    old = _one(things, event)
    wanted = call.request.headers.get("if-match", "")
    if wanted and wanted != old["@odata.etag"]:
        words = "The ETag value in the If-Match header does not match."
        raise Stop(trouble(412, "ErrorIrresolvableConflict", words))
    for each in graph_series.parts(things, event):
        things.delete(each["id"])
    if "seriesMasterId" in old:
        things.put(old | {"type": "cancelled"})
    else:
        things.delete(event)
    _changed(call, old)
    return Answer(204)


@ROUTES.api("POST", "/v1.0/me/calendar/getSchedule", SHAPES, "microsoft", *_READ)
def schedule(call: Call) -> Answer:
    given = call.request.json()
    _check_times({"start": given.get("startTime"), "end": given.get("endTime")})
    least, most = _at(given["startTime"]), _at(given["endTime"])
    rows = []
    for address in given.get("schedules", []):
        if str(address).lower() != call.person.address:
            error = {"responseCode": "ErrorMailRecipientNotFound", "message": "Unknown"}
            rows.append({"scheduleId": address, "error": error})
            continue
        items = [
            {
                "status": event.get("showAs", "busy"),
                "subject": event["subject"],
                "start": _stamp(_at(event["start"])),
                "end": _stamp(_at(event["end"])),
            }
            for event in graph_series.expanded(_calendar(call), least, most)
            if event.get("showAs", "busy") != "free"
        ]
        items.sort(key=lambda item: str(item["start"]))
        rows.append({"scheduleId": address, "scheduleItems": items})
    return Answer(200, {"value": rows})


def _changes(call: Call) -> Changes:
    return Changes(call.state, "graph-calendar", call.person.address)


def _changed(call: Call, event: Thing) -> None:
    """One of a series changes that as well."""
    changes, things = _changes(call), _calendar(call)
    changes.note(event["id"])
    if series := things.get(event.get("seriesMasterId", "")):
        at = datetime.fromtimestamp(call.state.now(), UTC)
        series = series | {"@odata.etag": f'W/"{secrets.token_hex(8)}"'}
        things.put(series | {"lastModifiedDateTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"})
        changes.note(series["id"])


def _one(things: Things, name: str) -> Thing:
    found = things.get(name) or graph_series.occurrence(things, name)
    if found is None or found.get("type") == "cancelled":
        return existing(things, "")
    return found


def _typed(event: Thing, given: Thing) -> Thing:
    if event.get("seriesMasterId"):
        return event | {"type": "exception"}
    if isinstance(given.get("start"), dict):
        event = event | {"originalStartTimeZone": given["start"].get("timeZone", "UTC")}
    kind = "seriesMaster" if event.get("recurrence") else "singleInstance"
    return event | {"type": kind}


def _check_series(event: Thing) -> None:
    if not event.get("recurrence"):
        return
    try:
        graph_series.times(event)
    except (KeyError, ValueError, TypeError) as error:
        words = "The recurrence pattern is not valid."
        raise Stop(trouble(400, "ErrorInvalidRecurrence", words)) from error


def _calendar(call: Call) -> Things:
    week = demo.appointments(call.person, call.state.now())
    events = [_demo(call.person, each) for each in week]
    return Things(call.state, "graph-calendar", call.person.address, events)


def _demo(who: Person, given: demo.Appointment) -> Thing:
    event = _event(who, f"AAMkDemo{given.key}=", given.start.timestamp())
    start, end = given.start, given.end
    if given.all_day:  # from midnight to midnight, in no zone at all
        start, end = start.replace(tzinfo=UTC), end.replace(tzinfo=UTC)
    event |= {"subject": given.title, "start": _stamp(start), "end": _stamp(end)}
    event |= {"isAllDay": given.all_day, "showAs": "free" if given.all_day else "busy"}
    event["location"] = {"displayName": given.place}
    if given.with_whom:
        address = {"address": given.with_whom, "name": given.with_whom}
        event["attendees"] = [{"type": "required", "emailAddress": address}]
    return event


def _event(who: Person, name: str, created: float) -> Thing:
    at = datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "@odata.etag": f'W/"{uuid.uuid5(uuid.NAMESPACE_URL, name).hex[:16]}"',
        "id": name,
        "createdDateTime": at,
        "lastModifiedDateTime": at,
        "subject": "",
        "body": {"contentType": "text", "content": ""},
        "bodyPreview": "",
        "isAllDay": False,
        "isCancelled": False,
        "showAs": "busy",
        "type": "singleInstance",
        "location": {"displayName": ""},
        "attendees": [],
        "organizer": {"emailAddress": {"name": who.name, "address": who.address}},
        "webLink": "https://outlook.live.com/calendar/",
        "transactionId": None,
    }


def _seen(call: Call, event: Thing) -> Thing:
    """In the time zone that `Prefer` names; without what ReadBasic hides."""
    wanted = re.search(
        r'outlook\.timezone="([^"]+)"', call.request.headers.get("prefer", "")
    )
    zone = wanted[1] if wanted else "UTC"
    said = {name: value for name, value in event.items() if name != "asked"}
    if "@removed" in event:
        return event
    for name in ("start", "end"):
        said[name] = _stamp(_at(event[name]), zone)
    if not call.has(*_READ[1:]):
        said = {k: v for k, v in said.items() if k not in ("body", "bodyPreview")}
    return said


def _in_utc(event: Thing) -> Thing:
    return event | {name: _stamp(_at(event[name])) for name in ("start", "end")}


def _check_times(event: Thing) -> None:
    for name in ("start", "end"):
        if not isinstance(event.get(name), dict):
            words = f"Required property '{name}' is missing."
            raise Stop(trouble(400, "ErrorInvalidRequest", words))
    if _at(event["end"]) < _at(event["start"]):
        words = "The end time must be after the start time."
        raise Stop(trouble(400, "ErrorPropertyValidationFailure", words))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(_WINDOWS.get(name, name))
    except (ZoneInfoNotFoundError, ValueError) as error:
        words = f"The time zone '{name}' is not supported."
        raise Stop(trouble(400, "TimeZoneNotSupportedException", words)) from error


def _at(edge: Thing) -> datetime:
    try:
        found = datetime.fromisoformat(str(edge.get("dateTime")))
    except ValueError as error:
        words = "The value of dateTime is not valid."
        raise Stop(trouble(400, "ErrorInvalidRequest", words)) from error
    return found if found.tzinfo else found.replace(tzinfo=_zone(str(edge["timeZone"])))


def _moment(given: str) -> datetime:
    """ISO 8601; UTC where it names no offset."""
    return _at({"dateTime": given, "timeZone": "UTC"})


def _stamp(at: datetime, zone: str = "UTC") -> Thing:
    local = at.astimezone(_zone(zone))
    return {"dateTime": f"{local:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": zone}
