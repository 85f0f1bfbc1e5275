"""Who wants no texts. STOP is written by sms_receive(), before Twilio is answered."""

from apps.sms.models import OptOut

# Twilio: "Attempt to send to unsubscribed recipient".
OPTED_OUT_CODE = "21610"


def is_out(*, number: str, our_number: str) -> bool:
    return OptOut.objects.filter(
        number=number, our_number=our_number, is_out=True
    ).exists()


def note(*, number: str, our_number: str, source: str) -> None:
    """The carrier says this number has opted out."""
    OptOut.objects.update_or_create(
        number=number,
        our_number=our_number,
        defaults={"is_out": True, "source": source},
    )
