"""What is kept of a person here: their phones, and what was texted."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from apps.accounts.models import User
from apps.core.dossier import Kept
from apps.sms import media
from apps.sms.models import (
    Charge,
    DeliveryEvent,
    Delta,
    Entry,
    InboundText,
    Lane,
    LinkPhrase,
    MediaFile,
    NumberEvent,
    OptOut,
    OutboundText,
    PhoneChange,
    PhoneNumber,
    RouterVersion,
    SimulatedLine,
    SimulatedText,
    Spending,
    TextedCode,
    Turn,
    UsageLog,
    WebhookCall,
)

_PLAYED = gettext_noop(
    "The phones of the simulator are for trying things out, and nobody's."
)
# Of what is found by number, and goes with whoever proved that the number is theirs.
_BY_NUMBER = gettext_noop("Only where the number was never proven to be yours.")


def _wishes(user: User) -> QuerySet[OptOut]:
    """Of the numbers that are proven to be theirs today."""
    own = PhoneNumber.objects.filter(user=user).verified()
    return OptOut.objects.filter(number__in=own.values("e164"))


def _numbers(user: User) -> list[str]:
    """That they proved, and that nobody else has proved since."""
    proved = PhoneNumber.objects.filter(user=user, verified_at__isnull=False)
    others = PhoneNumber.objects.held().exclude(user=user)
    own = proved.exclude(e164__in=others.values("e164"))
    return list(own.values_list("e164", flat=True).distinct())


def _by_number(model: type[Any], **more: Any) -> Callable[[User], QuerySet[Any]]:
    """Rows of their numbers that are of nobody otherwise."""
    return lambda user: model._base_manager.filter(number__in=_numbers(user), **more)


def _lanes(user: User) -> QuerySet[Lane]:
    """In which texts of their numbers waited before they were linked."""
    return Lane.objects.filter(key__in=[f"n:{each}" for each in _numbers(user)])


def _sums(user: User) -> QuerySet[Delta]:
    return Delta.objects.filter(user_id=user.pk)


def _calls(user: User) -> QuerySet[WebhookCall]:
    """Of their texts, both ways."""
    numbers = _numbers(user)
    came = InboundText.objects.filter(Q(user=user) | Q(user=None, number__in=numbers))
    went = OutboundText.objects.filter(Q(user=user) | Q(user=None, number__in=numbers))
    return WebhookCall.objects.filter(
        Q(sid__in=came.values("sid")) | Q(sid__in=went.values("provider_sid"))
    )


PERSONAL = (
    # First: they are found by the texts they tell of.
    Kept(
        WebhookCall,
        ("sid",),
        "How Twilio told us of your texts: the same words once more, for 30 days.",
        stays=_BY_NUMBER,
        also=_calls,
    ),
    Kept(
        PhoneNumber,
        ("user", "e164"),
        "Your phones, also those you gave up.",
        name="phones",
        columns={
            "id": "public_id",
            "number": "e164",
            "label": "label",
            "status": "status",
            "is_primary": "is_primary",
            "created_at": "created_at",
            "verified_at": "verified_at",
            "proved_at": "proved_at",
            "confirmed_at": "confirmed_at",
            "in_doubt": "get_doubt_display",
            "line_type": "line_type",
            "suspended_at": "suspended_at",
            "released_at": "released_at",
        },
    ),
    Kept(
        NumberEvent,
        ("user",),
        "What happened to your phones.",
        name="phone-history",
        columns={
            "number": "phone.e164",
            "what": "get_kind_display",
            "name": "detail",
            "at": "at",
        },
    ),
    Kept(
        InboundText,
        ("user", "number"),
        "Texts you sent to us.",
        name="texts-from-you",
        columns={
            "id": "sid",
            "from": "number",
            "to": "our_number",
            "text": "body",
            "keyword": "keyword",
            "media": "media",
            "received_at": "received_at",
        },
        also=_by_number(InboundText, user=None),
    ),
    Kept(
        OutboundText,
        ("user", "number"),
        "Texts we sent to you. One-time codes are starred: we do not keep them.",
        name="texts-to-you",
        columns={
            "id": "ref",
            "kind": "kind",
            "from": "our_number",
            "to": "number",
            "text": "body",
            "state": "state",
            "delivery": "delivery",
            "created_at": "created_at",
            "sent_at": "sent_at",
            "delivered_at": "delivered_at",
        },
        also=_by_number(OutboundText, user=None),
    ),
    Kept(
        Turn,
        ("user", "number"),
        "Which of your texts were answered together, and when.",
        name="turns",
        columns={
            "number": "number",
            "started_at": "started_at",
            "finished_at": "finished_at",
            "why_no_reply": lambda turn: turn.silence and turn.get_silence_display(),
        },
        also=_by_number(Turn, user=None),
    ),
    Kept(
        OptOut,
        ("number",),
        "Whether your phones want texts from us (STOP and START).",
        name="stop-and-start",
        columns={
            "number": "number",
            "our_number": "our_number",
            "wants_no_texts": "is_out",
            "said_by": "source",
            "changed_at": "changed_at",
        },
        of=_wishes,
        stays=_BY_NUMBER,
        also=_by_number(OptOut),
    ),
    Kept(
        LinkPhrase,
        ("user",),
        "Words that link a phone to your account, good for minutes: whoever has them"
        " could use them.",
    ),
    Kept(
        PhoneChange,
        ("user",),
        "That texts went from one of your phones to another, for a day; what happened is"
        " in phone-history.",
    ),
    Kept(
        TextedCode,
        ("user",),
        "Codes that link a phone to your account, good for minutes; kept for a day or two"
        " to notice that nobody types them.",
    ),
    Kept(
        Lane,
        ("user",),
        "Where your texts wait their turn; says nothing but that.",
        also=_lanes,
    ),
    Kept(
        DeliveryEvent,
        ("text",),
        "The carrier's news, from which the delivery of texts to you is told.",
    ),
    Kept(
        MediaFile,
        ("user",),
        "Pictures and files that you texted; the content is in base64.",
        name="files",
        columns={
            "id": "public_id",
            "text": lambda file: file.text.sid,
            "type": "content_type",
            "bytes": "size",
            "state": "state",
            "why_not": "why",
            "created_at": "created_at",
            "content": media.in_base64,
        },
    ),
    Kept(
        Delta,
        ("user_id",),
        "How many texts and what they cost, for adding up; the texts themselves are here.",
        stays="Only those of nobody.",
        also=_sums,
    ),
    Kept(
        UsageLog,
        ("user",),
        "The texts above and what they cost, once more as a log.",
        stays="It is a view, and goes with what it shows.",
    ),
    Kept(
        RouterVersion,
        ("changed_by",),
        "Settings of the service. That somebody changed one is told by their activity.",
        stays="How the service was set, without who set it.",
    ),
    Kept(
        Charge,
        ("user",),
        "What your texts and the language model cost us, in millionths of a US dollar.",
        name="costs",
        columns={
            "what": "get_what_display",
            "country": "country",
            "segments": "segments",
            "state": "state",
            "micro_dollars": "micros",
            "at": "at",
        },
        stays="What the service cost, without whom it was for.",
    ),
    Kept(
        Entry,
        ("charge",),
        "The lines of the ledger, from which those costs are told.",
    ),
    Kept(
        Spending,
        ("user",),
        "What you have spent of your budgets this day and month, counted from the"
        " same.",
    ),
    Kept(
        SimulatedLine,
        ("number",),
        _PLAYED,
        stays=_BY_NUMBER,
        also=_by_number(SimulatedLine),
    ),
    Kept(
        SimulatedText,
        ("number",),
        _PLAYED,
        stays=_BY_NUMBER,
        also=_by_number(SimulatedText),
    ),
)
