"""The bell of the lanes."""

from celery import current_app

from apps.core.bells import Bell

QUEUE = "messages"
_BELL = Bell("sms", task="sms.drain", queue=QUEUE)

ring, ring_now = _BELL.ring, _BELL.ring_now
answer, ring_in = _BELL.answer, _BELL.ring_in


def is_answered_here() -> bool:
    """Whether this process is a worker's, or of one, that works lanes."""
    return QUEUE in current_app.amqp.queues.consume_from
