"""Numbers that were given up at their carriers: a list a day, of the United States.

https://www.twilio.com/docs/messaging/api/deactivations-resource
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from django.utils import timezone

from apps.core.kinds import Queue, job
from apps.core.logs import logger
from apps.sms import gateway, numbers
from apps.sms.gateway import NotDone
from apps.sms.models import DeactivationList, PhoneNumber

# What was missed while nothing ran here.
CATCH_UP = timedelta(days=7)
_BATCH = 1_000


@job("sms.read_deactivations", queue=Queue.BULK, seconds=3_600)
def read_missing() -> None:
    """Each day's list once, up to yesterday's. Raises `NotDone` for one that cannot be
    read, once the others are, but for yesterday's: that one may come later."""
    failed: NotDone | None = None
    yesterday = _today() - timedelta(days=1)
    for day in _missing():
        try:
            _read(day)
        except NotDone as error:
            if day < yesterday:
                failed = error
            logger.warning("deactivations_not_there", day=str(day), why=str(error))
    if failed is not None:
        raise failed


def _missing() -> Iterator[date]:
    days = [_today() - timedelta(days=ago) for ago in range(CATCH_UP.days, 0, -1)]
    known = DeactivationList.objects.filter(day__in=days).values_list("day", flat=True)
    return (day for day in days if day not in set(known))


def _today() -> date:
    return timezone.now().astimezone(UTC).date()


def _read(day: date) -> None:
    """Reading one twice does no harm: who is suspended is so once."""
    listed, suspended = 0, 0
    lines = gateway.current().deactivated(day)
    while batch := list(islice(lines, _BATCH)):
        listed += len(batch)
        suspended += _suspend(batch, day)
    DeactivationList.objects.get_or_create(
        day=day, defaults={"numbers": listed, "suspended": suspended}
    )
    logger.info("deactivations_read", day=str(day), numbers=listed, ours=suspended)


def _suspend(listed: Iterable[str], day: date) -> int:
    """What was proven since that day began is a new holder's, or an old one's who has
    their number back."""
    began = datetime.combine(day, time(), tzinfo=UTC)
    ours = PhoneNumber.objects.verified().proven_before(began)
    found = list(ours.filter(e164__in=set(listed)).select_related("user"))
    for number in found:
        numbers.suspend(number)
    return len(found)
