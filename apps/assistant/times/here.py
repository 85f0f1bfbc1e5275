"""The moment and place that words of time are read at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from apps.assistant.times import clocks
from apps.assistant.times.clocks import Clock
from apps.assistant.times.vocabulary import Vocabulary


@dataclass(frozen=True)
class Here:
    """An instant and where it is, with the words of a language.

    `day` and `clock` stand in for what a phrase leaves unsaid, where they are known.
    `week_starts` is the weekday that a week begins with, 0 for Monday.
    """

    at: datetime
    zone: ZoneInfo
    words: Vocabulary
    day: date | None = None
    clock: time | None = None
    week_starts: int = 0

    @property
    def local(self) -> datetime:
        """The naive wall time."""
        return self.at.astimezone(self.zone).replace(tzinfo=None)

    @property
    def today(self) -> date:
        return self.local.date()

    @property
    def is_night(self) -> bool:
        """Whether a bare hour may well mean one of the night."""
        return self.local.hour not in clocks.WAKING

    @property
    def start(self) -> Clock:
        """The time of a day that is named without one."""
        if self.clock is None:
            return Clock(clocks.DAY_STARTS)
        return Clock(self.clock.hour, self.clock.minute)

    def likely(self, clock: Clock | None, part: str) -> Clock:
        """The time of another day that was said with this clock or part, if any."""
        if clock is None:
            return Clock(clocks.HOURS[part][0]) if part else self.start
        return clock.likely() if clock.is_open else clock

    def instant(self, wall: datetime) -> datetime:
        """The instant of a wall time.

        fold=0 moves a time that the clocks skip forward and takes the first of one
        that they repeat (PEP 495).
        """
        return wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)

    def on(self, day: date, clock: Clock) -> datetime:
        """The instant of a time of day on a day."""
        return self.instant(clock.on(day))
