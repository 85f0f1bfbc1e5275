"""Addresses that we write to no more, and how they come back."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from apps.core.errors import Conflict, Invalid
from apps.core.spelling import canonical
from apps.jobs.models import Suppression
from apps.rbac import audit
from apps.rbac.catalog import Permission


def of(address: str) -> Suppression | None:
    return Suppression.objects.filter(address=_spelled(address)).first()


def among(addresses: Iterable[str]) -> list[Suppression]:
    spelled = [_spelled(each) for each in addresses]
    return list(Suppression.objects.filter(address__in=spelled).order_by("address"))


def suppress(address: str, why: str, detail: str = "") -> bool:
    """Whether that is news. A complaint outweighs a bounce: who pressed the button has
    said it, a mailbox may come back."""
    row, is_new = Suppression.objects.get_or_create(
        address=_spelled(address), defaults={"why": why, "detail": detail}
    )
    if is_new or row.why == why or why == Suppression.Why.BOUNCE:
        return is_new
    row.why, row.detail = why, detail
    row.save(update_fields=["why", "detail"])
    return True


def proved(address: str) -> None:
    """Somebody has just read a letter there. What they complained of stays so."""
    Suppression.objects.filter(
        address=_spelled(address), why=Suppression.Why.BOUNCE
    ).delete()


@transaction.atomic
def lift(*, by: Any, suppression: Suppression, reason: str) -> None:
    """By an operator. Raises Conflict for one that is lifted already."""
    gone, _ = Suppression.objects.filter(pk=suppression.pk).delete()
    if not gone:
        raise Conflict("That address is written to again already.")
    audit.done(Permission.SUPPRESSION_LIFT, actor=by, obj=suppression, words=reason)


def _spelled(address: str) -> str:
    try:
        return canonical(address)
    except Invalid:
        return address.strip().casefold()
