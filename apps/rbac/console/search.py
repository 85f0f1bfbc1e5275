"""What operators ask of the audit; the same form narrows the list and the export."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone

from apps.core.errors import Invalid
from apps.rbac.audit import Outcome
from apps.rbac.console import conversations, finding, refs
from apps.rbac.console.conversations import Look
from apps.rbac.models.audit import AuditEvent, AuditEventQuerySet

# Without a person, an object or a start there is no index to follow, and a rare action would be
# looked for through years.
LOOK_BACK = timedelta(days=31)
# As of events (migration 0005): the last days a calendar knows have no day after.
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)
_MOST_DIGITS = 18  # more is no bigint
_LOOKS = {"on": tuple(Look), "read": (Look.READ, Look.STOOD_IN)}
# The people of an event, and what each is to it.
PEOPLE = {
    "actor_id": "who",
    "on_behalf_of_id": "standing in for",
    "subject_id": "about",
}


class PersonField(forms.CharField):
    """An e-mail address, a public id, or what stays when both are gone: the number, or
    the word that the API has for it."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})

    def clean(self, value: Any) -> int | None:
        given = super().clean(value).strip()
        if not given:
            return None
        if given.isascii() and given.isdigit() and len(given) <= _MOST_DIGITS:
            return int(given)
        if (number := refs.person(given)) is not None:
            return number
        people = get_user_model()._default_manager
        try:
            if "@" in given:
                found: Any = people.get_by_natural_key(given)
            else:
                found = people.get(public_id=given)
        except (get_user_model().DoesNotExist, ValidationError, Invalid) as error:
            raise ValidationError("There is nobody of that name.") from error
        return int(found.pk)


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=[MinValueValidator(_FIRST), MaxValueValidator(_LAST)],
    )


class Search(forms.Form):
    action = forms.CharField(
        label="Action",
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "accounts.session"}),
    )
    outcome = forms.ChoiceField(
        label="Outcome",
        required=False,
        choices=[("", "Any"), *((each.value, each.value) for each in Outcome)],
    )
    actor = PersonField(label="Who did it", required=False)
    subject = PersonField(label="About whom", required=False)
    since = _day("From")
    until = _day("To")
    kind = forms.CharField(
        label="Kind of object",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "rbac.role"}),
    )
    looks = forms.ChoiceField(
        label="Of what kind",
        required=False,
        choices=[
            ("", "Any"),
            ("on", "Looks at a conversation"),
            ("read", "Words of it that were read"),
        ],
    )
    q = forms.CharField(label="Object or request id", required=False, max_length=64)

    @property
    def is_set(self) -> bool:
        """Whether anything is asked for, right or wrong."""
        return any(self.data.get(name) for name in self.fields)

    @property
    def looks_back(self) -> bool:
        """Whether only the last `LOOK_BACK` is looked at."""
        asked = self.cleaned_data
        if asked.get("kind") and asked.get("q"):
            return False
        return not any(asked.get(name) for name in ("actor", "subject", "since"))

    def narrow(self, events: AuditEventQuerySet) -> AuditEventQuerySet:
        """Nothing for a form with an error."""
        if not self.is_valid():
            return events.none()
        asked = self.cleaned_data
        if asked["action"]:
            events = events.of_action(asked["action"].strip().rstrip("."))
        if asked["outcome"]:
            events = events.with_outcome(asked["outcome"])
        if asked["actor"] is not None:
            events = events.by(asked["actor"])
        if asked["subject"] is not None:
            events = events.about(asked["subject"])
        if asked["looks"]:
            events = conversations.looks(events, _LOOKS[asked["looks"]])
        if asked["kind"]:
            # A number says which one only within its kind.
            kind = asked["kind"].strip()
            events = events.of_object(kind, refs.obj(kind, asked["q"]))
        elif asked["q"]:
            events = events.filter(Q(obj_id=asked["q"]) | Q(request_id=asked["q"]))
        since, until = _start(asked["since"]), _start(asked["until"])
        if self.looks_back:
            since = timezone.now() - LOOK_BACK
        return events.between(since, until and until + timedelta(days=1))


def named(events: "QuerySet[Any]") -> "QuerySet[Any]":
    """With the addresses and public ids of the people who still have one: an event keeps
    numbers."""
    people = get_user_model()._default_manager
    found = {
        f"{each}_{name}": Subquery(people.filter(pk=OuterRef(each)).values(name)[:1])
        for each in PEOPLE
        for name in ("email", "public_id")
    }
    told: QuerySet[Any] = events.annotate(**found)
    return told


def insist_on_few(request: HttpRequest) -> None:
    """Of somebody by their address; a number or a public id tells nothing of one. Raises
    as `finding.insist`."""
    for name in ("actor", "subject"):
        if "@" in (words := request.GET.get(name, "").strip()):
            finding.insist(request, AuditEvent, words)


def _start(day: date | None) -> datetime | None:
    """Midnight of the operator."""
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
