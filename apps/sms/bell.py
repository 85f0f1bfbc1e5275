"""The bell of the lanes."""

from apps.core.bells import Bell

QUEUE = "messages"
_BELL = Bell("sms", task="sms.drain", queue=QUEUE)

ring, ring_now = _BELL.ring, _BELL.ring_now
answer, ring_in = _BELL.answer, _BELL.ring_in
