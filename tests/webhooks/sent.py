"""What there is to send, and that it is sent."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.analytics import draining
from apps.core.example import TURN_ID, WENT_ID
from apps.webhooks import endpoints, news, sending
from apps.webhooks.models import Delivery, Endpoint, Type


def endpoint(user: User, url: str, *types: str, **more: Any) -> Endpoint:
    kinds = types or Type.values
    return endpoints.make(user=user, url=url, types=kinds, **more)[0]


def waiting(row: Endpoint, many: int = 1) -> list[Delivery]:
    """So many things to tell it."""
    data = {"id": WENT_ID, "turn": TURN_ID, "kind": "reply", "state": "sent"}
    for _ in range(many):
        Delivery.objects.create(
            endpoint=row, type=Type.SENT, happened_at=timezone.now(), data=data
        )
    endpoints.wake(row)
    return list(row.deliveries.order_by("pk"))


def told() -> int:
    """All that has changed is written down and sent."""
    while draining.drain():
        pass
    news.tell()
    return int(sending.send())


def due_again(row: Endpoint) -> None:
    """The time until its next try has passed."""
    before = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(endpoint=row, state="waiting").update(next_at=before)
    Endpoint.objects.filter(pk=row.pk).update(due_at=before, held_until=None)
