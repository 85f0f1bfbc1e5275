"""What texting costs: prices, the ledger, and what may be spent (docs/money.md).

Everything is an integer of micro-dollars, millionths of a US dollar.
"""

from decimal import ROUND_HALF_UP, Decimal

# A US dollar.
DOLLAR = 1_000_000


def micros_of(price: Decimal) -> int:
    """Of dollars; half a micro-dollar counts as one."""
    return int((price * DOLLAR).to_integral_value(ROUND_HALF_UP))
