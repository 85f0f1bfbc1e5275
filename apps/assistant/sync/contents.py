"""What an event is, wherever it is kept: the same here and there if its print is.

A series is one thing, with what is left out of it and what was moved. All of it is JSON.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant.recurrence import STAMP, Recurrence, written
from apps.core import errors

LONGEST_TITLE, LONGEST_PLACE, LONGEST_NOTES = 300, 300, 8_000
_CODES = "MO TU WE TH FR SA SU".split()
NO_TITLE = "(no title)"


class NotPossible(errors.Invalid):
    """One side has no way to say what the other does."""

    code = "sync_not_possible"


@dataclass(frozen=True)
class Content:
    """`start` and `end` are instants in UTC, of whole days their midnights there. `zone`
    is where the clock of a rule hangs, and only of one. `gone` are the instants that it
    leaves out, `moved` what stands in place of others."""

    title: str
    start: datetime
    end: datetime
    is_all_day: bool = False
    place: str = ""
    notes: str = ""
    zone: str = ""
    rule: str = ""
    gone: tuple[datetime, ...] = ()
    moved: dict[datetime, Content] = field(default_factory=dict)

    @property
    def print(self) -> str:
        said = json.dumps(self.kept(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        moved = {at.isoformat(): one.kept() for at, one in sorted(self.moved.items())}
        return {
            **asdict(replace(self, moved={})),
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "gone": [at.isoformat() for at in sorted(self.gone)],
            "moved": moved,
        }

    @classmethod
    def back(cls, kept: dict[str, Any]) -> Content:
        at = datetime.fromisoformat
        moved = {at(name): cls.back(one) for name, one in kept["moved"].items()}
        return cls(
            **{
                **kept,
                "start": at(kept["start"]),
                "end": at(kept["end"]),
                "gone": tuple(map(at, kept["gone"])),
                "moved": moved,
            }
        )

    @property
    def recurrence(self) -> Recurrence:
        """Raises NotPossible for a rule that is not kept here."""
        start = self.start.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return known(self.rule, start, self.zone)

    @property
    def bare(self) -> Content:
        """Without what is different in it."""
        return replace(self, gone=(), moved={})

    def one(self, at: datetime) -> Content:
        """What it is at an instant, where it is not moved."""
        return replace(
            self,
            start=at,
            end=at + (self.end - self.start),
            zone="",
            rule="",
            gone=(),
            moved={},
        )


def of(
    *,
    title: str,
    start: datetime,
    end: datetime,
    is_all_day: bool,
    place: str = "",
    notes: str = "",
    zone: str = "",
    rule: str = "",
    gone: tuple[datetime, ...] = (),
    moved: dict[datetime, Content] | None = None,
) -> Content:
    """In the one form that can be compared. Raises NotPossible."""
    start, end = _second(start), max(_second(start), _second(end))
    made = Content(
        title=" ".join(title.split())[:LONGEST_TITLE] or NO_TITLE,
        start=start,
        end=end,
        is_all_day=is_all_day,
        place=" ".join(place.split())[:LONGEST_PLACE],
        notes="\n".join(line.rstrip() for line in notes.splitlines())
        .strip()[:LONGEST_NOTES]
        .strip(),
    )
    if not rule:
        return made
    zone = "UTC" if is_all_day else zone
    wall = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    made = replace(made, zone=zone, rule=known(rule, wall, zone).rule)
    # What was moved to where it is anyway is as good as not moved.
    kept = {
        _second(at): one
        for at, one in (moved or {}).items()
        if one != made.one(_second(at))
    }
    left_out = {_second(at) for at in gone} - kept.keys()
    return replace(made, gone=tuple(sorted(left_out)), moved=kept)


def series(
    once: Content,
    *,
    zone: str,
    rule: str,
    gone: Iterable[datetime],
    moved: dict[datetime, Content],
) -> Content:
    """What begins with that and comes again; the same where it has no rule."""
    return of(
        title=once.title,
        start=once.start,
        end=once.end,
        is_all_day=once.is_all_day,
        place=once.place,
        notes=once.notes,
        zone=zone,
        rule=rule,
        gone=tuple(gone),
        moved=moved,
    )


def known(rule: str, start: datetime, zone: str) -> Recurrence:
    """The rule with its parts in one order. Raises NotPossible."""
    try:
        found = Recurrence.of(rule, start=start, zone=zone)
    except ValueError:
        raise NotPossible("It repeats in a way that cannot be kept here.") from None
    parts = dict(found.parts)
    if {"BYHOUR", "BYMINUTE", "BYSECOND"} & parts.keys() or parts["FREQ"] in (
        "HOURLY",
        "MINUTELY",
    ):
        raise NotPossible("It repeats more than once a day.")
    if parts.get("INTERVAL") == "1":
        del parts["INTERVAL"]
    if parts.get("WKST") == "MO" or "BYDAY" not in parts or "INTERVAL" not in parts:
        parts.pop("WKST", None)
    _say_days(parts, start)
    if "BYDAY" in parts:
        parts["BYDAY"] = ",".join(sorted(parts["BYDAY"].split(","), key=_weekday))
    if until := parts.get("UNTIL"):
        # Until a day is until its end, for whoever comes on it.
        last = datetime.strptime(until, STAMP)
        parts["UNTIL"] = f"{datetime.combine(last.date(), time(23, 59, 59)):{STAMP}}"
    ordered = {"FREQ": parts.pop("FREQ"), **dict(sorted(parts.items()))}
    return replace(found, rule=written(ordered))


def _say_days(parts: dict[str, str], start: datetime) -> None:
    """What a rule leaves to its first time is said."""
    if (
        parts["FREQ"] == "DAILY"
        and parts.keys() & {"BYDAY"}
        and "INTERVAL" not in parts
    ):
        parts["FREQ"] = "WEEKLY"
    if parts.keys() & {"BYDAY", "BYMONTHDAY", "BYMONTH", "BYYEARDAY", "BYWEEKNO"}:
        return
    if parts["FREQ"] == "WEEKLY":
        parts["BYDAY"] = _CODES[start.weekday()]
    elif parts["FREQ"] in ("MONTHLY", "YEARLY"):
        parts["BYMONTHDAY"] = str(start.day)
    if parts["FREQ"] == "YEARLY":
        parts["BYMONTH"] = str(start.month)


def whole(first: date, after: date) -> tuple[datetime, datetime]:
    """Whole days as they are kept."""
    after = max(after, first + timedelta(days=1))
    return datetime.combine(first, time(), UTC), datetime.combine(after, time(), UTC)


def _weekday(code: str) -> tuple[str, int]:
    return code[:-2], _CODES.index(code[-2:])


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
