"""Texts from numbers that nobody has linked: a way in, and nothing about anyone."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from apps.accounts.models import User
from apps.core import languages
from apps.sms import lanes, numbers
from apps.sms.models import InboundText, OutboundText, Turn
from apps.sms.models.outbound import OutboundTextQuerySet

# Each guidance costs a segment, and anyone can ask for one.
ONE_GUIDANCE_PER = timedelta(days=1)


def guidance(turn: Turn) -> str:
    """The way to sign up, once a day; an empty string the other times."""
    recent = _recent(turn).filter(kind=OutboundText.Kind.GUIDANCE)
    if recent.exists():
        return ""
    return languages.text("guidance", {"url": settings.PUBLIC_URL})


def was_told(turn: Turn, sentence: str) -> bool:
    """Whether this number has had this very sentence within the day."""
    return _recent(turn).filter(body=sentence).exists()


def adopt(turn: Turn) -> None:
    """The number has become somebody's: so have this turn and its texts."""
    owner_id = numbers.owner_id(turn.number)
    if owner_id is None:
        return
    owner = User.objects.get(pk=owner_id)
    turn.user, turn.lane = owner, lanes.lock_person(owner)
    InboundText.objects.filter(turn=turn).update(user=owner, lane=turn.lane)
    # The reply is about to stand there.
    lanes.wake(turn.lane)


def _recent(turn: Turn) -> OutboundTextQuerySet:
    since = timezone.now() - ONE_GUIDANCE_PER
    return OutboundText.objects.filter(number=turn.number, created_at__gt=since)
