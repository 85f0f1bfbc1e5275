"""The own calendar over the API."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.assistant import conversations, events, occurrences, phrases, shared, told
from apps.assistant.api.speaking import OwnerField, Speaking, person
from apps.assistant.events import Times
from apps.assistant.models import Calendar, Event
from apps.assistant.occurrences import Occurrence
from apps.core import paging, query, years
from apps.core.errors import Invalid, NotFound
from apps.core.once import once
from apps.core.serializers import Day, Exact, Moment
from apps.core.versions import Versioned, guarded, lock, tagged
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, requires
from apps.rbac.scopes import Scope

MONTH = timedelta(days=31)
_MOST, _USUAL = 200, 100
# Characters of one: 2026-12-01.
_DAY = 10


class CalendarEventSerializer(serializers.Serializer[Any]):
    """One time that an event comes. `at` names it among those of a series, in which
    `when` says the rule; whole days are `first_day` to `last_day`."""

    id = serializers.UUIDField(source="event.public_id")
    at = serializers.DateTimeField()
    title = serializers.CharField(source="event.title")
    place = serializers.CharField(source="event.place")
    notes = serializers.SerializerMethodField()
    owner = OwnerField(source="event.user")
    starts_at = serializers.DateTimeField(source="start")
    ends_at = serializers.DateTimeField(source="end")
    is_all_day = serializers.BooleanField(source="event.is_all_day")
    first_day = serializers.SerializerMethodField()
    last_day = serializers.SerializerMethodField()
    zone = serializers.CharField(source="event.zone")
    rule = serializers.CharField(source="event.rule")
    exceptions = serializers.ListField(
        child=serializers.CharField(), source="event.exceptions"
    )
    series = serializers.UUIDField(source="event.series.public_id", allow_null=True)
    when = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="event.created_at")
    updated_at = serializers.DateTimeField(source="event.updated_at")

    def get_notes(self, row: Occurrence) -> str:
        """Of another's calendar only to who may change it."""
        levels, owner = self.context["calendars"], row.event.user_id
        is_open = owner == self.context["scene"].user.pk or levels.get(owner) == "edit"
        return row.event.notes if is_open else ""

    def get_first_day(self, row: Occurrence) -> date | None:
        return row.start.date() if row.event.is_all_day else None

    def get_last_day(self, row: Occurrence) -> date | None:
        if not row.event.is_all_day:
            return None
        return row.end.date() - timedelta(days=1)

    def get_when(self, row: Occurrence) -> str:
        return told.when(self.context["scene"], row.start, row.event.recurrence)


class _Timed(Exact):
    """Either `starts_at` and `ends_at`, or for whole days `first_day`, with `last_day`
    for several. `rule` is of RFC 5545, `zone` where its clock hangs."""

    place = serializers.CharField(
        max_length=events.LONGEST_PLACE, required=False, allow_blank=True
    )
    notes = serializers.CharField(
        max_length=events.LONGEST_NOTES, required=False, allow_blank=True
    )
    starts_at = Moment(required=False)
    ends_at = Moment(required=False)
    first_day = Day(required=False)
    last_day = Day(required=False)
    zone = serializers.CharField(max_length=64, required=False)
    rule = serializers.CharField(max_length=255, required=False, allow_blank=True)


class NewEventSerializer(_Timed):
    """`calendar`: the id of one that is shared with you, as `shares` has it under
    `received`; without it, it goes to your own."""

    title = serializers.CharField(max_length=events.LONGEST_TITLE)
    calendar = serializers.UUIDField(required=False)


class EventChangeSerializer(_Timed):
    """With `at` the one of a series that comes then, which is an event of its own from
    then on; without it all of them."""

    title = serializers.CharField(max_length=events.LONGEST_TITLE, required=False)
    at = Moment(required=False)


class Events(Speaking):
    policy = about(Permission.EVENT_VIEW)
    scope = Scope.EVENTS
    policies: ClassVar = {"post": requires(Permission.EVENT_ADD)}
    sparse = CalendarEventSerializer
    # Whether it is backwards.
    orderings: ClassVar = {"starts_at": False, "-starts_at": True}

    @extend_schema(
        operation_id="events_list",
        parameters=[
            OpenApiParameter("from", str, description="RFC 3339 or a day; now"),
            OpenApiParameter("to", str, description="a month after `from`"),
            OpenApiParameter("search", description="In its title or place."),
            *paging.asked(_MOST, _USUAL),
        ],
        responses=CalendarEventSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """What touches the time from `from` to `to`, a year at most, the earliest first
        unless another `ordering` is asked for; each one of a series by itself."""
        user = person(request)
        given = request.GET
        start = _moment(user, given.get("from", "")) or conversations.aside(user).now
        end = _moment(user, given.get("to", "")) or start + MONTH
        rows = occurrences.between(user=user, start=start, end=end)
        if others := shared.calendars(user):
            rows += occurrences.between(user=user, start=start, end=end, of=others)
            rows.sort(key=lambda each: (each.start, each.event.pk))
        if wanted := query.words(request):
            rows = [each for each in rows if _has(each, wanted)]
        limit = query.whole(request, "limit", _MOST, _USUAL)
        is_backwards = query.order(request, self)
        found = _page(rows, given.get("cursor", ""), limit, is_backwards)
        shown = query.sparse(request, _serializer(user, found.rows, many=True))
        asked = {"from": start.isoformat(), "to": end.isoformat(), "limit": limit}
        return paging.answer(request, found, shown.data, **asked)

    @once()
    @extend_schema(request=NewEventSerializer, responses={201: CalendarEventSerializer})
    def post(self, request: Request) -> Response:
        """Put one on your calendar, or on one that is shared with you to edit: 403 where
        it may only be looked at, 404 where it is not shared with you."""
        form = NewEventSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user, asked = person(request), form.validated_data
        times = _times(user, asked)
        if times is None:
            raise Invalid("Send starts_at and ends_at, or first_day.")
        to = None
        if "calendar" in asked:
            to = _calendar(user, str(asked["calendar"]))
        with shared.adding(by=user, to=to) as owner:
            row = events.create(
                user=owner,
                title=asked["title"],
                times=times,
                place=asked.get("place", ""),
                notes=asked.get("notes", ""),
            )
        found = _shown(user, _first(user, row))
        return Response(found, status=status.HTTP_201_CREATED)


def _calendar(user: User, public_id: str) -> Calendar:
    """Of one that was never shared nothing is said that its being there would tell.
    Raises NotFound."""
    try:
        return shared.calendar(user=user, public_id=public_id)
    except NotFound:
        raise NotFound(phrases.say("no_such_calendar")) from None


class OneEvent(Speaking, Versioned):
    policy = about(Permission.EVENT_VIEW)
    scope = Scope.EVENTS
    policies: ClassVar = {
        "patch": about(Permission.EVENT_CHANGE),
        "delete": about(Permission.EVENT_DELETE),
    }

    def hold(self, request: Request, public_id: UUID) -> None:
        user = person(request)
        row = _own(user, public_id)
        with shared.changing(by=user, event=row):
            lock(row)

    @tagged
    @extend_schema(responses=CalendarEventSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """One of them; of a series what it began with."""
        user = person(request)
        return Response(_shown(user, _first(user, _own(user, public_id))))

    @guarded
    @extend_schema(request=EventChangeSerializer, responses=CalendarEventSerializer)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Only what is sent changes; a time only with both of its ends."""
        form = EventChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user, asked = person(request), form.validated_data
        row = _own(user, public_id)
        words = {name: asked.get(name) for name in ("title", "place", "notes")}
        if "at" in asked and row.rule:
            one = occurrences.occurrence(row, asked["at"], user.timezone)
            times = _times(user, asked, row)
            with shared.changing(by=user, event=row):
                row, _ = events.change_one(row=row, at=one.at, times=times, **words)
        else:
            times = _times(user, asked, row)
            with shared.changing(by=user, event=row):
                row, _ = events.change(row=row, times=times, **words)
        return Response(_shown(user, _first(user, row)))

    @guarded
    @extend_schema(parameters=[OpenApiParameter("at", datetime)], responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Take it off; with `at` only the one of a series that comes then."""
        user = person(request)
        row = _own(user, public_id)
        at = _moment(user, request.GET.get("at", ""))
        with shared.changing(by=user, event=row):
            if at and row.rule:
                events.leave_out(row=row, at=at)
            else:
                events.delete(row=row)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _times(user: User, asked: dict[str, Any], row: Event | None = None) -> Times | None:
    """None where nothing is said of it. Raises Invalid for what is half said."""
    zone = asked.get("zone") or user.timezone
    rule = asked.get("rule", row.rule if row else "")
    exceptions = ()
    if row and not asked.keys() & {"starts_at", "ends_at", "first_day", "last_day"}:
        if not asked.keys() & {"rule", "zone"}:
            return None
        kept = Times(row.starts_at, row.ends_at, row.zone, row.is_all_day)
        if "zone" in asked and not row.is_all_day:
            kept = replace(kept, zone=zone)
        return replace(kept, rule=rule, exceptions=exceptions)
    if asked.keys() & {"first_day", "last_day"}:
        if asked.keys() & {"starts_at", "ends_at"} or "first_day" not in asked:
            raise Invalid("Send first_day, with last_day for several; or two times.")
        first = asked["first_day"]
        after = asked.get("last_day", first) + timedelta(days=1)
        if after <= first:
            raise Invalid("The last day is before the first.")
        return replace(events.on_days(first, after, zone), rule=rule)
    if not {"starts_at", "ends_at"} <= asked.keys():
        raise Invalid("Send starts_at and ends_at, or first_day.")
    if row and "zone" not in asked and not row.is_all_day:
        zone = row.zone
    return Times(asked["starts_at"], asked["ends_at"], zone, rule=rule)


def _own(user: User, public_id: UUID) -> Event:
    return events.get(user=user, public_id=str(public_id))


def _first(user: User, row: Event) -> Occurrence:
    return occurrences.first(row, user.timezone)


def _shown(user: User, found: Occurrence) -> Any:
    return _serializer(user, found).data


def _serializer(user: User, found: Any, *, many: bool = False) -> Any:
    context = {
        "scene": conversations.aside(user),
        "calendars": shared.calendars(user),
        "person": user,
    }
    return CalendarEventSerializer(found, many=many, context=context)


def _has(row: Occurrence, words: list[str]) -> bool:
    text = query.plain(f"{row.event.title}\n{row.event.place}")
    return all(query.plain(word) in text for word in words)


def _moment(user: User, said: str) -> datetime | None:
    """A day is its midnight. Raises Invalid for what is no moment."""
    if not said:
        return None
    try:
        at = datetime.fromisoformat(said.replace(" ", "+"))
    except ValueError:
        raise Invalid("That is no moment: send RFC 3339, or a day.") from None
    years.insist(at)
    if at.tzinfo is None and len(said) != _DAY:
        raise Invalid("Say where: send RFC 3339, with its offset.")
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(user.timezone))
    return at


def _page(
    rows: list[Occurrence], said: str, limit: int, is_backwards: bool
) -> paging.Page:
    """Raises Invalid for what is no place among them."""
    of = f"assistant.events {is_backwards}"
    begin = paging.place(of, said)
    if begin:
        at, pk = begin.by
        place = (datetime.fromisoformat(at), int(pk))
        is_later = is_backwards == begin.is_back
        rows = [each for each in rows if _is_beyond(each, place, is_later)]
    if is_backwards != (begin is not None and begin.is_back):
        rows = rows[::-1]
    return paging.page(of, begin, rows, limit, _ordered_by)


def _is_beyond(row: Occurrence, place: tuple[datetime, int], is_later: bool) -> bool:
    here = (row.start, row.event.pk)
    return here > place if is_later else here < place


def _ordered_by(row: Occurrence) -> list[str]:
    return [row.start.isoformat(), str(row.event.pk)]


urlpatterns = [
    path("events", Events.as_view(), name="events"),
    path("events/<uuid:public_id>", OneEvent.as_view(), name="event"),
]
