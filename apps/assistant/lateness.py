"""Texts that waited: their answer says why it is late, and old ones are not acted upon.

"Remind me in an hour", read two days later, would do what nobody wants any more.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.times import spoken
from apps.sms import router
from apps.sms.knobs import pace
from apps.sms.models import InboundText


def parted(
    scene: Scene, texts: Sequence[InboundText]
) -> tuple[Sequence[InboundText], str]:
    """What is still to be acted upon, and what to say first of all; often nothing."""
    now = timezone.now()
    late = timedelta(minutes=router.value(pace.LATE_AFTER))
    waited = [text for text in texts if now - text.received_at > late]
    if not waited:
        return texts, ""
    oldest = timedelta(hours=router.value(pace.TOO_OLD_AFTER))
    old = [text for text in waited if now - text.received_at > oldest]
    if not old:
        return texts, _said("late", scene, waited[0])
    key = "too_late" if len(old) == 1 else "too_late_several"
    return texts[len(old) :], _said(key, scene, old[0])


def _said(key: str, scene: Scene, text: InboundText) -> str:
    now = timezone.now()
    when = spoken.full(text.received_at, scene.zone, now=now, hours=scene.hours)
    return phrases.say(key, when=when)
