"""The calendar of Microsoft 365 and Outlook.com: deltas of a window of time, and a series
that is read whole whenever anything in it changed.

https://learn.microsoft.com/graph/delta-query-events
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from apps.assistant.sync import contents
from apps.assistant.sync.contents import Content, NotPossible
from apps.assistant.sync.patterns import pattern, rule_of
from apps.assistant.sync.sides import AHEAD, BEHIND, Changed, Expired, Remote, Side
from apps.core.errors import Conflict, NotFound
from apps.integrations import client, plain_text
from apps.integrations.answers import ProviderDown, Thing, things
from apps.integrations.calendars import in_utc
from apps.integrations.client import Client

_PAGES = 400
_HEADERS = {
    "Prefer": 'outlook.timezone="UTC", outlook.body-content-type="text",'
    " odata.maxpagesize=100"
}
_EXPANDED = {"$expand": "exceptionOccurrences"}
DAY = timedelta(days=1)


class MicrosoftSide(Side):
    def changes(self, cursor: str) -> Changed:
        query = dict(parse_qsl(urlsplit(cursor).query))
        if not cursor:
            start, end = self.now - BEHIND, self.now + AHEAD
            query = {
                "startDateTime": f"{in_utc(start)}Z",
                "endDateTime": f"{in_utc(end)}Z",
            }
        raws, after = list[Thing](), ""
        asked = self._ask("calendar.changes")
        try:
            for page in asked.pages(query=query, headers=_HEADERS, most=_PAGES):
                raws += asked.listed(page, "value")
                after = str(page.get("@odata.deltaLink") or "")
        except NotFound:
            if not cursor:
                raise
            raise Expired from None
        return Changed(list(self._whole(raws)), after, is_whole=not cursor)

    def read(self, remote_id: str) -> Remote:
        try:
            return self._seen(self._raw(remote_id))
        except NotFound:
            return Remote(remote_id)

    def named(self, handle: str) -> str:
        return ""

    def create(self, handle: str, content: Content) -> Remote:
        body = {**_words(content), **_times(content), "transactionId": handle}
        try:
            raw = self._ask("calendar.create").call(body=body, headers=_HEADERS)
        except Conflict:
            # It was made before, in other words: the changes will tell of it.
            words = "Microsoft has not told of an event yet. It comes later."
            raise ProviderDown(words) from None
        return self._parts(str(raw["id"]), content)

    def update(self, there: Remote, content: Content) -> Remote:
        raw = self._raw(there.id)
        if str(raw.get("@odata.etag", "")) != there.mark:
            raise Conflict
        now = self._seen(raw).content
        body = _words(content)
        is_planned_anew = now is None or _planned(now) != _planned(content)
        if now is not None and set(now.gone) - {*content.gone}:
            # What was cancelled comes back only where all of it is planned anew.
            is_planned_anew = True
        if is_planned_anew:
            body |= _times(content)
        self._ask("calendar.update").call(
            steps={"event": there.id},
            body=body,
            headers={**_HEADERS, "If-Match": there.mark},
        )
        return self._parts(there.id, content)

    def delete(self, there: Remote) -> None:
        headers = {"If-Match": there.mark} if there.mark else None
        try:
            self._ask("calendar.delete").call(
                steps={"event": there.id}, headers=headers
            )
        except NotFound:
            pass  # as it should be

    def _parts(self, name: str, wanted: Content) -> Remote:
        """After the series itself, whatever is different in it."""
        raw = self._raw(name)
        found = self._seen(raw)
        there = found.content
        if not wanted.rule or there is None or there == wanted:
            return found
        for at in {*there.gone, *there.moved, *wanted.gone, *wanted.moved}:
            one = wanted.moved.get(at, wanted.one(at))
            if at in wanted.gone:
                is_done = at in there.gone
            else:
                is_done = one == there.moved.get(at, there.one(at))
            if is_done or not (part := self._part(raw, at)):
                continue
            if at in wanted.gone:
                self.delete(Remote(part))
            else:
                body = {**_words(one), **_times(one)}
                body.pop("recurrence")
                self._ask("calendar.update").call(
                    steps={"event": part}, body=body, headers=_HEADERS
                )
        return self.read(name)

    def _part(self, series: Thing, at: datetime) -> str:
        """The id of the one at an instant; "" where there is none."""
        for each in things(series.get("exceptionOccurrences")):
            if _original(each) == at:
                return str(each["id"])
        query = {
            "startDateTime": f"{in_utc(at - DAY)}Z",
            "endDateTime": f"{in_utc(at + DAY)}Z",
        }
        asked, steps = self._ask("calendar.instances"), {"event": str(series["id"])}
        for page in asked.pages(steps=steps, query=query, headers=_HEADERS):
            for each in asked.listed(page, "value"):
                if _original(each) == at:
                    return str(each["id"])
        return ""

    def _raw(self, name: str) -> Thing:
        asked = self._ask("calendar.made")
        return asked.call(steps={"event": name}, query=_EXPANDED, headers=_HEADERS)

    def _ask(self, name: str) -> Client:
        return client.of(self.connection, name)

    def _whole(self, raws: list[Thing]) -> Iterator[Remote]:
        """Each series once, however much of it changed."""
        seen = set[str]()
        for raw in raws:
            name = str(raw.get("seriesMasterId") or raw.get("id"))
            if name in seen:
                continue
            seen.add(name)
            if "@removed" in raw:
                # Of a series each one that is not there any more is told as well.
                yield Remote(name, is_unsure=True)
            elif raw.get("type") == "singleInstance":
                yield self._seen(raw)
            else:
                yield self.read(name)

    def _seen(self, raw: Thing) -> Remote:
        name, mark = str(raw["id"]), str(raw.get("@odata.etag", ""))
        parts = things(raw.get("exceptionOccurrences"))
        moments = (
            plain_text.moment(each.get("lastModifiedDateTime"))
            for each in [raw, *parts]
        )
        at = max(filter(None, moments), default=None)
        if raw.get("isCancelled"):
            return Remote(name, mark, at=at)
        own = self.connection.label.casefold()
        told = (_address(each) for each in things(raw.get("attendees"))[:100])
        guests = [each for each in told if each and each.casefold() != own]
        key = plain_text.line(raw.get("transactionId"), 64)
        try:
            content = _content(raw, self.connection.user.timezone)
        except NotPossible as error:
            return Remote(name, mark, at=at, key=key, why=error.sentence)
        return Remote(name, mark, content, at, guests, key)


def _planned(content: Content) -> Content:
    return replace(content.bare, title="", place="", notes="")


def _content(raw: Thing, zone: str) -> Content:
    once = _once(raw)
    if not (told := raw.get("recurrence")):
        return once
    zone, rule = rule_of(told, str(raw.get("originalStartTimeZone") or ""), zone)
    zone = "UTC" if once.is_all_day else zone
    clock = once.start.astimezone(ZoneInfo(zone)).time()
    cancelled = [str(each)[-10:] for each in raw.get("cancelledOccurrences") or []]
    gone = (_instant(day, clock, zone) for day in cancelled)
    moved = {
        at: _once(part)
        for part in things(raw.get("exceptionOccurrences"))
        if (at := _original(part))
    }
    return contents.series(once, zone=zone, rule=rule, gone=gone, moved=moved)


def _once(raw: Thing) -> Content:
    place, body = raw.get("location"), raw.get("body")
    is_all_day = bool(raw.get("isAllDay"))
    start, end = _edge(raw, "start"), _edge(raw, "end")
    if is_all_day:
        start, end = contents.whole(start.date(), end.date())
    return contents.of(
        title=str(raw.get("subject") or ""),
        start=start,
        end=end,
        is_all_day=is_all_day,
        place=str(place.get("displayName") or "") if isinstance(place, dict) else "",
        notes=str(body.get("content") or "") if isinstance(body, dict) else "",
    )


def _edge(raw: Thing, name: str) -> datetime:
    """They come in UTC; of a whole day it is the midnight there, or the nearest."""
    edge = raw.get(name)
    at = plain_text.moment(edge.get("dateTime")) if isinstance(edge, dict) else None
    if at is None:
        raise NotPossible("It has no time.")
    if raw.get("isAllDay") and at.time() != time():
        at += timedelta(hours=12)
    return at.astimezone(UTC)


def _original(part: Thing) -> datetime | None:
    """When it would have been."""
    said = part.get("originalStart")
    if said is None and isinstance(start := part.get("start"), dict):
        said = start.get("dateTime")
    at = plain_text.moment(said)
    return at and at.astimezone(UTC)


def _instant(day: str, clock: time, zone: str) -> datetime:
    try:
        wall = datetime.combine(datetime.fromisoformat(day).date(), clock)
    except ValueError:
        raise NotPossible("It leaves out days that cannot be read.") from None
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _words(content: Content) -> Thing:
    """Only what we keep: who takes part, and all the rest, stays."""
    return {
        "subject": content.title,
        "location": {"displayName": content.place},
        "body": {"contentType": "text", "content": content.notes},
    }


def _times(content: Content) -> Thing:
    zone = content.zone or "UTC"
    return {
        "isAllDay": content.is_all_day,
        "start": _said(content.start, zone),
        "end": _said(content.end, zone),
        "recurrence": pattern(content) if content.rule else None,
    }


def _said(at: datetime, zone: str) -> Thing:
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return {"dateTime": local.isoformat(), "timeZone": zone}


def _address(attendee: Thing) -> str:
    found: Any = attendee.get("emailAddress")
    return plain_text.line(found.get("address"), 254) if isinstance(found, dict) else ""
