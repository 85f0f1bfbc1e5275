"""Google Calendar: sync tokens, ids of our own, and a series with its exceptions.

https://developers.google.com/workspace/calendar/api/guides/sync
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant.recurrence import STAMP
from apps.assistant.sync import contents
from apps.assistant.sync.contents import Content, NotPossible
from apps.assistant.sync.sides import BEHIND, Changed, Expired, Remote, Side
from apps.core.errors import Conflict, NotFound
from apps.integrations import client, plain_text
from apps.integrations.answers import Thing, things
from apps.integrations.capabilities.google_calendar import handle as id_of
from apps.integrations.client import Client, Query

_PAGE, _PAGES = 2_500, 400
_CANCELLED = "cancelled"


class GoogleSide(Side):
    def changes(self, cursor: str) -> Changed:
        query: Query = {"maxResults": _PAGE, "showDeleted": "true"}
        if cursor:
            query = {**query, "syncToken": cursor}
        else:
            since = (self.now - BEHIND).replace(microsecond=0)
            query = {**query, "timeMin": since.isoformat()}
        raws, after = list[Thing](), ""
        asked = self._ask("calendar.changes")
        try:
            for page in asked.pages(query=query, most=_PAGES):
                raws += asked.listed(page, "items")
                after = str(page.get("nextSyncToken") or "")
        except NotFound:
            if not cursor:
                raise
            raise Expired from None
        return Changed(list(self._whole(raws)), after, is_whole=not cursor)

    def read(self, remote_id: str) -> Remote:
        try:
            raw = self._ask("calendar.made").call(steps={"event": remote_id})
        except NotFound:
            return Remote(remote_id)
        return self._seen(raw)

    def named(self, handle: str) -> str:
        return id_of(f"{self.connection.pk}:{handle}")

    def create(self, handle: str, content: Content) -> Remote:
        name = self.named(handle)
        body = {"id": name, **_body(content)}
        try:
            raw = self._ask("calendar.create").call(body=body, query=_told([]))
        except Conflict:
            there = self.read(name)
            if there.content is None:
                raise
            return self.update(there, content)
        return self._parts(raw, content, [])

    def update(self, there: Remote, content: Content) -> Remote:
        raw = self._ask("calendar.update").call(
            steps={"event": there.id},
            query=_told(there.guests),
            body=_body(content),
            headers={"If-Match": there.mark},
        )
        return self._parts(raw, content, there.guests)

    def delete(self, there: Remote) -> None:
        headers = {"If-Match": there.mark} if there.mark else None
        try:
            self._ask("calendar.delete").call(
                steps={"event": there.id}, query=_told(there.guests), headers=headers
            )
        except NotFound:
            pass  # as it should be

    def _parts(self, raw: Thing, wanted: Content, guests: list[str]) -> Remote:
        """After the series itself, whatever is different in it."""
        found = self._seen(raw)
        there = found.content
        if not wanted.rule or there is None or there == wanted:
            return found
        for at in {*there.gone, *there.moved, *wanted.gone, *wanted.moved}:
            step, query = {"event": _instance(raw, at)}, _told(guests)
            if at in wanted.gone:
                if at not in there.gone:
                    self._cancel(step, query)
                continue
            one = wanted.moved.get(at, wanted.one(at))
            if one != there.moved.get(at) or at in there.gone:
                body = {**_body(one), "status": "confirmed"}
                self._ask("calendar.update").call(steps=step, query=query, body=body)
        return self.read(found.id)

    def _cancel(self, step: dict[str, str], query: Query) -> None:
        try:
            self._ask("calendar.delete").call(steps=step, query=query)
        except NotFound:
            pass  # as it should be

    def _ask(self, name: str) -> Client:
        return client.of(self.connection, name)

    def _whole(self, raws: list[Thing]) -> Iterator[Remote]:
        """Each series once, however much of it changed."""
        seen = set[str]()
        for raw in raws:
            name = str(raw.get("recurringEventId") or raw.get("id"))
            if name in seen:
                continue
            seen.add(name)
            if "recurringEventId" in raw:
                yield self.read(name)
            elif "start" in raw or raw.get("status") == _CANCELLED:
                # Of an exception nothing is told but its name once its series is gone.
                yield self._seen(raw)

    def _seen(self, raw: Thing) -> Remote:
        name, mark = str(raw["id"]), str(raw.get("etag", ""))
        at = plain_text.moment(raw.get("updated"))
        if raw.get("status") == _CANCELLED:
            return Remote(name, mark, at=at)
        parts = self._exceptions(raw) if raw.get("recurrence") else []
        moments = (plain_text.moment(each.get("updated")) for each in parts)
        at = max(filter(None, [at, *moments]), default=None)
        guests = [
            plain_text.line(each.get("email"), 254)
            for each in things(raw.get("attendees"))[:100]
            if not each.get("self")
        ]
        try:
            content = _content(raw, parts, self.connection.user.timezone)
        except NotPossible as error:
            return Remote(name, mark, at=at, why=error.sentence)
        return Remote(name, mark, content, at, guests)

    def _exceptions(self, series: Thing) -> list[Thing]:
        query: Query = {
            "iCalUID": str(series.get("iCalUID")),
            "showDeleted": "true",
            "maxResults": _PAGE,
        }
        asked = self._ask("calendar.changes")
        return [
            raw
            for page in asked.pages(query=query, most=_PAGES)
            for raw in asked.listed(page, "items")
            if raw.get("recurringEventId") == series["id"]
        ]


def _told(guests: list[str]) -> Query:
    return {"sendUpdates": "all" if guests else "none"}


def _content(raw: Thing, parts: list[Thing], zone: str) -> Content:
    lines = [str(each) for each in raw.get("recurrence") or []]
    rule = next((each for each in lines if each.startswith("RRULE")), "")
    if any(each.startswith("RDATE") for each in lines) or (lines and not rule):
        raise NotPossible("It repeats in a way that cannot be kept here.")
    zone = str(raw["start"].get("timeZone") or zone)
    gone = [
        at for each in lines if each.startswith("EXDATE") for at in _dates(each, zone)
    ]
    moved = dict[datetime, Content]()
    for part in parts:
        at = _edge(part.get("originalStartTime"))
        if part.get("status") == _CANCELLED:
            gone.append(at)
        else:
            moved[at] = _once(part)
    return contents.series(_once(raw), zone=zone, rule=rule, gone=gone, moved=moved)


def _once(raw: Thing) -> Content:
    return contents.of(
        title=str(raw.get("summary") or ""),
        start=_edge(raw.get("start")),
        end=_edge(raw.get("end")),
        is_all_day=bool(raw["start"].get("date")),
        place=str(raw.get("location") or ""),
        notes=str(raw.get("description") or ""),
    )


def _edge(edge: Any) -> datetime:
    """Of whole days the midnight in UTC. Raises NotPossible."""
    said = edge if isinstance(edge, dict) else {}
    at = plain_text.moment(said.get("date") or said.get("dateTime"))
    if at is None:
        raise NotPossible("It has no time.")
    return at.replace(tzinfo=UTC) if said.get("date") else at


def _dates(line: str, zone: str) -> Iterator[datetime]:
    """Of "EXDATE;TZID=Europe/Paris:20261124T090000,20261125T090000"."""
    told, _, dates = line.partition(":")
    if "TZID=" in told:
        zone = told.partition("TZID=")[2].partition(";")[0]
    for said in dates.split(","):
        try:
            if len(said) == len("20261124"):
                yield datetime.strptime(said, "%Y%m%d").replace(tzinfo=UTC)
            elif said.endswith("Z"):
                yield datetime.strptime(said, f"{STAMP}Z").replace(tzinfo=UTC)
            else:
                wall = datetime.strptime(said, STAMP)
                yield wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        except (ValueError, KeyError):
            raise NotPossible("It leaves out days that cannot be read.") from None


def _body(content: Content) -> Thing:
    """Only what we keep: who takes part, and all the rest, stays."""
    body: Thing = {
        "summary": content.title,
        "location": content.place,
        "description": content.notes,
        "start": _said(content.start, content),
        "end": _said(content.end, content),
    }
    if content.rule:
        line, *_ = content.recurrence.lines()
        if content.is_all_day:
            # Days end on a day.
            head, sep, rest = line.partition("UNTIL=")
            line = f"{head}{sep}{rest[:8]}{rest[16:]}" if sep else line
        body["recurrence"] = [line]
    else:
        body["recurrence"] = None
    return body


def _said(at: datetime, content: Content) -> Thing:
    # The other one has to go where an event becomes a whole day, or is one no more.
    if content.is_all_day:
        return {"date": at.date().isoformat(), "dateTime": None, "timeZone": None}
    zone = content.zone or "UTC"
    local = at.astimezone(ZoneInfo(zone))
    return {"dateTime": local.isoformat(), "timeZone": zone, "date": None}


def _instance(series: Thing, at: datetime) -> str:
    is_whole = bool(series["start"].get("date"))
    said = f"{at:%Y%m%d}" if is_whole else f"{at.astimezone(UTC):{STAMP}}Z"
    return f"{series['id']}_{said}"
