"""What was told, how it went, and once more."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.core.errors import Conflict, NotFound
from apps.core.limits import Pace
from apps.webhooks import bell, endpoints
from apps.webhooks.models import Delivery, Endpoint

State = Delivery.State
TEST = "webhook.test"
# Asked for by hand; a machine of ours is not to be made to knock at a door all day.
PACE = Pace("webhook", times=30, seconds=60)


def of(user: User, public_id: UUID) -> Any:
    """Of one webhook. Raises NotFound."""
    endpoint = endpoints.one(user, public_id)
    return Delivery.objects.owned_by(user).filter(endpoint=endpoint)


def test(*, user: User, public_id: UUID) -> Delivery:
    """Something to see whether it arrives. Raises Conflict where it is off, NotFound or
    TooMany."""
    PACE.charge(str(user.pk))
    with transaction.atomic():
        endpoint = _on(user, public_id)
        row = Delivery.objects.create(
            endpoint=endpoint, type=TEST, happened_at=timezone.now()
        )
        _send(endpoint)
    return row


def again(*, user: User, public_id: UUID, delivery: UUID) -> Delivery:
    """The same once more, under the same id, and at once. Raises Conflict where the
    webhook is off, NotFound or TooMany."""
    PACE.charge(str(user.pk))
    with transaction.atomic():
        endpoint = _on(user, public_id)
        rows = Delivery.objects.filter(endpoint=endpoint).select_for_update()
        row = rows.filter(public_id=delivery).first()
        if row is None:
            raise NotFound(gettext("That delivery is not there any more."))
        if row.state != State.WAITING:
            row.state, row.attempts = State.WAITING, 0
        row.next_at = timezone.now()
        row.save(update_fields=["state", "attempts", "next_at"])
        _send(endpoint)
    return row


def _on(user: User, public_id: UUID) -> Endpoint:
    endpoint = endpoints.held(user, public_id)
    if not endpoint.is_enabled:
        raise Conflict(
            gettext("This webhook is off. Switch it on first."), code="webhook_off"
        )
    # Somebody wants to know now, whatever it did before.
    endpoint.held_until = None
    endpoint.save(update_fields=["held_until"])
    return endpoint


def _send(endpoint: Endpoint) -> None:
    endpoints.wake(endpoint)
    transaction.on_commit(bell.ring)
