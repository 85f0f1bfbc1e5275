"""How fast one person is answered: what comes faster waits, and is answered together."""

from datetime import datetime, timedelta

from django.utils import timezone

from apps.sms import router
from apps.sms.knobs import pace
from apps.sms.models import Lane, Turn

_MINUTE = timedelta(minutes=1)


def ready_at(lane: Lane) -> datetime:
    """When the next turn of this lane may begin; a past moment for at once.

    Those of nobody are held back by how seldom they are answered.
    """
    now = timezone.now()
    if lane.user_id is None:
        return now
    most = router.value(pace.ANSWERS_A_MINUTE)
    turns = Turn.objects.filter(user=lane.user_id).order_by("-id")
    # The one that has to be a minute ago before there is room for another.
    started = list(turns.values_list("started_at", flat=True)[most - 1 : most])
    return max(now, started[0] + _MINUTE) if started else now
