"""What texts really cost, once the gateway tells: by lists, not one by one.

A text is looked for 5 minutes, an hour, 6, 24 and 48 hours after it was sent. Once its
price is known it is looked for at the end only, in case that has changed. A text that
has no price by then costs what was estimated.
"""

from datetime import timedelta
from itertools import islice

from django.db.models import F, Max, Min
from django.utils import timezone

from apps.core.kinds import Queue, job
from apps.core.logs import logger
from apps.sms import gateway
from apps.sms.gateway import NotDone, Priced
from apps.sms.models import Charge
from apps.sms.money import ledger, micros_of
from apps.sms.money.ledger import LOOKS

State = Charge.State
_LAST = len(LOOKS) - 1
# The gateway's clock and ours may differ; and what we hand over may wait there.
EARLIER, LATER = timedelta(minutes=5), timedelta(minutes=20)
_BATCH = 500
UNKNOWN = "No price was told within 48 hours: the estimate stands."


@job("sms.settle_prices", queue=Queue.BULK, seconds=900)
def settle_prices() -> None:
    """Safe to run twice, and side by side. A gateway that does not answer is asked again
    the next time."""
    try:
        for look in range(len(LOOKS)):
            _look(look)
    except NotDone as error:
        logger.warning("prices_not_told", why=str(error))


def _look(look: int) -> None:
    now = timezone.now()
    due = Charge.objects.filter(looks=look, look_at__lte=now).exclude(spent_at=None)
    span = due.aggregate(first=Min("spent_at"), last=Max("spent_at"))
    if span["first"] is None:
        return
    listed = gateway.current().prices(
        since=span["first"] - EARLIER, until=span["last"] + LATER
    )
    found = 0
    while batch := list(islice(listed, _BATCH)):
        found += _settle({told.sid: told for told in batch})
    pks = list(due.values_list("pk", flat=True))
    if look == _LAST:
        _end(pks)
    else:
        _wait(pks, look + 1)
    logger.info("prices_looked_for", look=look, charges=len(pks), found=found)


def _settle(told: dict[str, Priced]) -> int:
    """Whichever of them wait for a price; how many had one."""
    waiting = Charge.objects.filter(sid__in=told, look_at__isnull=False)
    # As the index says it, which the database cannot conclude from a long list.
    waiting = waiting.exclude(sid="")
    found = 0
    for charge in waiting.values("pk", "sid", "state", "micros"):
        one = told[charge["sid"]]
        if one.price is None:
            continue
        if one.currency != "USD":
            _refuse(charge["pk"], one.currency)
            continue
        found += 1
        micros = micros_of(one.price)
        if charge["state"] != State.SETTLED or charge["micros"] != micros:
            ledger.settle(charge["pk"], micros)
    return found


def _refuse(pk: int, currency: str) -> None:
    """Nobody here knows what a dollar was worth that day."""
    note = f"Told in {currency}, and the ledger is in US dollars: the estimate stands."
    Charge.objects.filter(pk=pk).update(note=note[:120])
    logger.warning("price_in_other_currency", charge=pk, currency=currency)


def _wait(pks: list[int], look: int) -> None:
    held = Charge.objects.filter(pk__in=pks)
    held.exclude(state=State.SETTLED).update(
        looks=look, look_at=F("spent_at") + LOOKS[look]
    )
    held.filter(state=State.SETTLED).update(
        looks=_LAST, look_at=F("spent_at") + LOOKS[_LAST]
    )


def _end(pks: list[int]) -> None:
    held = Charge.objects.filter(pk__in=pks)
    for pk, micros, note in held.filter(state=State.SPENT).values_list(
        "pk", "micros", "note"
    ):
        ledger.settle(pk, micros, is_final=True, note=note or UNKNOWN)
    # Its price is final, and nobody needs to find it at the gateway any more.
    held.filter(state=State.SETTLED).update(look_at=None, sid="")
