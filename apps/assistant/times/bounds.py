"""Where what repeats begins and ends, and what it leaves out: "until march 1"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from apps.assistant.recurrence import STAMP, Recurrence, written
from apps.assistant.times import clocks, cycles, days, offsets, pieces
from apps.assistant.times.clocks import Clock
from apps.assistant.times.here import Here
from apps.assistant.times.pieces import Group, Piece

END_OF_DAY = time(23, 59, 59)


class Never(Exception):
    """A rule that has no time to come: it ends before it begins."""


class Unclear(Exception):
    """Words that do not tell what is to be left out or when to end."""


@dataclass(frozen=True)
class Bounds:
    """Where one rule begins and ends, and the days it leaves out."""

    since: date | None
    is_dropped: bool
    until: datetime | None
    gone: tuple[date, ...]


def of(group: Group, here: Here, is_elapsed: bool = False) -> list[Bounds]:
    """Where it can begin and end."""
    since: list[tuple[date | None, bool]] = [(None, False)]
    if piece := group.of("since"):
        options = _days(piece.caught["since"], here)
        # "starting monday", said on one: today, if it is not too late.
        since = [(day, len(options) > 1 and day == here.today) for day in options]
    gone = tuple(_dates_left_out(group, here))
    return [
        Bounds(day, dropped, end, gone)
        for day, dropped in since
        for end in _ends(group, day, here, is_elapsed)
    ]


def _ends(
    group: Group, since: date | None, here: Here, is_elapsed: bool
) -> list[datetime | None]:
    """ "from monday until friday" is the Friday after that Monday."""
    if not (piece := _until(group)):
        return [None]
    if since and since > here.today:
        here = replace(here, at=here.on(since, Clock(0)))
    return [*_untils(piece, end_clock(group, is_elapsed), here)]


def _until(group: Group) -> Piece | None:
    """What tells the end, be it with the beginning: "from dec 1 to dec 24"."""
    both = group.of("since")
    return both if both and "until" in both.caught else group.of("until")


def _untils(piece: Piece, clock: Piece | None, here: Here) -> Iterator[datetime]:
    """The last wall time of a rule that goes on until then: of a day its end."""
    caught = piece.caught
    if "until_clock" in caught:
        end = clocks.read(_found("clock", caught["until_clock"], here), here.words)
        end = end.likely() if end.is_open else end
        at = end.on(here.today)
        yield at if at > here.local else at + timedelta(days=1)
        return
    if "until_month" in caught:
        month = int(here.words.value("months", caught["until_month"]))
        year = int(caught.get("y", here.today.year))
        first = date(year, month, 1)
        if first <= here.today and "y" not in caught:
            first = date(year + 1, month, 1)
        yield datetime.combine(first, time()) - timedelta(seconds=1)
        return
    if "rest" in caught:
        unit = replace(piece, caught={"end_of": caught["rest"]})
        ends = days.read(unit, here.today, here.words, here.week_starts).options
        yield datetime.combine(ends[-1], END_OF_DAY)
        return
    for day in _days(caught["until"], here):
        if clock:
            end = clocks.read(clock, here.words)
            yield (end.likely() if end.is_open else end).on(day)
        else:
            yield datetime.combine(day, END_OF_DAY)


def end_clock(group: Group, is_elapsed: bool) -> Piece | None:
    """The clock of the end: "at 8am until friday at 5pm", "every hour until friday at
    5pm", but not "until friday at 5pm"."""
    until = _until(group)
    told = [piece for piece in group.pieces if piece.kind == "clock"]
    if not until or not told or told[-1].start < until.start:
        return None
    is_second = len(told) > 1 and told[-2].start < until.start
    return told[-1] if is_second or is_elapsed else None


def _days(said: str, here: Here) -> list[date]:
    """The days that are ahead, or today."""
    piece = _found("day", said, here)
    found = days.read(piece, here.today, here.words, here.week_starts).options
    return [day for day in found if day >= here.today] or [found[-1]]


def _found(kind: str, said: str, here: Here) -> Piece:
    for piece in pieces.find(said, here.words, whole=True):
        if piece.kind == kind:
            return piece
    raise Unclear


def ended(group: Group, rule: Recurrence, limits: Bounds, here: Here) -> Recurrence:
    """The rule with its end, if it has one; raises Never."""
    limit: dict[str, str] = {}
    if piece := group.of("count"):
        said = piece.caught["count"]
        count = said if said.isdigit() else here.words.value("numbers", said)
        limit["COUNT"] = str(int(count))
    elif piece := group.of("lasts"):
        limit = _lasting(piece, rule, here)
    elif limits.until:
        limit["UNTIL"] = _stamped(limits.until, rule, here)
    if not limit:
        return rule
    try:
        return Recurrence.of(
            written({**rule.parts, **limit}), start=rule.start, zone=rule.zone
        )
    except ValueError:
        raise Never from None


def _lasting(piece: Piece, rule: Recurrence, here: Here) -> dict[str, str]:
    """ "for 2 weeks" from the first on; of hours it is a number of steps."""
    length = offsets.read(piece, here.words)
    if not rule.is_elapsed:
        if "short" in piece.caught:
            raise Unclear
        last = length.after(rule.start).date() - timedelta(days=1)
        return {"UNTIL": f"{datetime.combine(last, END_OF_DAY):{STAMP}}"}
    if length.months or length.workdays:
        end = here.instant(length.after(here.local))
    else:
        end = here.at + length.elapsed + timedelta(days=length.days)
    return {"UNTIL": f"{end.astimezone(UTC):{STAMP}}Z"}


def _stamped(until: datetime, rule: Recurrence, here: Here) -> str:
    if rule.is_elapsed:
        return f"{here.instant(until):{STAMP}}Z"
    return f"{until:{STAMP}}"


def _exceptions(group: Group, here: Here) -> list[Piece]:
    piece = group.of("except")
    return pieces.find(piece.caught["except"], here.words, whole=True) if piece else []


def _is_weekly(piece: Piece) -> bool:
    """ "except fridays" and "except friday", but not "except next friday"."""
    caught = piece.caught
    return piece.kind == "repeat" or bool(
        caught.keys() == {"weekday"} or ("weekend" in caught and "next" not in caught)
    )


def weekdays_left_out(group: Group, here: Here) -> list[str]:
    """Days of the week that are never meant."""
    return [
        code
        for piece in _exceptions(group, here)
        if _is_weekly(piece)
        for code in cycles.weekdays_of(piece.caught, here.words)
    ]


def _dates_left_out(group: Group, here: Here) -> Iterator[date]:
    for piece in _exceptions(group, here):
        if _is_weekly(piece):
            continue
        found = days.read(piece, here.today, here.words, here.week_starts).options
        if len(found) > 1:
            raise Unclear
        yield found[0]


def without(rule: Recurrence, gone: Iterable[date], here: Here) -> Recurrence:
    """The rule without what comes on some days; raises Never where nothing is left."""
    for day in gone:
        start = here.instant(datetime.combine(day, time()))
        end = here.instant(datetime.combine(day + timedelta(days=1), time()))
        for at in rule.between(start, end):
            rule = rule.without(at)
    if rule.next_after(here.at) is None:
        raise Never
    return rule
