"""Looks by itself whether Twilio still brings texts to where we are."""

from django.db import transaction

from apps.core.kinds import Queue, job
from apps.sms import addresses, gateway
from apps.sms.addresses import Drift
from apps.sms.gateway import NotDone
from apps.sms.models import CarrierFinding

# The one finding that is not a setting.
UNREAD = "account"


@job(
    "sms.diagnose",
    queue=Queue.DEFAULT,
    seconds=60,
    schedulable="Look whether Twilio brings texts to our addresses",
)
def diagnose() -> int:
    """Keep what differs now; how much. What was found before and could not be looked at
    again stays."""
    try:
        found = gateway.current().drift(addresses.expected())
    except NotDone as error:
        CarrierFinding.objects.update_or_create(
            name=UNREAD, defaults={"trouble": str(error)[:300]}
        )
    else:
        _keep(found)
    return CarrierFinding.objects.count()


@transaction.atomic
def _keep(found: list[Drift]) -> None:
    CarrierFinding.objects.exclude(name__in=[each.name for each in found]).delete()
    for each in found:
        CarrierFinding.objects.update_or_create(
            name=each.name,
            defaults={"found": each.found[:500], "expected": each.expected[:500]},
        )


def in_words(row: CarrierFinding) -> str:
    return row.trouble or str(Drift(row.name, row.found, row.expected))


def differing() -> float:
    """How many settings would bring texts elsewhere."""
    return float(CarrierFinding.objects.exclude(name=UNREAD).count())
