"""The forms of an event."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext, gettext_lazy

from apps.accounts.models import User
from apps.assistant import drafts, events, shared
from apps.assistant.events import Times
from apps.assistant.models import Calendar
from apps.assistant.occurrences import Occurrence
from apps.assistant.recurrence import STAMP, written
from apps.core import years

ONE, ALL = "one", "all"
WEEKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
# What is chosen from; any other rule is kept as it is, or said in words.
RULES = {
    "": gettext_lazy("Never"),
    "FREQ=DAILY": gettext_lazy("Every day"),
    WEEKDAYS: gettext_lazy("Every weekday"),
    "FREQ=WEEKLY": gettext_lazy("Every week"),
    "FREQ=WEEKLY;INTERVAL=2": gettext_lazy("Every other week"),
    "FREQ=MONTHLY": gettext_lazy("Every month"),
    "FREQ=YEARLY": gettext_lazy("Every year"),
}
AS_IT_IS = "as_it_is"
HOUR = timedelta(hours=1)


class _CalendarForm(forms.Form):
    """Made `by` somebody, with whose calendar it goes to where they may change one of
    another."""

    calendar = forms.CharField(
        label=gettext_lazy("Calendar"), required=False, max_length=36
    )

    def __init__(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        others = [
            (str(row.public_id), f"{row.user.short_name} ({row.user.email})")
            for row in (shared.editable(by) if by else ())
        ]
        # What was taken back since it was chosen is refused, not put on their own.
        if by and (others or self.data.get("calendar")):
            choices = [("", gettext("Mine")), *others]
            self.fields["calendar"].widget = forms.Select(choices=choices)
        else:
            del self.fields["calendar"]

    def to(self) -> Calendar | None:
        """None for their own. Raises errors.NotFound."""
        chosen = self.cleaned_data.get("calendar", "")
        if not chosen or self.by is None:
            return None
        return shared.calendar(user=self.by, public_id=chosen)


def _picked(kind: str) -> dict[str, str]:
    return {"type": kind}


class EventWordsForm(_CalendarForm):
    """What is on and when, in one's own words."""

    words = forms.CharField(
        label=gettext_lazy("What, and when"),
        max_length=drafts.LONGEST,
        help_text=gettext_lazy(
            "Such as “lunch with Ana friday 12:30” or “standup every weekday at "
            "9:15 for 15 minutes”."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class EventForm(_CalendarForm):
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=events.LONGEST_TITLE
    )
    first_day = forms.DateField(
        label=gettext_lazy("Begins on"),
        validators=[years.within],
        widget=forms.DateInput(attrs=_picked("date"), format="%Y-%m-%d"),
    )
    starts = forms.TimeField(
        label=gettext_lazy("Begins at"),
        required=False,
        help_text=gettext_lazy("Empty for the whole day."),
        widget=forms.TimeInput(attrs=_picked("time"), format="%H:%M"),
    )
    last_day = forms.DateField(
        label=gettext_lazy("Ends on"),
        validators=[years.within],
        required=False,
        widget=forms.DateInput(attrs=_picked("date"), format="%Y-%m-%d"),
    )
    ends = forms.TimeField(
        label=gettext_lazy("Ends at"),
        required=False,
        help_text=gettext_lazy("Empty for an hour."),
        widget=forms.TimeInput(attrs=_picked("time"), format="%H:%M"),
    )
    repeats = forms.ChoiceField(
        label=gettext_lazy("Repeats"), required=False, choices=[*RULES.items()]
    )
    until = forms.DateField(
        label=gettext_lazy("Repeats until"),
        validators=[years.within],
        required=False,
        widget=forms.DateInput(attrs=_picked("date"), format="%Y-%m-%d"),
    )
    place = forms.CharField(
        label=gettext_lazy("Place"), required=False, max_length=events.LONGEST_PLACE
    )
    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        required=False,
        max_length=events.LONGEST_NOTES,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("Change"),
        required=False,
        choices=[
            (ONE, gettext_lazy("Only this one")),
            (ALL, gettext_lazy("All of them")),
        ],
        widget=forms.RadioSelect,
    )
    at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, of: Occurrence | None = None, **kwargs: Any) -> None:
        if of:
            kwargs["initial"] = _initial(of)
        super().__init__(*args, **kwargs)
        self.rule = of.event.rule if of else ""
        if not self.rule:
            del self.fields["scope"]
        repeats = self.fields["repeats"]
        assert isinstance(repeats, forms.ChoiceField)
        if self.rule and _choice(self.rule)[0] == AS_IT_IS:
            repeats.choices = [(AS_IT_IS, gettext("As it is")), *RULES.items()]

    def clean(self) -> None:
        given = self.cleaned_data
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", gettext("It ends before it begins."))
        if given.get("until") and first and given["until"] < first:
            self.add_error("until", gettext("That is before it begins."))
        if self.rule and not given.get("scope"):
            given["scope"] = ALL

    def wanted(self, zone: str) -> dict[str, Any]:
        """What `events.create` and `events.change` take."""
        given = self.cleaned_data
        return {
            "title": given["title"],
            "place": given["place"],
            "notes": given["notes"],
            "times": self._times(given, zone),
        }

    def _times(self, given: dict[str, Any], zone: str) -> Times:
        first, rule = given["first_day"], self._rule(given)
        last = given["last_day"] or first
        if given["starts"] is None:
            whole = events.on_days(first, last + timedelta(days=1), zone)
            return Times(whole.start, whole.end, zone, is_all_day=True, rule=rule)
        start = _instant(first, given["starts"], zone)
        end = start + HOUR
        if given["ends"] is not None:
            end = _instant(last, given["ends"], zone)
            if end < start and given["last_day"] is None:
                # Past midnight.
                end = _instant(last + timedelta(days=1), given["ends"], zone)
        return Times(start, end, zone, rule=rule)

    def _rule(self, given: dict[str, Any]) -> str:
        chosen: str = given["repeats"]
        if chosen == AS_IT_IS:
            return self.rule
        if chosen and given["until"]:
            last = datetime.combine(given["until"], time(23, 59, 59))
            return f"{chosen};UNTIL={last:{STAMP}}"
        return chosen


def _initial(shown: Occurrence) -> dict[str, Any]:
    row = shown.event
    chosen, until = _choice(row.rule)
    last = shown.end - timedelta(days=1) if row.is_all_day else shown.end
    is_same = last.date() == shown.start.date()
    return {
        "title": row.title,
        "first_day": shown.start.date(),
        "starts": None if row.is_all_day else shown.start.time(),
        "last_day": None if is_same else last.date(),
        "ends": None if row.is_all_day else shown.end.time(),
        "repeats": chosen,
        "until": until,
        "place": row.place,
        "notes": row.notes,
        "scope": ONE if row.rule else ALL,
        "at": shown.at.isoformat(),
    }


def _choice(rule: str) -> tuple[str, date | None]:
    """What of the choices a rule is, and until when."""
    if not rule:
        return "", None
    parts = dict(each.split("=", 1) for each in rule.split(";"))
    parts.pop("WKST", None)
    until = parts.pop("UNTIL", None)
    last = datetime.strptime(until, STAMP).date() if until else None
    known = {frozenset(each.split(";")): each for each in RULES if each}
    chosen = known.get(frozenset(written(parts).split(";")), AS_IT_IS)
    return chosen, last if chosen != AS_IT_IS else None


def _instant(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(zone))
