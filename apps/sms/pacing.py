"""How fast one person is answered: what comes faster waits, and is answered together."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.core import prepared
from apps.sms import router
from apps.sms.knobs import pace
from apps.sms.models import Lane
from apps.sms.models.inbound import WEB

# When the turn began that has to be a minute ago before there is room for another; its
# values are those of `asked`.
STARTED = (
    f"(SELECT started_at FROM sms_turn WHERE user_id = %s AND our_number <> '{WEB}'"
    " ORDER BY id DESC OFFSET %s LIMIT 1)"
)
_MINUTE = timedelta(minutes=1)


def asked(lane: Lane) -> list[Any]:
    return [lane.user_id, router.value(pace.ANSWERS_A_MINUTE) - 1]


def ready_at(lane: Lane, our_number: str) -> datetime:
    """When the turn of a text to that number of ours may begin; a past moment for at
    once.

    Those of nobody are held back by how seldom they are answered. On the website an
    answer costs nothing, and somebody looks at the page until it is there.
    """
    if lane.user_id is None or our_number == WEB:
        return timezone.now()
    ((started,),) = prepared.rows(f"SELECT {STARTED}", asked(lane))
    return after(started, our_number)


def after(started: datetime | None, our_number: str) -> datetime:
    """The same where what `STARTED` tells is known: None for nobody's and new lanes."""
    now = timezone.now()
    return now if started is None or our_number == WEB else max(now, started + _MINUTE)
