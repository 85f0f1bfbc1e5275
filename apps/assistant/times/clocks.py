"""Which hour is meant: "at 7", "5pm", "half past five", "noon", "in the evening"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from apps.assistant.times.pieces import Piece
from apps.assistant.times.vocabulary import Vocabulary

# Hours tried in order for a part of the day; the first is what the word means.
HOURS = {
    "morning": (9, 10, 11),
    "afternoon": (15, 16, 17),
    "evening": (18, 19, 20, 21),
    "night": (20, 21, 22, 23),
    "dawn": (5, 6, 7),
}
# A day without a clock: the hour at which people expect to be reminded.
DAY_STARTS = 9
# Nobody means these hours of the night unless awake in them or saying "am".
DEEP_NIGHT = range(1, 6)
# Hours that people get up at.
EARLY = range(4, 12)
# Who texts outside of these hours may mean either half of the day.
WAKING = range(6, 22)
# "at 11" said at 9: the hour that comes so soon is the one that is meant.
SOON = timedelta(hours=6)


class NoSuchTime(Exception):
    """Digits that are no time of day, such as 25:00."""


@dataclass(frozen=True)
class Clock:
    """A time of day: `hour` 0 to 24; `is_open` when it may be am or pm."""

    hour: int
    minute: int = 0
    is_open: bool = False

    def on(self, day: date) -> datetime:
        """The local wall time on a day, 24:00 being the start of the next."""
        start = datetime(day.year, day.month, day.day)
        return start + timedelta(hours=self.hour, minutes=self.minute)

    def both(self) -> tuple[Clock, Clock]:
        """The same hour before and after noon."""
        hour = self.hour % 12
        return Clock(hour, self.minute), Clock(hour + 12, self.minute)

    def likely(self) -> Clock:
        """The one that people mean on another day: 7 to 11 am, 12 to 6 pm."""
        morning, afternoon = self.both()
        return morning if 7 <= self.hour <= 11 else afternoon


def read(piece: Piece, words: Vocabulary) -> Clock:
    """The clock in a piece; raises NoSuchTime."""
    caught = piece.caught
    if "clock" in caught:
        hour, minute = words.value("clocks", caught["clock"]).split(":")
        return Clock(int(hour), int(minute))
    said = caught["hour"]
    hour_said = int(said if said.isdigit() else words.value("numbers", said))
    minute_said = int(caught.get("minute", 0))
    if hour_said > 24 or minute_said > 59 or (hour_said == 24 and minute_said):
        raise NoSuchTime
    found = Clock(
        hour_said,
        minute_said,
        is_open=1 <= hour_said <= 12 and not said.startswith("0"),
    )
    if half := half_of_day(caught, words):
        if hour_said > 12 and half != "pm":
            raise NoSuchTime
        before, after = found.both()
        found = after if half == "pm" else before
    return _shifted(found, caught, words)


def half_of_day(caught: dict[str, str], words: Vocabulary) -> str:
    """ "am" or "pm", if one is said or was settled by a neighbour."""
    if "meridiem" in caught:
        return words.value("meridiems", caught["meridiem"])
    if "letter" in caught:
        return words.value("meridiem_letters", caught["letter"])
    return caught.get("half_of_day", "")


def _shifted(clock: Clock, caught: dict[str, str], words: Vocabulary) -> Clock:
    """ "half past 5" and "a quarter to 6"."""
    if "past" in caught:
        minutes = int(words.value("fractions", caught["past"]))
        return Clock(clock.hour, minutes, clock.is_open)
    if "to" in caught:
        minutes = 60 - int(words.value("fractions", caught["to"]))
        return Clock((clock.hour - 1) % 24, minutes, clock.is_open)
    return clock


def in_part(clock: Clock, part: str) -> Clock:
    """An open clock settled by the part of the day it was said with."""
    if not clock.is_open:
        return clock
    before, after = clock.both()
    if part in ("morning", "dawn"):
        return before
    if part == "night" and before.hour < 5:
        return Clock(before.hour + 24, before.minute)
    return after
