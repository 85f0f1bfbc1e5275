"""Times in buckets a tenth apart, which can be added up; what they say is within 5 %.

Bucket n holds from 1.1 to the power of n milliseconds to a tenth more; the first also what
took less than one, the last (a day and more) whatever took longer. In the database it is
the function `analytics_bucket`.
"""

import math
from collections.abc import Iterable

WIDTH, LAST = 1.1, 200


def bucket(ms: float) -> int:
    return 0 if ms < 1 else min(LAST, math.floor(math.log(ms) / math.log(WIDTH)))


def middle(number: int) -> float:
    """Milliseconds."""
    return float(WIDTH ** (number + 0.5))


def percentile(counted: Iterable[tuple[int, int]], share: float) -> float | None:
    """Milliseconds within which `share` (0 to 1) of all were done; None of none. `counted`
    are buckets and how many fell into them."""
    found = sorted(counted)
    rank = share * sum(times for _, times in found)
    if not rank:
        return None
    for number, times in found:
        rank -= times
        if rank <= 0:
            return middle(number)
    return middle(found[-1][0])


def within(counted: Iterable[tuple[int, int]], ms: float) -> int:
    """How many surely took no longer than that: those of the bucket that it is in may
    have, and are not counted."""
    beyond = bucket(ms)
    return sum(times for number, times in counted if number < beyond)
