"""What a language model costs: set aside before the call, settled by what it used."""

from datetime import timedelta

from apps.accounts.models import User
from apps.sms.models import Charge, Pot, Turn
from apps.sms.money import ledger

# No call takes longer.
LIVES = timedelta(minutes=10)


def reserve(*, cause: str, user: User, micros: int, turn: Turn | None = None) -> Charge:
    """At most so much, before the call; `cause` is its own, like "llm:<turn>:<n>".

    Raises `OverBudget`: then nothing may be asked.
    """
    return ledger.reserve(
        cause=cause,
        what=Charge.What.TOKENS,
        pot=Pot.TOKENS,
        user=user,
        micros=micros,
        lives=LIVES,
        turn=turn,
    )


def settle(charge: Charge, micros: int) -> None:
    """What it used, by its own count. The rest is there again."""
    ledger.settle(charge.pk, micros, is_final=True)


def release(charge: Charge) -> None:
    """It was never asked."""
    ledger.release(pk=charge.pk)
