"""What of texting grows old. Texts of people stay until they or their account go; that
a MessageSid was seen stays for good (`Tombstone`)."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from apps.jobs.keeping import Rule
from apps.sms.models import (
    Charge,
    InboundText,
    LinkPhrase,
    MediaFile,
    OutboundText,
    PhoneChange,
    TextedCode,
    Turn,
    WebhookCall,
)


def _too_old(before: datetime) -> "QuerySet[LinkPhrase]":
    return LinkPhrase.objects.filter(expires_at__lt=before)


def _counted_no_more(before: datetime) -> "QuerySet[TextedCode]":
    return TextedCode.objects.filter(created_at__lt=before)


def _cooled(before: datetime) -> "QuerySet[PhoneChange]":
    return PhoneChange.objects.filter(ends_at__lt=before)


def _from_nobody(before: datetime) -> "QuerySet[InboundText]":
    """In a turn: what waits for one is not over, however long it has waited."""
    found = InboundText.objects.filter(user=None, turn__user=None)
    return found.filter(turn__finished_at__lt=before)


def _turns_of_nobody(before: datetime) -> "QuerySet[Turn]":
    """With their replies, once the texts are gone: those without a turn would wait for
    one again."""
    texts = InboundText.objects.filter(turn=OuterRef("pk"))
    return Turn.objects.filter(~Exists(texts), user=None, finished_at__lt=before)


def _to_nobody(before: datetime) -> "QuerySet[OutboundText]":
    found = OutboundText.objects.filter(user=None, turn=None, created_at__lt=before)
    return found.exclude(state__in=OutboundText.OPEN)


def _files(before: datetime) -> "QuerySet[MediaFile]":
    return MediaFile.objects.filter(created_at__lt=before)


def _calls(before: datetime) -> "QuerySet[WebhookCall]":
    return WebhookCall.objects.filter(called_at__lt=before)


def _charges(before: datetime) -> "QuerySet[Charge]":
    """With their entries. One whose price is still looked for is not over."""
    return Charge.objects.filter(at__lt=before, look_at=None).exclude(
        state__in=(Charge.State.RESERVED, Charge.State.SPENT)
    )


RULES = (
    Rule("sms.linking_words", "Words that link no phone any more", _too_old, days=1),
    Rule("sms.phone_changes", "Changes of phones that stand", _cooled, days=1),
    # They are counted by the day (texted_codes.py).
    Rule(
        "sms.texted_codes",
        "Codes that link no phone any more",
        _counted_no_more,
        days=2,
    ),
    # As long as somebody may ask what came of it.
    # The auditor counts those of yesterday.
    Rule("sms.strangers", "Texts from nobody we know", _from_nobody, days=90, least=3),
    Rule("sms.stranger_turns", "Answers to them", _turns_of_nobody, days=90),
    Rule("sms.to_strangers", "Texts to nobody we know", _to_nobody, days=90),
    # Three full years, and the one that is being closed.
    Rule("sms.charges", "What texts cost", _charges, days=1_460, least=400),
    Rule("sms.calls", "Calls of Twilio, as they came", _calls, days=30),
    Rule("sms.files", "Pictures and files that were texted", _files, days=365),
)
