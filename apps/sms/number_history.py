"""What happened to a person's numbers, for them to see."""

from apps.accounts.models import User
from apps.sms.models import NumberEvent, PhoneNumber

# More than anybody's phones go through; the export has all of it.
SHOWN = 50


def record(number: PhoneNumber, kind: str, detail: str = "") -> None:
    """In the transaction of what happened."""
    NumberEvent.objects.create(
        user_id=number.user_id, phone=number, kind=kind, detail=detail
    )


def of(user: User) -> list[NumberEvent]:
    """The newest first, with their numbers."""
    events = NumberEvent.objects.filter(user=user).select_related("phone")
    return list(events.order_by("-id")[:SHOWN])
