"""A person's own calendar: a day, a week or what comes, and the forms of an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.assistant import (
    agenda,
    appointments,
    conversations,
    event_words,
    events,
    occurrences,
    phrases,
    ranges,
    shared,
)
from apps.assistant.events import Times
from apps.assistant.models import Calendar, Event
from apps.assistant.occurrences import Occurrence
from apps.assistant.times import retold
from apps.assistant.toolbox import Ask
from apps.core import years
from apps.core.errors import AppError, Invalid
from apps.core.verbs import require_http_methods, require_POST, require_safe
from apps.portal import parts, shares, taking_back
from apps.portal.event_forms import ONE, EventForm, EventWordsForm
from apps.portal.shell import SignedIn
from apps.portal.spoken import in_their_language
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, requires, signed_in

PAGE, KIND = "portal:calendar", "events"
DAY = timedelta(days=1)
# How many days a view shows, and goes on by.
VIEWS = {"week": 7, "day": 1, "list": 30}
# So many of a day are shown, and lead to the day by itself; that goes on in parts. A list
# ends with the day on which it has so many of all.
MOST = {"week": 12, "list": 30}
MOST_LISTED = 60
_CALLED = {
    "week": gettext_noop("Week"),
    "day": gettext_noop("Day"),
    "list": gettext_noop("List"),
}


@dataclass(frozen=True)
class Day:
    date: date
    is_today: bool
    events: Sequence[Occurrence]
    # How many more there are.
    more: int = 0


@signed_in
@require_safe
@in_their_language
def page(request: SignedIn) -> HttpResponse:
    """`view` is week, day or list; `on` a day in it, else today."""
    return _page(request, EventWordsForm(by=request.user))


@requires(Permission.EVENT_ADD)
@require_POST
@in_their_language
def add(request: SignedIn) -> HttpResponse:
    """In words: "lunch with Ana friday 12:30"."""
    form = EventWordsForm(request.POST, by=request.user)
    if not form.is_valid():
        return _page(request, form)
    try:
        title, times = _read(request, form.cleaned_data["words"])
        with shared.adding(by=request.user, to=form.to()) as owner:
            row = events.create(user=owner, title=title, times=times)
    except Ask as asked:
        options = ", ".join(each.label for each in asked.options)
        form.add_error("words", f"{asked.sentence} {options}".strip())
        return _page(request, form)
    except AppError as error:
        form.add_error("words", error.sentence)
        return _page(request, form)
    return _added(request, row)


@requires(Permission.EVENT_ADD)
@require_http_methods(["GET", "HEAD", "POST"])
@in_their_language
def new(request: SignedIn) -> HttpResponse:
    day = _day(request.GET.get("on", ""), _today(request))
    given = request.POST if request.method == "POST" else None
    initial = {"first_day": day, "starts": time(9)}
    form = EventForm(given, initial=initial, by=request.user)
    if form.is_valid():
        try:
            with shared.adding(by=request.user, to=form.to()) as owner:
                row = events.create(user=owner, **form.wanted(request.user.timezone))
        except AppError as error:
            form.add_error(None, error.sentence)
        else:
            return _added(request, row)
    return render(request, "portal/event.html", {"form": form})


@about(Permission.EVENT_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@in_their_language
def change(request: SignedIn, public_id: UUID) -> HttpResponse:
    """All of it, or with `at` the one of a series that comes then."""
    row = _own(request, public_id)
    # The form shows notes, which are for who may change them.
    with shared.changing(by=request.user, event=row):
        shown = _shown(request, row)
    given = request.POST if request.method == "POST" else None
    form = EventForm(given, of=shown)
    if form.is_valid():
        try:
            with shared.changing(by=request.user, event=row):
                changed, before = _changed(request, shown, form)
        except AppError as error:
            form.add_error(None, error.sentence)
        else:
            taking_back.offer(
                request,
                gettext("Changed: %(changed_title)s.")
                % {"changed_title": changed.title},
                KIND,
                before,
            )
            return redirect(_at(shown.start.date()))
    rule = _rule(request, row)
    return render(
        request, "portal/event.html", {"form": form, "shown": shown, "rule": rule}
    )


@about(Permission.EVENT_DELETE)
@require_POST
@in_their_language
def delete(request: SignedIn, public_id: UUID) -> HttpResponse:
    row = _own(request, public_id)
    shown = _shown(request, row)
    if row.rule and request.POST.get("scope") == ONE:
        with shared.changing(by=request.user, event=row):
            before = events.leave_out(row=row, at=shown.at)
    else:
        with shared.changing(by=request.user, event=row):
            before = events.delete(row=row)
    taking_back.offer(
        request,
        gettext("Deleted: %(row_title)s.") % {"row_title": row.title},
        KIND,
        before,
    )
    return redirect(_at(shown.start.date()))


def _read(request: SignedIn, words: str) -> tuple[str, Times]:
    """What the words mean. Raises Ask, and AppError."""
    scene, said = conversations.aside(request.user), ranges.split(words)
    if not said.rest:
        raise Invalid(phrases.say("event_what"))
    ask = phrases.say("event_when", title=said.rest)
    given = {"when": said.when, "until": said.until}
    return said.rest, appointments.times(scene, given, ask=ask)


def _changed(
    request: SignedIn, shown: Occurrence, form: EventForm
) -> tuple[Event, dict[str, Any]]:
    wanted, row = form.wanted(request.user.timezone), shown.event
    times: Times = wanted["times"]
    if not row.rule:
        return events.change(row=row, **wanted)
    if form.cleaned_data["scope"] == ONE:
        return events.change_one(row=row, at=shown.at, **wanted)
    # All of them as far as this one is moved, where they are.
    zone = ZoneInfo("UTC" if times.is_all_day else row.zone)
    was = shown.at.astimezone(zone).replace(tzinfo=None)
    by = times.start.astimezone(zone).replace(tzinfo=None) - was
    begins = row.starts_at.astimezone(zone).replace(tzinfo=None)
    start = (begins + by).replace(tzinfo=zone)
    length = times.end - times.start
    wanted["times"] = replace(times, start=start, end=start + length, zone=zone.key)
    return events.change(row=row, **wanted)


def _added(request: SignedIn, row: Event) -> HttpResponse:
    scene = conversations.aside(request.user)
    first = agenda.Found.mine(occurrences.first(row, scene.zone))
    is_theirs = row.user_id == request.user.pk
    sentence = phrases.say(
        "event_added" if is_theirs else "event_added_on",
        owner=row.user.short_name,
        title=row.title,
        time=event_words.series(scene, agenda.values(first)),
    )
    taking_back.offer(request, sentence, KIND, events.unmade(row))
    return redirect(_at(first.event.start.date()))


def _page(request: SignedIn, form: EventWordsForm) -> HttpResponse:
    view = request.GET.get("view", "week")
    if view not in VIEWS:
        raise Invalid(gettext("There is no such view."))
    today = _today(request)
    on = _day(request.GET.get("on", ""), today)
    first = on
    if view == "week":
        first -= timedelta(days=(on.weekday() - request.user.first_weekday) % 7)
    after = first + timedelta(days=VIEWS[view])
    others = shared.calendars(request.user)
    days = list(_days(request, first, after, today, others))
    part = None
    if view == "day":
        (day,) = days
        part = parts.of(day.events, request.GET, here=reverse(PAGE))
        days = [replace(day, events=part.rows)]
    else:
        days = [_shortened(day, MOST[view]) for day in days]
    if view == "list":
        days = _listed(days)
        if sum(len(day.events) for day in days) >= MOST_LISTED:
            after = days[-1].date + DAY
    shown = {
        "form": form,
        "view": view,
        "views": [(each, gettext(_CALLED[each]), _url(each, on)) for each in VIEWS],
        "days": days,
        "first": first,
        "last": after - DAY,
        "part": part,
        "earlier": _url(view, first - timedelta(days=VIEWS[view])),
        "later": _url(view, after),
        "now": _url(view, today),
        "is_now": first <= today < after,
        "on": on,
        "closed": [owner for owner, level in others.items() if level == "view"],
        **shares.card(request.user, Calendar.objects.filter(user=request.user).first()),
    }
    return render(request, "portal/calendar.html", shown)


def _days(
    request: SignedIn, first: date, after: date, today: date, others: Iterable[int]
) -> Iterator[Day]:
    here = time(tzinfo=ZoneInfo(request.user.timezone))
    found = occurrences.between(
        user=request.user,
        start=datetime.combine(first, here),
        end=datetime.combine(after, here),
        of=[request.user.pk, *others],
    )
    for number in range((after - first).days):
        day = first + timedelta(days=number)
        start, end = datetime.combine(day, here), datetime.combine(day + DAY, here)
        on = [
            each
            for each in found
            if each.start < end and (each.end > start or each.start >= start)
        ]
        yield Day(day, day == today, sorted(on, key=_whole_days_first))


def _shortened(day: Day, most: int) -> Day:
    more = max(0, len(day.events) - most)
    return replace(day, events=day.events[:most], more=more)


def _listed(days: Iterable[Day]) -> list[Day]:
    """Those with something, until it is enough."""
    found: list[Day] = []
    count = 0
    for day in days:
        if day.events and count < MOST_LISTED:
            found.append(day)
            count += len(day.events)
    return found


def _whole_days_first(each: Occurrence) -> tuple[bool, datetime]:
    return not each.event.is_all_day, each.start


def _shown(request: SignedIn, row: Event) -> Occurrence:
    """The one that is meant: of a series that at `at`, else the next."""
    said = request.POST.get("at", "") or request.GET.get("at", "")
    zone = request.user.timezone
    if not (said and row.rule):
        return occurrences.upcoming(row, timezone.now(), zone)
    try:
        at = datetime.fromisoformat(said.replace(" ", "+"))
        return occurrences.occurrence(row, at, zone)
    except (ValueError, TypeError, OverflowError):
        raise Invalid(phrases.say("event_gone")) from None


def _rule(request: SignedIn, row: Event) -> str:
    if (rule := row.recurrence) is None:
        return ""
    hours = request.user.clock_hours
    return retold.rule(rule, now=timezone.now(), hours=hours)


def _own(request: SignedIn, public_id: UUID) -> Event:
    return events.get(user=request.user, public_id=str(public_id))


def _today(request: SignedIn) -> date:
    return timezone.now().astimezone(ZoneInfo(request.user.timezone)).date()


def _day(said: str, today: date) -> date:
    try:
        day = date.fromisoformat(said) if said else today
    except ValueError:
        raise Invalid(gettext("There is no such day.")) from None
    years.insist(day)
    return day


def _at(day: date) -> str:
    return _url("week", day)


def _url(view: str, on: date) -> str:
    return f"{reverse(PAGE)}?{urlencode({'view': view, 'on': on.isoformat()})}"
