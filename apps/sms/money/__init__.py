"""What texting costs: prices, the ledger, and what may be spent (docs/money.md).

Everything is an integer of micro-dollars, millionths of a US dollar.
"""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext

# A US dollar.
DOLLAR = 1_000_000


def micros_of(price: Decimal) -> int:
    """Of dollars; half a micro-dollar counts as one."""
    return int((price * DOLLAR).to_integral_value(ROUND_HALF_UP))


def in_dollars(micros: int) -> str:
    """For people: "$1.07"; what is less than a cent is told as that."""
    if 0 < micros < DOLLAR // 100:
        return gettext("under $0.01")
    return f"${Decimal(micros) / DOLLAR:,.2f}"


def exactly_in_dollars(micros: int) -> str:
    """For operators: "$0.0083", "-$0.005", "$1.20"."""
    sign, dollars = "-" if micros < 0 else "", Decimal(abs(micros)) / DOLLAR
    whole, _, rest = f"{dollars:,.6f}".partition(".")
    return f"{sign}${whole}.{rest.rstrip('0'):0<2}"
