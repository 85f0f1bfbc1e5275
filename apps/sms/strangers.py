"""Texts from numbers that nobody has linked: a way in, and nothing about anyone."""

from datetime import timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from apps.sms import linking
from apps.sms.models import InboundText, OutboundText, PhoneNumber, Turn

# Each guidance costs a segment, and anyone can ask for one.
ONE_GUIDANCE_PER = timedelta(days=1)


def guidance(turn: Turn) -> str:
    """The way to sign up, once a day; an empty string the other times."""
    recent = OutboundText.objects.filter(
        number=turn.number,
        kind=OutboundText.Kind.GUIDANCE,
        created_at__gt=timezone.now() - ONE_GUIDANCE_PER,
    )
    if recent.exists():
        return ""
    return render_to_string("texts/guidance.txt", {"url": settings.PUBLIC_URL}).strip()


def link(turn: Turn, words: str) -> str:
    """Redeem link words. On success the turn and its texts become the person's."""
    sentence = linking.redeem(words=words, number=turn.number)
    owned = PhoneNumber.objects.verified().filter(e164=turn.number)
    if owner := owned.select_related("user").first():
        turn.user = owner.user
        InboundText.objects.filter(turn=turn).update(user=owner.user)
    return sentence
