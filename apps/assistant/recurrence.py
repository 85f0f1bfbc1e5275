"""When something comes again: a rule of RFC 5545 in the wall time of a place.

Days and hours are counted in naive wall time by dateutil; only the way from there to
instants is ours, because a rule says nothing of clocks that are moved.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from apps.core import years

DAY = timedelta(days=1)
STEPS = {
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
    "DAILY": DAY,
    "WEEKLY": timedelta(days=7),
}
FREQUENCIES = frozenset({*STEPS, "MONTHLY", "YEARLY"})
# What leaves a rule with one occurrence a step.
PLAIN = frozenset({"FREQ", "INTERVAL", "COUNT", "WKST"})
STAMP = "%Y%m%dT%H%M%S"


@dataclass(frozen=True)
class Recurrence:
    """A rule, the first time it counts from, and where its clock hangs.

    `start` is the naive wall time of the first occurrence, and UNTIL in `rule` is wall
    time as well: "8 AM" is 8 AM wherever `in_zone` puts it. A start that is aware and
    in UTC counts elapsed time instead ("every 3 hours"). `exceptions` are occurrences
    left out, in the form of `start`.
    """

    rule: str
    start: datetime
    zone: str
    exceptions: tuple[datetime, ...] = field(default=())

    @classmethod
    def of(
        cls,
        rule: str,
        *,
        start: datetime,
        zone: str,
        exceptions: Iterable[datetime] = (),
    ) -> Recurrence:
        """Of a rule as a calendar writes it; raises ValueError when it is none.

        UNTIL may be in UTC, or a date, which is then within it.
        """
        said = rule.strip().upper().removeprefix("RRULE:")
        parts = dict(_pair(each) for each in said.split(";") if each)
        frequency = parts.get("FREQ", "")
        is_short = frequency in ("HOURLY", "MINUTELY")
        if (
            frequency not in FREQUENCIES
            or {"COUNT", "UNTIL"} <= parts.keys()
            or not parts.get("INTERVAL", "1").strip("0")
            # Nobody means those, and some take for ever to count through.
            or (is_short and not parts.keys() <= PLAIN | {"UNTIL"})
        ):
            raise ValueError(f"not a rule: {rule}")
        made = cls("", start, zone, tuple(sorted({*exceptions})))
        try:
            if until := parts.get("UNTIL"):
                parts["UNTIL"] = made._stamped(until)
            made = replace(made, rule=written(parts))
            comes = next(iter(made._expanded(start)), None)
        except (ValueError, TypeError, ArithmeticError) as error:
            raise ValueError(f"not a rule: {rule}") from error
        if comes is None or comes.year > years.LAST:
            raise ValueError(f"never comes: {rule}")
        return made

    @classmethod
    def back(cls, kept: Mapping[str, Any]) -> Recurrence:
        """What `kept` made JSON of."""
        moments = map(datetime.fromisoformat, [kept["start"], *kept["exceptions"]])
        start, *exceptions = moments
        return cls(kept["rule"], start, kept["zone"], tuple(exceptions))

    def kept(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {
            "rule": self.rule,
            "start": self.start.isoformat(),
            "zone": self.zone,
            "exceptions": [each.isoformat() for each in self.exceptions],
        }

    @cached_property
    def parts(self) -> dict[str, str]:
        """The rule taken apart: FREQ, INTERVAL, BYDAY..."""
        return dict(_pair(each) for each in self.rule.split(";"))

    @property
    def is_elapsed(self) -> bool:
        """Whether it counts real hours, whatever clocks do."""
        return self.start.tzinfo is not None

    @property
    def begins(self) -> datetime:
        """The instant of `start`, in UTC."""
        return self._instant(self.start)

    @property
    def times(self) -> list[time]:
        """The times of a day, in order, of a rule that counts days."""
        if "BYHOUR" not in self.parts:
            return [self.start.time()]
        hours = _numbers(self.parts["BYHOUR"])
        minutes = _numbers(self.parts.get("BYMINUTE", str(self.start.minute)))
        made = [time(*each) for each in itertools.product(hours, minutes)]
        places = _numbers(self.parts.get("BYSETPOS", "")) or range(1, len(made) + 1)
        return [made[place - 1] for place in places if 1 <= place <= len(made)]

    def next_after(self, instant: datetime) -> datetime | None:
        """The first occurrence after an instant, in UTC; None when there is none."""
        found: datetime | None = None
        last = datetime.max
        for wall in self._walls(self._wall(instant) - DAY):
            if wall.replace(tzinfo=None) > last:
                break
            at = self._instant(wall)
            if at > instant and (found is None or at < found):
                # Clocks put forward may let a later wall time come sooner.
                last = min(last, wall.replace(tzinfo=None) + DAY)
                found = at
        return found

    def between(self, start: datetime, end: datetime) -> list[datetime]:
        """The occurrences from `start` to before `end`, in UTC and in order. Two wall
        times that moved clocks make the same are one."""
        last = self._wall(end) + DAY
        walls = self._walls(self._wall(start) - DAY)
        near = itertools.takewhile(lambda wall: wall < last, walls)
        return sorted({at for at in map(self._instant, near) if start <= at < end})

    def comes_at(self, instant: datetime) -> bool:
        """Whether one of them is at that very instant."""
        return bool(self.between(instant, instant + timedelta(microseconds=1)))

    def without(self, instant: datetime) -> Recurrence:
        """The same without the occurrence at an instant."""
        wall = self._wall(instant)
        walls = itertools.takewhile(lambda w: w < wall + DAY, self._walls(wall - DAY))
        gone = [each for each in walls if self._instant(each) == instant]
        return replace(self, exceptions=tuple(sorted({*self.exceptions, *gone})))

    def since(self, instant: datetime) -> Recurrence | None:
        """The same counted from its first occurrence after an instant, if one is."""
        for wall in self._walls(self._wall(instant) - DAY):
            if self._instant(wall) > instant:
                return replace(self, start=wall)
        return None

    def at(self, clock: time) -> Recurrence:
        """The same days at one time of day, also those left out."""
        own = ("BYHOUR", "BYMINUTE")
        parts = {name: value for name, value in self.parts.items() if name not in own}
        if "BYHOUR" in self.parts:
            parts.pop("BYSETPOS", None)
        start = datetime.combine(self.start.date(), clock)
        gone = {datetime.combine(each.date(), clock) for each in self.exceptions}
        return Recurrence(written(parts), start, self.zone, tuple(sorted(gone)))

    def in_zone(self, zone: str) -> Recurrence:
        """The same wall times by the clocks of another place."""
        return replace(self, zone=zone)

    def moved(self, zone: str, instant: datetime) -> datetime:
        """When the occurrence at an instant is, by the clocks of another place."""
        return self.in_zone(zone)._instant(self._wall(instant))

    def at_wall(self, wall: datetime) -> datetime:
        """The instant of a time by its clock, as exceptions are kept."""
        return self._instant(wall)

    def lines(self) -> list[str]:
        """RRULE and EXDATE as a calendar takes them, where UNTIL is in UTC."""
        parts = dict(self.parts)
        if until := parts.get("UNTIL"):
            last = min(datetime.strptime(until, STAMP), datetime(years.LAST, 12, 31))
            at = last.replace(tzinfo=UTC) if self.is_elapsed else self._instant(last)
            parts["UNTIL"] = f"{at:{STAMP}}Z"
        lines = [f"RRULE:{written(parts)}"]
        for each in self.exceptions:
            if self.is_elapsed:
                lines.append(f"EXDATE:{each:{STAMP}}Z")
            else:
                lines.append(f"EXDATE;TZID={self.zone}:{each:{STAMP}}")
        return lines

    def _stamped(self, until: str) -> str:
        if len(until) == len("20270301"):
            return f"{datetime.strptime(until, '%Y%m%d'):%Y%m%d}T235959"
        if until.endswith("Z"):
            at = datetime.strptime(until, f"{STAMP}Z").replace(tzinfo=UTC)
            return f"{self._wall(at):{STAMP}}"
        return f"{datetime.strptime(until, STAMP):{STAMP}}"

    def _wall(self, instant: datetime) -> datetime:
        if self.is_elapsed:
            return instant.astimezone(UTC)
        return instant.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None, fold=0)

    def _instant(self, wall: datetime) -> datetime:
        """fold=0 moves a time that the clocks skip forward and takes the first of one
        that they repeat (PEP 495)."""
        if self.is_elapsed:
            return wall.astimezone(UTC)
        return wall.replace(tzinfo=ZoneInfo(self.zone), fold=0).astimezone(UTC)

    def _walls(self, since: datetime) -> Iterator[datetime]:
        """The occurrences as the rule counts them, from about `since` on."""
        left_out = frozenset(self.exceptions)
        for wall in self._expanded(self._near(since)):
            if wall.year > years.LAST:
                return
            if wall >= since and wall not in left_out:
                yield wall

    def _near(self, since: datetime) -> datetime:
        """A start in step with the real one, so that years need not be counted
        through. Where occurrences are numbered, all of them are."""
        is_numbered = "COUNT" in self.parts and not self.parts.keys() <= PLAIN
        if self._step is None or is_numbered:
            return self.start
        return self.start + self._step * max(0, (since - self.start) // self._step - 1)

    @cached_property
    def _step(self) -> timedelta | None:
        step = STEPS.get(self.parts["FREQ"])
        return step and step * int(self.parts.get("INTERVAL", 1))

    def _expanded(self, start: datetime) -> Iterable[datetime]:
        parts = {**self.parts}
        if "COUNT" in parts and self._step and parts.keys() <= PLAIN:
            last = self.start + self._step * (int(parts.pop("COUNT")) - 1)
            parts["UNTIL"] = f"{last:{STAMP}}"
        if self.is_elapsed and "UNTIL" in parts:
            # dateutil wants UNTIL as aware as the start.
            parts["UNTIL"] += "Z"
        found: Iterable[datetime] = rrulestr(written(parts), dtstart=start)
        return found


def written(parts: Mapping[str, str]) -> str:
    """A rule put together of its parts."""
    return ";".join(map("=".join, parts.items()))


def _numbers(said: str) -> list[int]:
    return sorted(int(each) for each in said.split(",") if each)


def _pair(said: str) -> tuple[str, str]:
    name, _, value = said.partition("=")
    return name, value
