"""Saying a repetition back: "every weekday 7:30 AM until Fri 18 Dec"."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from apps.assistant.recurrence import STAMP, Recurrence
from apps.assistant.times import spoken, vocabulary
from apps.assistant.times.cycles import CODES, WEEKEND, WORKDAYS
from apps.assistant.times.vocabulary import Vocabulary

# More are not listed; what was left out is seen by what comes next.
MOST_EXCEPTIONS = 3
END_OF_DAY = time(23, 59, 59)
# What a rule may say and still be put in words.
SAYABLE = frozenset(
    "FREQ INTERVAL WKST COUNT UNTIL BYDAY BYMONTHDAY BYMONTH BYHOUR BYMINUTE BYSETPOS".split()
)


def rule(recurrence: Recurrence, *, now: datetime, hours: int = 12) -> str:
    """The rule with its times, its end and the days left out, as `read` takes it."""

    def told(day: date) -> str:
        noon = datetime.combine(day, time(12), ZoneInfo(recurrence.zone))
        return spoken.day(noon, recurrence.zone, now=now)

    return _said(recurrence, told, now, hours)


def exact(recurrence: Recurrence, *, now: datetime) -> str:
    """The same in words that also tell where it begins, with dates in digits."""
    words = vocabulary.spoken_here()
    begins = recurrence.begins.astimezone(ZoneInfo(recurrence.zone))
    bound = words.labels["starting"].format(day=begins.date().isoformat())
    if recurrence.is_elapsed:
        bound = f"{bound} {begins:%H:%M}"
    return _said(recurrence, date.isoformat, now, 24, bound)


def _said(
    recurrence: Recurrence,
    told: Callable[[date], str],
    now: datetime,
    hours: int,
    bound: str = "",
) -> str:
    words = vocabulary.spoken_here()
    days = _days(recurrence, words)
    if not days:
        return words.labels["other_rule"]
    times = "" if recurrence.is_elapsed else _times(recurrence, hours, words)
    ends = [*_ends(recurrence, told, hours, words)]
    gone = [*_left_out(recurrence, told, now, words)]
    return " ".join(filter(None, [days, times, bound, *ends, *gone]))


def _times(recurrence: Recurrence, hours: int, words: Vocabulary) -> str:
    day = recurrence.start.date()
    return _listed(
        (
            spoken.clock(datetime.combine(day, each, UTC), "UTC", hours=hours)
            for each in recurrence.times
        ),
        words,
    )


def _days(recurrence: Recurrence, words: Vocabulary) -> str:
    """ "every other week on Tue and Thu"; "" for what has no words."""
    parts = recurrence.parts
    if not parts.keys() <= SAYABLE:
        return ""
    frequency, count = parts["FREQ"], int(parts.get("INTERVAL", 1))
    named, but = _named(recurrence, words)
    if named is None:
        return ""
    key = f"rule_{frequency}"
    if count == 1:
        key = f"{key}_1"
    is_most = len(but) < 3 and parts.get("BYDAY") != ",".join(WORKDAYS)
    if frequency == "WEEKLY" and count == 1 and is_most:
        key, named = "rule_DAILY_1", ""
    said = words.labels[key].format(count=count, days=named)
    if not but or frequency == "WEEKLY" and key != "rule_DAILY_1":
        return said
    days = _listed((words.spoken["weekdays"][each] for each in but), words)
    return f"{said} {words.labels['except_days'].format(days=days)}"


def _named(recurrence: Recurrence, words: Vocabulary) -> tuple[str | None, list[int]]:
    """The days of a rule, None where there are no words for them, and the days of the
    week on which it does not come."""
    parts, start = recurrence.parts, recurrence.start
    codes = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    is_plain = all(code in CODES for code in codes)
    but = [n for n, code in enumerate(CODES) if codes and code not in codes]
    frequency = parts["FREQ"]
    if frequency == "WEEKLY":
        codes = codes or [CODES[start.weekday()]]
        named = _weekdays(codes, words) if is_plain else None
        return named, [n for n, code in enumerate(CODES) if code not in codes]
    if frequency == "MONTHLY" and codes and "BYMONTHDAY" not in parts:
        return _nth(recurrence, codes, words), []
    if not is_plain or "BYMONTH" in parts and frequency != "YEARLY":
        return None, []
    if frequency == "MONTHLY":
        numbers = [int(n) for n in parts.get("BYMONTHDAY", str(start.day)).split(",")]
        if any(number < -1 for number in numbers):
            return None, []
        dates = words.spoken["dates"]
        last = words.labels["last_day"]
        told = (dates[number - 1] if number > 0 else last for number in numbers)
        return _listed(told, words), but
    if frequency == "YEARLY":
        month = parts.get("BYMONTH", str(start.month))
        day = parts.get("BYMONTHDAY", str(start.day))
        if not (month.isdigit() and day.isdigit()):
            return None, []
        label = words.spoken["months"][int(month) - 1]
        return words.labels["date"].format(day=day, month=label), but
    return (None if "BYMONTHDAY" in parts else ""), but


def _weekdays(codes: list[str], words: Vocabulary) -> str:
    if codes == [*WORKDAYS]:
        return words.labels["weekday"]
    if codes == [*WEEKEND]:
        return words.labels["weekend"]
    return _listed((words.spoken["weekdays"][CODES.index(c)] for c in codes), words)


def _nth(recurrence: Recurrence, codes: list[str], words: Vocabulary) -> str | None:
    """ "first Mon", "second and fourth Fri", "last weekday"."""
    places = [recurrence.parts.get("BYSETPOS", "")]
    if codes == [*WORKDAYS] and "BYHOUR" not in recurrence.parts:
        day = words.labels["weekday"]
    elif len({code[-2:] for code in codes}) == 1 and codes[0][-2:] in CODES:
        places = [code[:-2] for code in codes]
        day = words.spoken["weekdays"][CODES.index(codes[0][-2:])]
    else:
        return None
    ordinals = words.spoken["ordinals"]
    known = {str(n): said for n, said in enumerate(ordinals, start=1)}
    known["-1"] = words.labels["last"]
    if not {*places} <= known.keys():
        return None
    nth = _listed((known[place] for place in places), words)
    return words.labels["nth_day"].format(nth=nth, day=day)


def _ends(
    recurrence: Recurrence, told: Callable[[date], str], hours: int, words: Vocabulary
) -> Iterable[str]:
    if count := recurrence.parts.get("COUNT"):
        yield words.labels["times_1" if count == "1" else "times"].format(count=count)
    if until := recurrence.parts.get("UNTIL"):
        last = datetime.strptime(until, STAMP)
        zone = ZoneInfo("UTC")
        if recurrence.is_elapsed:
            zone = ZoneInfo(recurrence.zone)
        wall = last.replace(tzinfo=UTC).astimezone(zone)
        said = words.labels["until"].format(day=told(wall.date()))
        if wall.time() != END_OF_DAY:
            said = f"{said} {spoken.clock(wall, zone.key, hours=hours)}"
        yield said


def _left_out(
    recurrence: Recurrence,
    told: Callable[[date], str],
    now: datetime,
    words: Vocabulary,
) -> Iterable[str]:
    zone = ZoneInfo(recurrence.zone)
    today = now.astimezone(zone).date()
    walls = (
        each.astimezone(zone) if recurrence.is_elapsed else each
        for each in recurrence.exceptions
    )
    days = sorted({wall.date() for wall in walls if wall.date() >= today})
    if 0 < len(days) <= MOST_EXCEPTIONS:
        yield words.labels["except_days"].format(days=_listed(map(told, days), words))


def _listed(told: Iterable[str], words: Vocabulary) -> str:
    *others, last = told
    before = words.labels["list"].join(others)
    return words.labels["last_of_list"].join(filter(None, [before, last]))
