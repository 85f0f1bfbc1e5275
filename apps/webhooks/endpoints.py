"""A person's webhooks: made, changed, switched and deleted by them alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts import letters
from apps.accounts.models import User
from apps.core.errors import Conflict, NotFound
from apps.rbac import audit
from apps.webhooks import addresses, signing
from apps.webhooks.models import Delivery, Endpoint, Type

ADD, CHANGE = "webhooks.endpoint.add", "webhooks.endpoint.change"
ROTATE, DELETE = "webhooks.endpoint.rotate", "webhooks.endpoint.delete"
ENABLE, DISABLE = "webhooks.endpoint.enable", "webhooks.endpoint.disable"

Ending = Endpoint.Ending


def make(
    *,
    user: User,
    url: str,
    types: Sequence[str],
    name: str = "",
    include_text: bool = False,
) -> tuple[Endpoint, str]:
    """A new one, and its secret: nobody can say that again.

    Raises BadAddress; Conflict when there are too many, or the account was closed or
    frozen meanwhile.
    """
    addresses.insist(url)
    secret = signing.new_secret()
    with transaction.atomic():
        # Of many at once each waits here for the others.
        user = User.objects.locked(user.pk)
        if not user.is_active or user.frozen_at:
            raise Conflict
        if Endpoint.objects.owned_by(user).count() >= Endpoint.MOST:
            raise Conflict(
                gettext("You have %(most)s webhooks. Delete one first.")
                % {"most": Endpoint.MOST},
                code="too_many_webhooks",
            )
        row = Endpoint(
            user=user,
            url=url,
            name=name.strip(),
            types=_in_order(types),
            include_text=include_text,
        )
        row.seal([secret])
        row.save()
        audit.done(ADD, actor=user, obj=row, after=_told(row))
        letters.tell(user, "webhook_added", webhooks_url=_page())
    return row, secret


def own(user: User) -> list[Endpoint]:
    """The newest first."""
    return list(Endpoint.objects.owned_by(user).order_by("-pk"))


def one(user: User, public_id: UUID) -> Endpoint:
    """Raises NotFound."""
    row = Endpoint.objects.owned_by(user).filter(public_id=public_id).first()
    return _there(row)


def held(user: User, public_id: UUID) -> Endpoint:
    """Locked for the caller's transaction. Raises NotFound."""
    rows = Endpoint.objects.owned_by(user).select_for_update()
    return _there(rows.filter(public_id=public_id).first())


def change(
    *,
    user: User,
    public_id: UUID,
    url: str | None = None,
    name: str | None = None,
    types: Sequence[str] | None = None,
    is_enabled: bool | None = None,
) -> Endpoint:
    """What is not said stays. Raises BadAddress or NotFound."""
    if url is not None:
        addresses.insist(url)
    with transaction.atomic():
        row = held(user, public_id)
        before = _told(row)
        if url is not None and url != row.url:
            # Another server, which has not failed yet.
            row.url, row.held_until = url, None
            row.failing_since, row.failures = None, 0
        if name is not None:
            row.name = name.strip()
        if types is not None:
            row.types = _in_order(types)
        row.save()
        wake(row)
        if (after := _told(row)) != before:
            audit.done(CHANGE, actor=user, obj=row, before=before, after=after)
        if is_enabled is not None and is_enabled != row.is_enabled:
            _enable(row) if is_enabled else disable(row, Ending.OWNER, actor=user)
    return row


def rotate(*, user: User, public_id: UUID) -> tuple[Endpoint, str]:
    """A new secret, said this once; the one before signs along for a day, and where that
    one is newer than a day the one before it too: whoever lost an answer rotates once
    more. Raises NotFound."""
    secret = signing.new_secret()
    with transaction.atomic():
        row = held(user, public_id)
        row.seal([secret, *row.secrets()[: Endpoint.MOST_SECRETS - 1]])
        row.older_until = timezone.now() + Endpoint.OVERLAP
        row.save(update_fields=["sealed", "older_until"])
        audit.done(ROTATE, actor=user, obj=row)
    return row, secret


def delete(*, user: User, public_id: UUID) -> None:
    """With all that was sent there. Raises NotFound."""
    with transaction.atomic():
        row = held(user, public_id)
        audit.done(DELETE, actor=user, obj=row)
        row.delete()


def disable(row: Endpoint, why: str, *, actor: User | None = None) -> None:
    """In the transaction that has it locked. What waits is not sent; its owner hears of
    it by letter where nobody asked for it."""
    row.is_enabled, row.ending = False, why
    row.due_at = row.lease_until = row.held_until = None
    row.save(
        update_fields=["is_enabled", "ending", "due_at", "lease_until", "held_until"]
    )
    _waiting(row).update(state=Delivery.State.CANCELED)
    who: dict[str, Any] = {"actor": actor} if actor else {"subject": row.user}
    audit.done(DISABLE, obj=row, reason=why, **who)
    if why in (Ending.GONE, Ending.FAILING):
        letters.tell(
            row.user,
            "webhook_disabled",
            is_gone=why == Ending.GONE,
            webhooks_url=_page(),
        )


@transaction.atomic
def disable_all(user: User, since: datetime | None = None) -> None:
    """Whoever was in may have made one to read along, and not only `since` then."""
    rows = Endpoint.objects.owned_by(user).filter(is_enabled=True)
    for row in (
        rows.select_for_update(of=("self",)).select_related("user").order_by("pk")
    ):
        disable(row, Ending.SAFETY)


def wake(row: Endpoint) -> None:
    """In the transaction that has it locked, and wrote what is to be sent."""
    first = _waiting(row).order_by("next_at").values_list("next_at", flat=True).first()
    if first is not None and row.held_until is not None:
        first = max(first, row.held_until)
    if row.is_enabled and row.due_at != first:
        row.due_at = first
        row.save(update_fields=["due_at"])


def _enable(row: Endpoint) -> None:
    row.is_enabled, row.ending = True, Ending.NONE
    row.listens_since, row.failing_since, row.failures = timezone.now(), None, 0
    row.save()
    audit.done(ENABLE, actor=row.user, obj=row)


def _waiting(row: Endpoint) -> Any:
    return Delivery.objects.filter(endpoint=row, state=Delivery.State.WAITING)


def _there(row: Endpoint | None) -> Endpoint:
    if row is None:
        raise NotFound(gettext("That webhook is not there any more."))
    return row


def _in_order(types: Sequence[str]) -> list[str]:
    return [each.value for each in Type if each in types]


def _told(row: Endpoint) -> dict[str, Any]:
    """For the record; the address may have a secret in it."""
    host = row.url.partition("?")[0].split("/")[2]
    return {"host": host, "types": row.types, "include_text": row.include_text}


def _page() -> str:
    return letters.public(f"{settings.LOGIN_REDIRECT_URL}settings/webhooks/")
