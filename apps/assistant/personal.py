"""What is kept of a person here: what they asked for, and what is due."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from apps.assistant.models import (
    Approval,
    Block,
    Brief,
    Calendar,
    CalendarShare,
    Conversation,
    Event,
    Fact,
    FeatureSetting,
    List,
    ListItem,
    ListShare,
    Note,
    NoteShare,
    Offer,
    Reminder,
    Report,
    StandingApproval,
    Summary,
    Sync,
    SyncLink,
    Thought,
    ToolCall,
    ToolDelta,
)
from apps.core.dossier import Kept
from apps.rbac.shares import UserShare
from apps.sms.models import PhoneNumber


def _theirs(user: Any) -> Q:
    """Made to an address of theirs."""
    mails = EmailAddress.objects.filter(user=user, verified=True).values("email")
    numbers = PhoneNumber.objects.owned_by(user).verified().values("e164")
    return Q(address__in=mails) | Q(address__in=numbers)


def _offers(user: Any) -> QuerySet[Offer]:
    return Offer.objects.filter(Q(owner=user) | Q(person=user) | _theirs(user))


def _shares(
    model: type[UserShare], name: str, words: str, columns: dict[str, str]
) -> Kept:
    return Kept(
        model,
        ("user",),
        words,
        of=lambda user: model._base_manager.filter(
            Q(user=user) | Q(content_object__user=user)
        ),
        name=name,
        columns={
            **columns,
            "of": "content_object.user.email",
            "with": "user.email",
            "may": "permission.codename",
        },
    )


PERSONAL = (
    Kept(
        Reminder,
        ("user",),
        "Your reminders, also those that are done or deleted.",
        name="reminders",
        columns={
            "id": "public_id",
            "text": "text",
            "due_at": "due_at",
            "time_zone": "zone",
            "repeats": "rule",
            "repeats_from": "starts",
            "left_out": "exceptions",
            "state": "state",
            "texted_at": "fired_at",
            "snoozes": "snoozes",
            "asked_once_more_at": "nudged_at",
            "note": "note",
            "created_at": "created_at",
            "updated_at": "updated_at",
        },
    ),
    Kept(
        List,
        ("user",),
        "Your lists.",
        name="lists",
        columns={
            "id": "public_id",
            "name": "name",
            "is_deleted": "is_deleted",
            "created_at": "created_at",
            "updated_at": "updated_at",
        },
    ),
    Kept(
        ListItem,
        ("user", "added_by", "changed_by"),
        "What stands on your lists.",
        of=lambda user: ListItem.objects.filter(user=user).select_related("list"),
        name="list_items",
        columns={
            "id": "public_id",
            "list": "list.name",
            "text": "text",
            "state": "state",
            "due_on": "due_on",
            "created_at": "created_at",
            "done_at": "done_at",
        },
    ),
    Kept(
        Note,
        ("user",),
        "Your notes.",
        name="notes",
        columns={
            "id": "public_id",
            "text": "text",
            "is_deleted": "is_deleted",
            "created_at": "created_at",
            "updated_at": "updated_at",
        },
    ),
    Kept(
        Event,
        ("user",),
        "What is on your calendar.",
        name="events",
        columns={
            "id": "public_id",
            "title": "title",
            "place": "place",
            "notes": "notes",
            "starts_at": "starts_at",
            "ends_at": "ends_at",
            "time_zone": "zone",
            "is_all_day": "is_all_day",
            "repeats": "rule",
            "left_out": "exceptions",
            "is_deleted": "is_deleted",
            "created_at": "created_at",
            "updated_at": "updated_at",
        },
    ),
    Kept(
        Sync,
        ("user",),
        "Which calendars are kept in step with yours, and which page with your notes.",
        name="kept_in_step",
        columns={
            "id": "public_id",
            "what": "what",
            "title": "title",
            "state": "state",
            "problem": "problem",
            "last_at": "last_at",
            "created_at": "created_at",
        },
    ),
    Kept(
        SyncLink,
        ("user",),
        "How each event and note stands that is kept in step.",
        of=lambda user: SyncLink.objects.filter(user=user).select_related(
            "event", "note"
        ),
        name="things_in_step",
        columns={
            "id": "thing.public_id",
            "id_there": "remote_id",
            "status": "status",
            "problem": "problem",
            "what_lost": "lost",
            "changed_at": "changed_at",
        },
    ),
    Kept(
        Fact,
        ("user",),
        "What the assistant knows about you because you said so.",
        name="facts",
        columns={
            "id": "public_id",
            "kind": "kind",
            "subject": "subject",
            "text": "text",
            "is_deleted": "is_deleted",
            "created_at": "created_at",
            "updated_at": "updated_at",
        },
    ),
    Kept(
        ToolCall,
        ("user",),
        "What the assistant did for you, and what it said of it.",
        name="assistant",
        columns={
            "did": "tool",
            "with": "arguments",
            "state": "state",
            "result": "result",
            "receipt": "receipt",
            "at": "created_at",
        },
    ),
    Kept(
        Approval,
        ("user",),
        "What waited for your yes, and what you answered.",
        name="approvals",
        columns={
            "what": "sentence",
            "about": "about",
            "asked_at": "asked_at",
            "expires_at": "expires_at",
            "decision": "decision",
            "decided_at": "decided_at",
            "decided_via": "decided_via",
        },
    ),
    Kept(
        StandingApproval,
        ("user",),
        "What the assistant need not ask you again.",
        name="standing_approvals",
        columns={"did": "tool", "about": "about", "given_at": "given_at"},
    ),
    Kept(
        FeatureSetting,
        ("user",),
        "What you have switched on or off.",
        name="features",
        columns={"feature": "feature", "is_on": "is_on", "changed_at": "changed_at"},
    ),
    Kept(
        Brief,
        ("user",),
        "When you are texted your day.",
        name="brief",
        columns={"at": "at", "next_at": "next_at", "changed_at": "changed_at"},
    ),
    Kept(
        Report,
        ("user",),
        "What you reported to the people who run this.",
        name="reports",
        columns={"words": "words", "reported_at": "reported_at", "seen_at": "seen_at"},
    ),
    Kept(
        Thought,
        ("user",),
        "What a language model was asked about, what it said and what it cost.",
        name="thoughts",
        columns={
            "at": "at",
            "model": "model",
            "outcome": "outcome",
            "said": "said",
            "tokens_in": "tokens_in",
            "tokens_out": "tokens_out",
            "micro_dollars": "micros",
        },
    ),
    Kept(
        Summary,
        ("user",),
        "What you talked about before, in the words that a language model is told.",
        name="talked_about",
        columns={"words": "words", "made_at": "made_at"},
    ),
    Kept(
        Conversation,
        ("user",),
        "What the assistant last asked you, and what MORE would show.",
        name="conversation",
        columns={
            "question": "question",
            "question_until": "question_until",
            "menu": "menu",
            "menu_until": "menu_until",
            "more": "overflow",
            "more_until": "overflow_until",
            "updated_at": "updated_at",
        },
    ),
    Kept(
        Calendar,
        ("user",),
        "Your calendar, as others may have it.",
        name="calendars",
        columns={"id": "public_id"},
    ),
    _shares(
        ListShare,
        gettext_noop("shared_lists"),
        gettext_noop(
            "Lists of others that you have, and those of yours that others have."
        ),
        {"list": "content_object.name"},
    ),
    _shares(
        NoteShare,
        gettext_noop("shared_notes"),
        gettext_noop(
            "Notes of others that you have, and those of yours that others have."
        ),
        {"note": "content_object.public_id"},
    ),
    _shares(
        CalendarShare,
        gettext_noop("shared_calendars"),
        gettext_noop(
            "Calendars of others that you have, and those of yours that others have."
        ),
        {"calendar": "content_object.public_id"},
    ),
    Kept(
        Offer,
        ("owner", "person", "address"),
        "What you offered to others, and what was offered to you.",
        of=_offers,
        also=lambda user: Offer.objects.filter(_theirs(user)),
        name="offers",
        columns={
            "id": "public_id",
            "by": "owner.email",
            "to": "address",
            "may": "level",
            "state": "state",
            "made_at": "created_at",
            "ended_at": "ended_at",
        },
    ),
    Kept(
        Block,
        ("user", "blocked"),
        "Whose offers you do not want.",
        name="blocks",
        columns={"who": "blocked.email", "since": "created_at"},
    ),
    Kept(
        ToolDelta,
        ("user_id",),
        "What you asked for, for adding up.",
        stays="Gone as soon as it is added up.",
        also=lambda user: ToolDelta.objects.filter(user_id=user.pk),
    ),
)
