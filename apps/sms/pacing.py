"""How fast one person is answered: what comes faster waits, and is answered together."""

from datetime import datetime, timedelta

from django.utils import timezone

from apps.core import prepared
from apps.sms import router
from apps.sms.knobs import pace
from apps.sms.models import Lane
from apps.sms.models.inbound import WEB

_STARTED = (
    f"SELECT started_at FROM sms_turn WHERE user_id = %s AND our_number <> '{WEB}'"
    " ORDER BY id DESC OFFSET %s LIMIT 1"
)
_MINUTE = timedelta(minutes=1)


def ready_at(lane: Lane, our_number: str) -> datetime:
    """When the turn of a text to that number of ours may begin; a past moment for at
    once.

    Those of nobody are held back by how seldom they are answered. On the website an
    answer costs nothing, and somebody looks at the page until it is there.
    """
    now = timezone.now()
    if lane.user_id is None or our_number == WEB:
        return now
    most = router.value(pace.ANSWERS_A_MINUTE)
    # The one that has to be a minute ago before there is room for another.
    started = prepared.rows(_STARTED, [lane.user_id, most - 1])
    return max(now, started[0][0] + _MINUTE) if started else now
