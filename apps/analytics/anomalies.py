"""Days unlike the others: further from their median than five times as far as half of
them are (the median absolute deviation, which no single day moves)."""

from collections.abc import Sequence
from statistics import median

# Of fewer nobody can say what is usual.
_ENOUGH = 10
_TIMES = 5
# A day that is a tenth off is no news, however alike the others are.
_AT_LEAST = 0.1


def odd(values: Sequence[float | None]) -> list[bool]:
    """Which of them are; none of those where there is nothing to tell."""
    known = [value for value in values if value is not None]
    if len(known) < _ENOUGH:
        return [False] * len(values)
    usual = median(known)
    apart = median(abs(value - usual) for value in known)
    least = max(_TIMES * apart, _AT_LEAST * usual)
    return [
        value is not None and least > 0 and abs(value - usual) > least
        for value in values
    ]
