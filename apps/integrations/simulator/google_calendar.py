"""Google Calendar: one calendar a person, by the rules of v3.

https://developers.google.com/workspace/calendar/api/v3/reference
"""

import re
import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr

from apps.integrations.simulator import demo
from apps.integrations.simulator.changes import Changes, TooOld
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
# What cannot be asked for together with a token of changes.
_NOT_SYNCED = ("q", "orderBy", "iCalUID", "timeMax", "updatedMin")
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
    things, changes = _of(call, calendar), _changes(call)
    # A page belongs to the list as it was when its first was asked for.
    until, _, cursor = q("pageToken").rpartition(".")
    last = int(until) if until.isdigit() else changes.last
    if token := q("syncToken"):
        found = _changed(call, things, changes, token)
    else:
        found = [
            event
            for event in _listed(things, least, most, q("singleEvents") == "true")
            if q("q").lower() in str(event.get("summary", "")).lower()
            and q("iCalUID") in ("", event.get("iCalUID"))
        ]
        found.sort(key=lambda event: (_sorted_by(event), event["id"]))
    asked, size = call.request.number("maxResults", 250), call.state.settings.page_size
    try:
        page = cut(found, cursor=cursor, asked=asked, most=size, what="events")
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
    if page.next:
        return Answer(200, said | {"nextPageToken": f"{last}.{page.next}"})
    if not any(map(q, _NOT_SYNCED)):
        said["nextSyncToken"] = changes.token(last)
    return Answer(200, said)


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
    _rule(made)
    _changes(call).note(name)
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
    _rule(new)
    new["updated"] = datetime.fromtimestamp(call.state.now(), UTC).isoformat()
    things.put(new | {"etag": etag(new)})
    _changes(call).note(event)
    if "recurrence" in given or "start" in given:
        _drop_strays(call, things, event)
    return Answer(200, _found(things, event))


@ROUTES.api("DELETE", _EVENTS + "/{event}", SHAPES, "google", *_WRITE)
def delete(call: Call, calendar: str, event: str) -> Answer:
    things = _of(call, calendar)
    if things.was_deleted(event):
        raise stop(410, "deleted", "Resource has been deleted")
    old, changes = _found(things, event), _changes(call)
    if old["status"] == "cancelled":
        raise stop(410, "deleted", "Resource has been deleted")
    wanted = call.request.headers.get("if-match", "")
    if wanted and wanted != old["etag"]:
        raise stop(412, "conditionNotMet", "Precondition Failed")
    if "recurringEventId" in old:
        now = datetime.fromtimestamp(call.state.now(), UTC).isoformat()
        gone = old | {"status": "cancelled", "updated": now}
        things.put(gone | {"etag": etag(gone)})
    else:
        for each in _exceptions(things, event):
            things.delete(each["id"])
        things.delete(event)
    changes.note(event)
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
        found = list(_listed(_of(call, name), least, most, True))
        said[name] = {"busy": _busy(found, least, most)}
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


def _changes(call: Call) -> Changes:
    return Changes(call.state, "calendar", call.person.address)


def _changed(call: Call, things: Things, changes: Changes, token: str) -> list[Thing]:
    if any(call.request.q(name) for name in _NOT_SYNCED):
        words = "The requested ordering is not available for the particular query."
        raise stop(400, "badRequest", words)
    try:
        names = changes.since(changes.read(token))
    except TooOld as error:
        words = "Sync token is no longer valid, a full sync is required."
        raise stop(410, "fullSyncRequired", words) from error
    return [things.get(name) or _tombstone(name) for name in names]


def _tombstone(name: str) -> Thing:
    return {"kind": "calendar#event", "id": name, "status": "cancelled"}


def _listed(
    things: Things, least: datetime | None, most: datetime | None, is_single: bool
) -> Iterator[Thing]:
    """With `is_single` each one of a series by itself; else the series, and what is
    different in it, also what was cancelled of it."""
    known = things.all()
    apart = {each["id"] for each in known if "recurringEventId" in each}
    for event in known:
        if not is_single and (event.get("recurrence") or event["id"] in apart):
            yield event
        elif event["status"] == "cancelled":
            continue
        elif event.get("recurrence"):
            for one in _instances(event, least, most):
                if one["id"] not in apart:
                    yield one
        elif (least is None or _end(event) > least) and (
            most is None or _start(event) < most
        ):
            yield event


def _sorted_by(event: Thing) -> datetime:
    return _start(event) if "start" in event else datetime.max.replace(tzinfo=UTC)


def _exceptions(things: Things, series: str) -> list[Thing]:
    return [each for each in things.all() if each.get("recurringEventId") == series]


def _instances(
    series: Thing, least: datetime | None, most: datetime | None
) -> Iterator[Thing]:
    length = _end(series) - _start(series)
    first = _start(series) if least is None else least - length
    last = most or _start(series) + timedelta(days=400)
    for wall in _rule(series):
        at = wall.replace(tzinfo=_zone_of(series))
        if at >= last:
            return
        if at > first or (least is None and at >= first):
            yield _instance(series, at)


def _instance(series: Thing, at: datetime) -> Thing:
    """The one of a series at a time; what is different in it is not looked at."""
    length = _end(series) - _start(series)
    is_whole = bool(series["start"].get("date"))
    name = f"{at:%Y%m%d}" if is_whole else f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    one = {key: value for key, value in series.items() if key != "recurrence"}
    one |= {"id": f"{series['id']}_{name}", "recurringEventId": series["id"]}
    if is_whole:
        one["start"] = {"date": at.date().isoformat()}
        one["end"] = {"date": (at + length).date().isoformat()}
    else:
        zone = series["start"].get("timeZone", demo.ZONE_NAME)
        for name, when in (("start", at), ("end", at + length)):
            one[name] = {"dateTime": when.isoformat(), "timeZone": zone}
    one["originalStartTime"] = one["start"]
    return one | {"etag": etag(one)}


def _zone_of(event: Thing) -> ZoneInfo:
    return ZoneInfo(event["start"].get("timeZone") or demo.ZONE_NAME)


def _rule(event: Thing) -> list[datetime]:
    """The wall times at which it comes, for a few years."""
    lines = event.get("recurrence")
    if not lines:
        return []
    zone = _zone_of(event)
    start = _start(event).astimezone(zone).replace(tzinfo=None)
    if event["start"].get("date"):
        start = datetime.fromisoformat(event["start"]["date"])
    elif not event["start"].get("timeZone"):
        raise stop(400, "required", "Missing time zone definition.")
    said = []
    for line in lines:
        # An UNTIL in UTC would have to go with a start that has a zone.
        until = re.search(r"UNTIL=(\d{8}T\d{6})Z", line)
        if until:
            at = datetime.strptime(until[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
            line = line.replace(f"{until[1]}Z", f"{at.astimezone(zone):%Y%m%dT%H%M%S}")
        said.append(re.sub(r"^EXDATE[^:]*:", "EXDATE:", line))
    try:
        found = rrulestr("\n".join(said), dtstart=start, forceset=True)
    except ValueError as error:
        raise stop(400, "invalid", "Invalid recurrence rule.") from error
    return list(found.between(start, start + timedelta(days=1500), inc=True))


def _drop_strays(call: Call, things: Things, series: str) -> None:
    """What was different in a series and is at no time of it any more."""
    found = things.get(series)
    if not found or not found.get("recurrence"):
        return
    there = {each["id"] for each in _instances(found, None, None)}
    for each in _exceptions(things, series):
        if each["id"] not in there:
            things.delete(each["id"])
            _changes(call).note(each["id"])


def _found(things: Things, event: str) -> Thing:
    found = things.get(event) or _of_series(things, event)
    if found is None:
        raise stop(404, "notFound", "Not Found")
    return found


def _of_series(things: Things, name: str) -> Thing | None:
    series = things.get(name.rpartition("_")[0])
    if not series or not series.get("recurrence") or things.was_deleted(name):
        return None
    fits = (one for one in _instances(series, None, None) if one["id"] == name)
    return next(fits, None)


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
