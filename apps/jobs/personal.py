"""What is kept of a person here: the work they asked for, and letters to them."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.db.models.functions import Upper

from apps.core.dossier import Kept
from apps.core.spelling import canonical
from apps.jobs.models import (
    Alert,
    AlertNews,
    Job,
    JobFailure,
    Letter,
    StepRun,
    Suppression,
    UnwantedLetters,
)


def _addresses(user: Any) -> set[str]:
    """That are theirs today, as they are written and in their one spelling."""
    own = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    written = {user.email, *own}
    return written | {canonical(each) for each in written}


def _letters(user: Any) -> "QuerySet[Letter]":
    """Also those that strangers could cause, which are nobody's."""
    own = {each.upper() for each in _addresses(user)}
    return Letter.objects.alias(written=Upper("to")).filter(written__in=own)


def _to_them(user: Any) -> "QuerySet[Letter]":
    return Letter.objects.filter(Q(person=user) | Q(pk__in=_letters(user).values("pk")))


def _suppressions(user: Any) -> "QuerySet[Suppression]":
    return Suppression.objects.filter(address__in=_addresses(user))


PERSONAL = (
    Kept(
        Job,
        ("asked_by",),
        "Background work you asked for, and how it went.",
        name="background-work",
        columns={
            "task": "kind",
            "state": "state",
            "asked_at": "created_at",
            "finished_at": "finished_at",
        },
        stays="How the service worked, without who asked.",
    ),
    Kept(
        JobFailure,
        ("job",),
        "Which lines of code a piece of work failed in: about the code, not about you.",
        stays="How the service worked, without who asked.",
    ),
    Kept(
        StepRun,
        ("job",),
        "Steps of the service's own work, which nobody asks for.",
        stays="How the service worked, without who asked.",
    ),
    Kept(
        Alert,
        ("acknowledged_by", "ended_by"),
        "About the service. That somebody looked after one is told by their activity.",
        stays="What was the matter with the service, without who looked after it.",
    ),
    Kept(
        AlertNews,
        ("alert",),
        "That operators are told of an alert: about the service, not about you.",
        stays="What was the matter with the service, without who looked after it.",
    ),
    Kept(
        Letter,
        ("person", "to"),
        "Letters that were sent to you. What they said is not kept.",
        name="letters",
        columns={
            "to": "to",
            "letter": "name",
            "subject": "subject",
            "state": "state",
            "reason": "reason",
            "created_at": "created_at",
        },
        of=_to_them,
        also=_letters,
    ),
    Kept(
        Suppression,
        ("address",),
        "Addresses of yours that we do not write to, and why.",
        name="suppressed-addresses",
        columns={"address": "address", "why": "sentence", "at": "at"},
        of=_suppressions,
        stays="Only where the address is not yours any more.",
        also=_suppressions,
    ),
    Kept(
        UnwantedLetters,
        ("person",),
        "What you do not want to be written to about.",
        name="unwanted-letters",
        columns={"about": "category", "at": "at"},
    ),
)
