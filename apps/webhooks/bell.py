"""The bell of what is to be sent to people's endpoints."""

from apps.core.bells import Bell
from apps.core.kinds import Queue

_BELL = Bell("webhooks", task="webhooks.send", queue=Queue.WEBHOOKS.value)

ring, ring_now = _BELL.ring, _BELL.ring_now
answer, ring_in = _BELL.answer, _BELL.ring_in
