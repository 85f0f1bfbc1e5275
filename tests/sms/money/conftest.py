"""What the ledger says, summed."""

from typing import Any

from django.db.models import Sum

from apps.accounts.models import User
from apps.sms.models import Charge, Entry, Pot, RouterConfig
from apps.sms.money import ledger

ALICE, OURS = "+12025550101", "+12025550100"


def reserved(cause: str, micros: int, user: User | None = None, **more: Any) -> Charge:
    """A text to somebody, set aside."""
    said: dict[str, Any] = {"what": "out", "pot": Pot.ANSWERS, "texts": 1} | more
    return ledger.reserve(cause=cause, micros=micros, user=user, **said)


def cap(pot: Pot, dollars: int) -> None:
    """All that may be spent of a pot."""
    RouterConfig.objects.filter(config_key=f"budgets.{pot}_day").update(
        config_value=dollars
    )


def in_all() -> int:
    """Of the whole ledger."""
    return Entry.objects.aggregate(all=Sum("micros"))["all"] or 0


def assert_sound() -> None:
    """Each charge costs what its entries say."""
    for cause, micros, told in Charge.objects.annotate(
        told=Sum("entries__micros")
    ).values_list("cause", "micros", "told"):
        assert micros == told, cause
