"""What texting costs: prices, the ledger, and what may be spent (docs/money.md).

Everything is an integer of micro-dollars, millionths of a US dollar.
"""

# A US dollar.
DOLLAR = 1_000_000
