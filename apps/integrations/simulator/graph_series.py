"""Series of Microsoft Graph: a pattern and a range, and what is different in one.

https://learn.microsoft.com/graph/api/resources/patternedrecurrence
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from apps.integrations.simulator.state import Thing
from apps.integrations.simulator.things import Things

_DAYS = {
    day: day[:2].upper()
    for day in "monday tuesday wednesday thursday friday saturday sunday".split()
}
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_APART = "!"
_STAMP = "%Y-%m-%dT%H:%M:%S.0000000"


def is_part(thing: Thing) -> bool:
    """Of a series, and kept by itself because it is different, or cancelled."""
    return "seriesMasterId" in thing


def occurrence_id(series: str, day: date) -> str:
    return f"{series}{_APART}{day.isoformat()}"


def series_of(name: str) -> str:
    return name.rpartition(_APART)[0]


def parts(things: Things, series: str) -> list[Thing]:
    return [each for each in things.all() if each.get("seriesMasterId") == series]


def expanded(things: Things, least: datetime, most: datetime) -> Iterator[Thing]:
    """Each event by itself that touches that time."""
    for event in things.all():
        if is_part(event):
            continue
        found = occurrences(things, event) if event.get("recurrence") else [event]
        for one in found:
            if _at(one["end"]) > least and _at(one["start"]) < most:
                yield one


def occurrences(things: Things, series: Thing) -> Iterator[Thing]:
    """Of two years, those that are not cancelled."""
    apart = {each["id"]: each for each in parts(things, series["id"])}
    length = _at(series["end"]) - _at(series["start"])
    for at in times(series):
        name = occurrence_id(series["id"], at.astimezone(zone_of(series)).date())
        if name in apart:
            if apart[name]["type"] != "cancelled":
                yield apart[name]
            continue
        one = {key: value for key, value in series.items() if key != "recurrence"}
        yield one | {
            "id": name,
            "type": "occurrence",
            "seriesMasterId": series["id"],
            "originalStart": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "start": _stamp(at),
            "end": _stamp(at + length),
        }


def occurrence(things: Things, name: str) -> Thing | None:
    series = things.get(series_of(name))
    if not series or not series.get("recurrence"):
        return None
    return next((o for o in occurrences(things, series) if o["id"] == name), None)


def zone_of(series: Thing) -> ZoneInfo:
    if series.get("isAllDay"):
        return ZoneInfo("UTC")
    told = series["recurrence"]["range"].get("recurrenceTimeZone")
    return ZoneInfo(str(told or series.get("originalStartTimeZone") or "UTC"))


def times(series: Thing) -> list[datetime]:
    """Raises ValueError for a pattern that is none."""
    zone = zone_of(series)
    first = _at(series["start"]).astimezone(zone).replace(tzinfo=None)
    rule = rrulestr(_rule(series["recurrence"]), dtstart=first)
    walls = rule.between(first, first + timedelta(days=730), inc=True)
    return [wall.replace(tzinfo=zone).astimezone(UTC) for wall in walls]


def _rule(recurrence: Thing) -> str:
    pattern, span = recurrence["pattern"], recurrence["range"]
    days = ",".join(_DAYS[each] for each in pattern.get("daysOfWeek", []))
    place = _PLACES[pattern.get("index", "first")]
    month, day = pattern.get("month"), pattern.get("dayOfMonth")
    said = {
        "daily": "FREQ=DAILY",
        "weekly": f"FREQ=WEEKLY;BYDAY={days}",
        "absoluteMonthly": f"FREQ=MONTHLY;BYMONTHDAY={day}",
        "relativeMonthly": f"FREQ=MONTHLY;BYDAY={days};BYSETPOS={place}",
        "absoluteYearly": f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day}",
        "relativeYearly": f"FREQ=YEARLY;BYMONTH={month};BYDAY={days};BYSETPOS={place}",
    }.get(str(pattern.get("type")))
    if said is None:
        raise ValueError(f"no such pattern: {pattern.get('type')}")
    said += f";INTERVAL={int(pattern.get('interval', 1))}"
    said += f";WKST={_DAYS[pattern.get('firstDayOfWeek', 'sunday')]}"
    if span["type"] == "endDate":
        last = date.fromisoformat(span["endDate"])
        said += f";UNTIL={last:%Y%m%d}T235959"
    elif span["type"] == "numbered":
        said += f";COUNT={int(span['numberOfOccurrences'])}"
    elif span["type"] != "noEnd":
        raise ValueError(f"no such range: {span['type']}")
    return said


def _at(edge: Thing) -> datetime:
    """They are kept in UTC."""
    return datetime.fromisoformat(str(edge["dateTime"])[:19]).replace(tzinfo=UTC)


def _stamp(at: datetime) -> Thing:
    return {"dateTime": f"{at.astimezone(UTC):{_STAMP}}", "timeZone": "UTC"}
