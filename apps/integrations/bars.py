"""The days of a connection as bars: where each stands in the drawing, and how tall."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

# Of the drawing, in units of its own; the page makes it as wide as there is room.
HEIGHT, STEP, WIDTH = 56, 10, 7
# A day with one call among thousands is seen all the same.
_LEAST = 2


@dataclass(frozen=True)
class Bar:
    day: date
    calls: int
    failures: int
    x: int
    y: int
    height: int
    # Its lower part, for what failed.
    failed_y: int
    failed_height: int


@dataclass(frozen=True)
class Chart:
    bars: list[Bar]
    calls: int
    failures: int
    # Calls of the busiest day.
    most: int

    @property
    def width(self) -> int:
        return STEP * len(self.bars)

    @property
    def used(self) -> list[Bar]:
        """Days with calls, the newest first."""
        return [bar for bar in reversed(self.bars) if bar.calls]


def chart(days: Sequence[tuple[date, int, int]]) -> Chart:
    """Of (day, calls, failures)."""
    most = max((calls for _, calls, _ in days), default=0)
    return Chart(
        [_bar(place, most, *day) for place, day in enumerate(days)],
        sum(calls for _, calls, _ in days),
        sum(failures for _, _, failures in days),
        most,
    )


def _bar(place: int, most: int, day: date, calls: int, failures: int) -> Bar:
    tall, failed = _height(calls, most), _height(failures, most)
    return Bar(
        day,
        calls,
        failures,
        x=place * STEP,
        y=HEIGHT - tall,
        height=tall,
        failed_y=HEIGHT - failed,
        failed_height=failed,
    )


def _height(count: int, most: int) -> int:
    return max(_LEAST, round(HEIGHT * count / most)) if count else 0
