"""Rules of RFC 5545 as Microsoft says them, and back.

https://learn.microsoft.com/graph/api/resources/patternedrecurrence
"""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext_noop

from apps.assistant.recurrence import STAMP, written
from apps.assistant.sync.contents import Content, NotPossible
from apps.integrations.answers import Thing

_DAYS = {
    "MO": "monday",
    "TU": "tuesday",
    "WE": "wednesday",
    "TH": "thursday",
    "FR": "friday",
    "SA": "saturday",
    "SU": "sunday",
}
_CODES = {day: code for code, day in _DAYS.items()}
_PLACES = {"1": "first", "2": "second", "3": "third", "4": "fourth", "-1": "last"}
_NUMBERS = {word: number for number, word in _PLACES.items()}
# Of the names of Windows the most usual; those of IANA are themselves.
_WINDOWS = {
    "UTC": "UTC",
    "Eastern Standard Time": "America/New_York",
    "Central Standard Time": "America/Chicago",
    "Mountain Standard Time": "America/Denver",
    "Pacific Standard Time": "America/Los_Angeles",
    "Alaskan Standard Time": "America/Anchorage",
    "Hawaiian Standard Time": "Pacific/Honolulu",
    "Atlantic Standard Time": "America/Halifax",
    "E. South America Standard Time": "America/Sao_Paulo",
    "Argentina Standard Time": "America/Buenos_Aires",
    "GMT Standard Time": "Europe/London",
    "Greenwich Standard Time": "Atlantic/Reykjavik",
    "W. Europe Standard Time": "Europe/Berlin",
    "Central Europe Standard Time": "Europe/Budapest",
    "Central European Standard Time": "Europe/Warsaw",
    "Romance Standard Time": "Europe/Paris",
    "E. Europe Standard Time": "Europe/Chisinau",
    "GTB Standard Time": "Europe/Bucharest",
    "FLE Standard Time": "Europe/Kiev",
    "Turkey Standard Time": "Europe/Istanbul",
    "Russian Standard Time": "Europe/Moscow",
    "Israel Standard Time": "Asia/Jerusalem",
    "South Africa Standard Time": "Africa/Johannesburg",
    "Arabian Standard Time": "Asia/Dubai",
    "India Standard Time": "Asia/Kolkata",
    "SE Asia Standard Time": "Asia/Bangkok",
    "China Standard Time": "Asia/Shanghai",
    "Singapore Standard Time": "Asia/Singapore",
    "Tokyo Standard Time": "Asia/Tokyo",
    "Korea Standard Time": "Asia/Seoul",
    "AUS Eastern Standard Time": "Australia/Sydney",
    "New Zealand Standard Time": "Pacific/Auckland",
}
_NO_WORDS = gettext_noop("Microsoft's calendar has no such repetition.")


def pattern(content: Content) -> Thing:
    """Raises NotPossible for what it has no way to say."""
    rule = content.recurrence
    parts = dict(rule.parts)
    said: Thing = {"interval": int(parts.pop("INTERVAL", "1"))}
    span: Thing = {
        "startDate": rule.start.date().isoformat(),
        "recurrenceTimeZone": content.zone,
        "type": "noEnd",
    }
    if until := parts.pop("UNTIL", None):
        last = datetime.strptime(until, STAMP).date()
        span |= {"type": "endDate", "endDate": last.isoformat()}
    elif count := parts.pop("COUNT", None):
        span |= {"type": "numbered", "numberOfOccurrences": int(count)}
    said["firstDayOfWeek"] = _DAYS[parts.pop("WKST", "MO")]
    return {"pattern": said | _kind(parts, rule.start.date()), "range": span}


def _kind(parts: dict[str, str], start: date) -> Thing:
    frequency = parts.pop("FREQ")
    days, places = _days(parts.pop("BYDAY", ""), parts.pop("BYSETPOS", ""))
    day = parts.pop("BYMONTHDAY", "")
    month = parts.pop("BYMONTH", "")
    if parts or not (month + day).isdigit() and month + day:
        raise NotPossible(_NO_WORDS)
    is_monthly = frequency == "MONTHLY" and not month
    if frequency == "DAILY" and not (days or day or month):
        return {"type": "daily"}
    if frequency == "WEEKLY" and days and not (places or day or month):
        return {"type": "weekly", "daysOfWeek": days}
    if is_monthly and day and not days:
        return {"type": "absoluteMonthly", "dayOfMonth": int(day)}
    if is_monthly and days and places and not day:
        return {"type": "relativeMonthly", "daysOfWeek": days, "index": places}
    if frequency == "YEARLY" and month and day and not days:
        return {"type": "absoluteYearly", "dayOfMonth": int(day), "month": int(month)}
    if frequency == "YEARLY" and month and days and places and not day:
        found = {"daysOfWeek": days, "index": places, "month": int(month)}
        return {"type": "relativeYearly", **found}
    raise NotPossible(_NO_WORDS)


def _days(said: str, place: str) -> tuple[list[str], str]:
    """The days, and which of them if they are counted."""
    codes = said.split(",") if said else []
    numbers = {code[:-2] for code in codes}
    if len(numbers) > 1 or (place and numbers != {""}):
        raise NotPossible(_NO_WORDS)
    number = place or next(iter(numbers), "")
    if number and number not in _PLACES or (number and not place and len(codes) > 1):
        raise NotPossible(_NO_WORDS)
    return [_DAYS[code[-2:]] for code in codes], _PLACES.get(number, "")


def rule_of(told: Thing, zone: str, home: str) -> tuple[str, str]:
    """The zone and the rule. Raises NotPossible."""
    try:
        said, span = told["pattern"], told["range"]
        parts = _parts(said)
        if int(said.get("interval", 1)) > 1:
            parts["INTERVAL"] = str(said["interval"])
            if parts["FREQ"] == "WEEKLY":
                parts["WKST"] = _CODES[said.get("firstDayOfWeek", "sunday")]
        if span["type"] == "endDate":
            last = date.fromisoformat(span["endDate"])
            parts["UNTIL"] = f"{last:%Y%m%d}T235959"
        elif span["type"] == "numbered":
            parts["COUNT"] = str(int(span["numberOfOccurrences"]))
        return _zone(str(span.get("recurrenceTimeZone") or zone), home), written(parts)
    except (KeyError, TypeError, ValueError):
        raise NotPossible("It repeats in a way that cannot be kept here.") from None


def _parts(said: Thing) -> dict[str, str]:
    days = [_CODES[each] for each in said.get("daysOfWeek") or []]
    place = _NUMBERS[said.get("index", "first")]
    day, month = str(said.get("dayOfMonth")), str(said.get("month"))
    counted = {"BYDAY": f"{place}{days[0]}"} if len(days) == 1 else {}
    if len(days) > 1:
        counted = {"BYDAY": ",".join(days), "BYSETPOS": place}
    kinds = {
        "daily": {"FREQ": "DAILY"},
        "weekly": {"FREQ": "WEEKLY", "BYDAY": ",".join(days)},
        "absoluteMonthly": {"FREQ": "MONTHLY", "BYMONTHDAY": day},
        "relativeMonthly": {"FREQ": "MONTHLY", **counted},
        "absoluteYearly": {"FREQ": "YEARLY", "BYMONTH": month, "BYMONTHDAY": day},
        "relativeYearly": {"FREQ": "YEARLY", "BYMONTH": month, **counted},
    }
    return dict(kinds[said["type"]])


def _zone(said: str, home: str) -> str:
    found = _WINDOWS.get(said, re.sub(r"^tzone://Microsoft/.*", "", said) or home)
    try:
        return ZoneInfo(found).key
    except (ZoneInfoNotFoundError, ValueError):
        return home
