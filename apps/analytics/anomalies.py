"""Days unlike the others, and unlike those of their weekday: further from the median of
either than five times as far as half of all are (the median absolute deviation, which no
single day moves)."""

from collections.abc import Sequence
from statistics import fmean, median

# Of fewer nobody can say what is usual; of a weekday as many others tell it.
_ENOUGH, _OF_WEEKDAY = 10, 3
_TIMES = 5
# A day that is a tenth off is no news, however alike the others are.
_AT_LEAST = 0.1


def odd(values: Sequence[float | None], every: int = 1, floor: float = 0) -> list[bool]:
    """Which of them are; none of those where there is nothing to tell. Each is also held
    against those so many places apart: seven for days, one for months. What is off by
    no more than `floor` is no news."""
    known = [value for value in values if value is not None]
    if len(known) < _ENOUGH:
        return [False] * len(values)
    usual = median(known)
    distances = [abs(value - usual) for value in known]
    apart = median(distances)
    if not (apart or usual):
        # Most days have nothing: what all come to tells what is much.
        apart = fmean(distances)
    least = max(_TIMES * apart, _AT_LEAST * usual, floor)
    return [
        value is not None
        and least > 0
        and abs(value - usual) > least
        and abs(value - _of_weekday(values, place, every, usual)) > least
        for place, value in enumerate(values)
    ]


def _of_weekday(
    values: Sequence[float | None], place: int, every: int, usual: float
) -> float:
    """What its weekday has otherwise; where that is little known, what all have."""
    others = [
        value
        for other, value in enumerate(values)
        if value is not None and other != place and (other - place) % every == 0
    ]
    return median(others) if len(others) >= _OF_WEEKDAY else usual
