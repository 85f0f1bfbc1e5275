"""Who wants no texts. STOP is written by sms_receive(), before Twilio is answered."""

from collections.abc import Iterable

from apps.core import prepared
from apps.sms import troubles
from apps.sms.models import OptOut

# Of their number and ours, as a part of a statement.
IS_OUT = (
    "EXISTS (SELECT FROM sms_optout"
    " WHERE number = %s AND our_number = %s AND is_out)"
)


def is_out(*, number: str, our_number: str) -> bool:
    ((is_out,),) = prepared.rows(f"SELECT {IS_OUT}", [number, our_number])
    return bool(is_out)


def out_among(several: Iterable[str], *, our_number: str) -> set[str]:
    """Those of several that are."""
    found = OptOut.objects.filter(
        number__in=list(several), our_number=our_number, is_out=True
    )
    return set(found.values_list("number", flat=True))


def heed(code: str, *, number: str, our_number: str) -> None:
    """The carrier's error, where it says that this number has opted out."""
    if troubles.of(code).number == troubles.Number.OPTED_OUT:
        note(number=number, our_number=our_number, source="carrier")


def note(*, number: str, our_number: str, source: str) -> None:
    OptOut.objects.update_or_create(
        number=number,
        our_number=our_number,
        defaults={"is_out": True, "source": source},
    )
