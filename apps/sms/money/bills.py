"""What Twilio billed for a month, beside what the ledger says.

In and out are one part: Twilio bills the carriers' fees apart from both.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.core.errors import OutsideFailure
from apps.core.kinds import Queue, job
from apps.core.logs import logger
from apps.sms import gateway, router
from apps.sms.gateway import Bill, NotDone
from apps.sms.knobs.bills import TOLERANCE
from apps.sms.models import BillLine, Charge
from apps.sms.money import DOLLAR, micros_of

Part, What, State = BillLine.Part, Charge.What, Charge.State

# Twilio's last prices come within two days. What it corrects after that is found until
# the tenth; after that the month stands.
SETTLED_AFTER, STANDS_AFTER = timedelta(days=3), timedelta(days=10)
# Below it no difference is worth a look.
LEAST = DOLLAR

# Of Twilio's categories those that hold no other; "sms" is the sum of some of them.
_PART_OF = {
    "sms-inbound": Part.TEXTS,
    "sms-outbound": Part.TEXTS,
    "sms-messages-carrierfees": Part.TEXTS,
    "mms-inbound": Part.TEXTS,
    "mms-outbound": Part.TEXTS,
    "mms-messages-carrierfees": Part.TEXTS,
    "failed-message-processing-fee": Part.TEXTS,
    "lookups": Part.LOOKUPS,
}
_KINDS = {Part.TEXTS: (What.IN, What.OUT), Part.LOOKUPS: (What.LOOKUP,)}


@job(
    "sms.check_bill",
    queue=Queue.BULK,
    seconds=1_800,
    schedulable="Compare what Twilio billed last month with the ledger",
)
def check_bill() -> None:
    """Safe to run twice. Raises `OutsideFailure` when Twilio does not tell."""
    month = _month_before(timezone.now())
    ended = _month_after(month)
    age = timezone.now() - _midnight(ended)
    stands = BillLine.objects.filter(
        month=month, checked_at__gte=_midnight(ended) + STANDS_AFTER
    )
    if age < SETTLED_AFTER or stands.exists():
        return
    try:
        bill = gateway.current().bill(first=month, last=ended - timedelta(days=1))
    except NotDone as error:
        raise OutsideFailure(str(error)) from error
    _keep(month, bill)


def is_off(line: BillLine) -> bool:
    """Whether they differ by more than operators allow. Only what is in dollars, and in
    the ledger, can."""
    return _is_off(line, router.value(TOLERANCE))


def differing() -> list[BillLine]:
    """Of the month that was compared last."""
    newest = list(BillLine.objects.order_by("-month", "part")[: len(Part)])
    tenths = router.value(TOLERANCE) if newest else 0
    return [
        line
        for line in newest
        if line.month == newest[0].month and _is_off(line, tenths)
    ]


def _is_off(line: BillLine, tenths: int) -> bool:
    if line.part == Part.REST or line.currency != "USD":
        return False
    allowed = max(LEAST, max(line.billed, line.ledger) * tenths // 1_000)
    return abs(line.more) > allowed


@transaction.atomic
def _keep(month: date, bill: Bill) -> None:
    spent = _of_ledger(month)
    for line in _lines(month, bill, spent):
        BillLine.objects.update_or_create(
            month=month,
            part=line.part,
            defaults={
                "billed": line.billed,
                "currency": line.currency,
                "ledger": line.ledger,
                "categories": line.categories,
                "kinds": line.kinds,
                "checked_at": timezone.now(),
            },
        )
        if is_off(line):
            logger.warning("bill_differs", month=str(month), part=line.part)


def _lines(month: date, bill: Bill, spent: dict[str, int]) -> Iterator[BillLine]:
    rest = micros_of(bill.whole)
    for part, kinds in _KINDS.items():
        told = {
            name: micros_of(price)
            for name, price in bill.categories.items()
            if _PART_OF.get(name) == part
        }
        ours = {kind.value: spent[kind] for kind in kinds if spent.get(kind)}
        billed = sum(told.values())
        rest -= billed
        yield BillLine(
            month=month,
            part=part,
            billed=billed,
            currency=bill.currency[:3],
            ledger=sum(ours.values()),
            categories=told,
            kinds=ours,
        )
    yield BillLine(
        month=month, part=Part.REST, billed=rest, currency=bill.currency[:3], ledger=0
    )


def _of_ledger(month: date) -> dict[str, int]:
    """By what it was for. What is set aside and not spent is nobody's bill."""
    ours = Charge.objects.filter(state__in=(State.SPENT, State.SETTLED)).exclude(
        what=What.TOKENS
    )
    ours = ours.annotate(when=Coalesce("spent_at", "at")).filter(
        when__gte=_midnight(month), when__lt=_midnight(_month_after(month))
    )
    summed = ours.order_by().values("what").annotate(all=Sum("micros"))
    return {row["what"]: row["all"] for row in summed}


def _month_before(now: datetime) -> date:
    first = now.astimezone(UTC).date().replace(day=1)
    return (first - timedelta(days=1)).replace(day=1)


def _month_after(first: date) -> date:
    return (first + timedelta(days=35)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
