"""Put an event on the person's own calendar, or on one they name, of an account or of
somebody who shares it; with mail addresses in its words it invites them, where a calendar
is connected that can."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import (
    agenda,
    appointments,
    elsewhere,
    event_words,
    events,
    occurrences,
    phrases,
    shared,
    sharing,
)
from apps.assistant.agenda import Found
from apps.assistant.conversations import Scene
from apps.assistant.events import Times
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.times import spoken
from apps.assistant.toolbox import Ask, Proposal, Result, Tool, said
from apps.core import errors
from apps.integrations.calendars import Calendar
from apps.rbac import verdicts
from apps.rbac.catalog import Permission


@dataclass(frozen=True)
class Arguments:
    text: str = said("what it is, with the addresses of those to invite, if any")
    when: str = said("when it begins, or how it repeats, in their words, not computed")
    until: str = said(
        "when it ends or how long it is (4pm, for 30 minutes), or nothing"
    )
    account: str = said("google or microsoft where they name one, else nothing")
    calendar: str = said(
        "who shares the calendar that it goes to (Alice), nothing for their own"
    )


def propose(scene: Scene, arguments: Arguments) -> Proposal | None:
    guests = appointments.guests(arguments.text)
    if not guests or _connected(scene, arguments) is None:
        return None
    kept, settled = _planned(scene, arguments)
    says = phrases.say(
        "event_proposed",
        title=kept["title"],
        time=event_words.span(scene, kept),
        guests=event_words.told(guests),
    )
    return Proposal(says, settled, about=guests[0] if len(guests) == 1 else "")


def run(scene: Scene, arguments: Arguments) -> Result:
    assert scene.call
    calendar = _connected(scene, arguments)
    given = asdict(arguments)
    guests = appointments.guests(arguments.text)
    if calendar is not None:
        times = appointments.times(scene, given, ask=_ask(arguments))
        if guests and scene.call.risk != Risk.OUTWARD:
            # A calendar was connected since it was looked at: nobody said yes to that.
            raise errors.Conflict(phrases.say("event_changed"))
        return _elsewhere(scene, calendar, times, _title(given), guests)
    verdicts.insist(scene.user, Permission.EVENT_ADD)
    theirs = sharing.the_calendar(scene, arguments.calendar, given)
    with shared.adding(by=scene.user, to=theirs) as owner:
        row = events.create(
            user=owner,
            times=appointments.times(scene, given, ask=_ask(arguments)),
            title=_title(given),
            made_by=scene.call,
        )
    found = Found.mine(occurrences.upcoming(row, scene.now, scene.zone), scene.user)
    whose = "" if theirs is None else owner.short_name
    values = {
        **agenda.values(found),
        "title": row.title,
        "owner": whose,
        "guests": [],
        "is_uninvited": bool(guests),
        "clash": agenda.clash(scene, found),
        **elsewhere.spoken_of(scene, agenda.EVENTS, found.mark),
    }
    undo = {**events.unmade(row), "title": row.title, "owner": whose}
    return Result(values, undo=undo)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    key = "event_added_invited" if values["guests"] else "event_added"
    if values.get("owner"):
        key = "event_added_on"
    sentence = phrases.say(
        key,
        owner=values.get("owner"),
        title=short(values["title"]),
        time=event_words.series(scene, values),
        guests=event_words.told(values["guests"]),
    )
    alone = phrases.say("event_uninvited") if values.get("is_uninvited") else ""
    return " ".join(
        filter(None, [sentence, alone, event_words.overlaps(scene, values)])
    )


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    if "events" in before:
        events.restore(user=scene.user, before=before)
    else:
        calendar, event = elsewhere.find(scene, agenda.CANCEL, before["event"])
        try:
            calendar.delete(event)
        except errors.NotFound:
            pass  # as it should be
    if owner := before.get("owner"):
        return phrases.say("undone_event_on", title=before["title"], owner=owner)
    return phrases.say("undone_event", title=before["title"])


def _connected(scene: Scene, arguments: Arguments) -> Calendar | None:
    """The connected one that they name, or that is needed to invite; else it is for
    their own, or one that is shared. Raises errors.Forbidden where the one that they
    name is not connected."""
    if arguments.calendar:
        return None
    there: list[Calendar] = agenda.ADD.met_by(scene.user)
    if wanted := arguments.account.casefold():
        named = [each for each in there if each.connection.provider in wanted]
        if not named:
            raise agenda.ADD.missing()
        return named[0]
    return there[0] if there and appointments.guests(arguments.text) else None


def _elsewhere(
    scene: Scene, calendar: Calendar, times: Times, title: str, guests: list[str]
) -> Result:
    assert scene.call
    if times.rule:
        raise errors.Invalid(phrases.say("event_repeats_elsewhere"))
    start, end = appointments.edges(scene, times)
    event = calendar.create(
        title=title,
        start=start,
        end=end,
        is_all_day=times.is_all_day,
        attendees=guests,
        zone=scene.zone,
        key=str(scene.call.handle),
    )
    found = Found(event, calendar)
    values = {**agenda.values(found), "guests": guests}
    values |= elsewhere.spoken_of(scene, agenda.EVENTS, found.mark)
    undo = {"event": elsewhere.mark(calendar, event.id), "title": title}
    # To take it back is to write to them once more: CANCEL asks before.
    return Result(values, undo=None if guests else undo)


def _planned(
    scene: Scene, arguments: Arguments
) -> tuple[dict[str, Any], dict[str, str]]:
    """What it will be, and the arguments that mean it whenever they are read."""
    given = asdict(arguments)
    times = appointments.times(scene, given, ask=_ask(arguments))
    if times.rule:
        raise errors.Invalid(phrases.say("event_repeats_elsewhere"))
    start, end = appointments.edges(scene, times)
    kept = {
        "title": _title(given),
        "start": start.isoformat(),
        "end": end.isoformat(),
        "is_all_day": times.is_all_day,
    }
    if times.is_all_day:
        return kept, {**given, "when": f"{start:%Y-%m-%d}"}
    exact = {
        "when": spoken.exact(start, scene.zone),
        "until": spoken.exact(end, scene.zone),
    }
    return kept, {**given, **exact}


def _ask(arguments: Arguments) -> str:
    return phrases.say("event_when", title=arguments.text)


def _title(given: dict[str, str]) -> str:
    title = " ".join(given["text"].split())
    if not title:
        raise Ask(phrases.say("event_what"), arguments=given, slot="text")
    return title


TOOL = Tool(
    name="calendar.add",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    propose=propose,
    undo=undo,
    # Calendars that are connected are asked what clashes.
    is_apart=True,
    is_untrusted=True,
    examples=(
        "add lunch with Ana friday 12:30",
        "add dentist to my calendar tomorrow at 10 for 30 minutes",
        "add standup every weekday at 9:15 for 15 minutes",
    ),
)
