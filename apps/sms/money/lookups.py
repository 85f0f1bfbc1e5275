"""What it costs to ask what kind of line a number is: set aside before, settled after."""

from datetime import timedelta

from apps.core.ids import uuid7
from apps.sms import areas
from apps.sms.models import Charge, PhoneNumber, Pot
from apps.sms.money import ledger, prices

# No look takes longer.
LIVES = timedelta(minutes=10)
UNHEARD = "No answer was heard: it may have been billed."


def reserve(number: PhoneNumber) -> Charge:
    """Each look is its own, for each is billed. Raises `OverBudget`: then nobody is
    asked."""
    return ledger.reserve(
        cause=f"lookup:{uuid7()}",
        what=Charge.What.LOOKUP,
        pot=Pot.LOOKUPS,
        user=number.user,
        area=areas.area(number.e164),
        country=areas.country(number.e164),
        micros=prices.lookup(),
        lives=LIVES,
    )


def settle(charge: Charge, *, note: str = "") -> None:
    """By the list: Twilio tells no price of a look."""
    ledger.settle(charge.pk, charge.micros, is_final=True, note=note)


def release(charge: Charge) -> None:
    """It was refused, and that costs nothing."""
    ledger.release(pk=charge.pk)
