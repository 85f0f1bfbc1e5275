"""From when to when: "friday 3-4", "tomorrow at 10 for 30 minutes", "at noon"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.assistant import phrases, times
from apps.assistant.conversations import Scene
from apps.assistant.times.clocks import DEEP_NIGHT
from apps.core import errors

HOUR = timedelta(hours=1)
LONGEST = timedelta(days=14)
_EARLY, _LATE = time(0, 1), time(23, 58)


@dataclass(frozen=True)
class Range:
    """The words for when it begins and when it ends ("" where they do not tell), and
    all the others."""

    when: str
    until: str
    rest: str


def split(text: str, known: times.Split | None = None) -> Range:
    """Take a time that has two ends out of a text; `known`: its times, where they are."""
    said = phrases.words().answers["ranges"]
    whole, until = text, ""
    for pattern in (said["all_day"], said["lasts"]):
        if match := re.search(pattern, phrases.folded(text)):
            until = match.group(0).strip()
            text = _cut(text, match, "")
            break
    if not until and (match := re.search(said["between"], phrases.folded(text))):
        first, until = match["first"].strip(), match["last"].strip()
        text = _cut(text, match, said["begins"].format(clock=_half(first, until)))
    found = known if known and text == whole else times.split(text)
    return Range(found.phrase, until if found.phrase else "", found.rest)


def is_all_day(until: str) -> bool:
    pattern = phrases.words().answers["ranges"]["all_day"]
    return re.fullmatch(pattern, phrases.folded(until)) is not None


def end(
    scene: Scene, start: datetime, until: str, length: timedelta = HOUR
) -> datetime:
    """When it ends that begins at `start`: after the length or at the clock that is said,
    else after `length`. Raises errors.Invalid."""
    said = phrases.words().answers["ranges"]
    if not until:
        return start + length
    if match := re.fullmatch(said["lasts"], phrases.folded(until)):
        ahead = said["ahead"].format(length=match["length"])
        outcome = scene.read(ahead)
        if isinstance(outcome, times.Exact):
            return start + (outcome.at - scene.now.replace(microsecond=0))
    found = _clock_after(scene, start, until)
    if found is None or found - start > LONGEST:
        raise errors.Invalid(phrases.say("range_end"))
    return found


def is_open(scene: Scene, when: str, start: datetime) -> bool:
    """Whether the hour of an afternoon could as well be the one before noon: it was said
    without am or pm."""
    said = phrases.words().answers["ranges"]
    outcome = scene.read(str(said["am"]).format(clock=when))
    if not isinstance(outcome, times.Exact):
        return False
    return outcome.at.astimezone(ZoneInfo(scene.zone)).hour + 12 == start.hour


def has_clock(scene: Scene, when: str) -> bool:
    """Whether the words tell an hour, and not a day alone."""
    early = scene.read(when, clock=_EARLY)
    return bool(when) and early == scene.read(when, clock=_LATE)


def day(scene: Scene, when: str) -> tuple[datetime, datetime]:
    """From midnight to midnight of the day, or the days, that words tell; today where
    there are none. Raises errors.Invalid."""
    zone = ZoneInfo(scene.zone)
    today = scene.now.astimezone(zone).date()
    said, spans = phrases.folded(when), phrases.words().answers["spans"]
    begins = today - timedelta(days=(today.weekday() - scene.week_starts) % 7)
    saturday = today + timedelta(days=(5 - today.weekday()) % 7)
    if said in spans["this_week"]:
        first, last = today, begins + timedelta(days=7)
    elif said in spans["next_week"]:
        first, last = begins + timedelta(days=7), begins + timedelta(days=14)
    elif said in spans["weekend"]:
        first = today if today.weekday() == 6 else saturday
        last = first + timedelta(days=2 if first == saturday else 1)
    else:
        first = _day(scene, when) if when else today
        last = first + timedelta(days=1)
    midnight = time(tzinfo=zone)
    return datetime.combine(first, midnight), datetime.combine(last, midnight)


def _day(scene: Scene, when: str) -> date:
    outcome = scene.read(when, clock=_LATE)
    if isinstance(outcome, times.Impossible):
        raise errors.Invalid(phrases.say(outcome.reason))
    if isinstance(outcome, times.Exact):
        at = outcome.at
    elif isinstance(outcome, times.Choices):
        at = outcome.at[0]
    else:
        raise errors.Invalid(phrases.say("not_a_time"))
    return at.astimezone(ZoneInfo(scene.zone)).date()


def _clock_after(scene: Scene, start: datetime, said: str) -> datetime | None:
    """The first time after `start` at which the clock stands so."""
    zone = ZoneInfo(scene.zone)
    if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", said):
        at = datetime.fromisoformat(said).replace(tzinfo=zone)
        return at if at > start else None
    today = start.astimezone(zone).date()
    ends = [
        datetime.combine(today + timedelta(days=days), clock, zone)
        for days in (0, 1)
        for clock in _clocks(said)
    ]
    return min((at for at in ends if at > start), default=None)


def _clocks(said: str) -> list[time]:
    match = _match(said)
    if match is None:
        return []
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if hour > 24 or minute > 59 or (hour > 12 and (match["am"] or match["pm"])):
        return []
    if match["am"] or match["pm"]:
        return [time(hour % 12 + 12 * bool(match["pm"]), minute)]
    is_open = 0 < hour <= 12 and not match["hour"].startswith("0")
    hours = [hour % 12, hour % 12 + 12] if is_open else [hour % 24]
    return [time(each, minute) for each in hours]


def wall(said: str) -> time | None:
    """The time of day in a clock that is said, one of 24 hours where it may be either."""
    match, found = _match(said), _clocks(said)
    if match is None or not found:
        return None
    is_settled = match["am"] or match["pm"]
    return found[0] if is_settled else found[0].replace(hour=int(match["hour"]) % 24)


def _half(first: str, last: str) -> str:
    """ "3 to 4pm" begins in the afternoon, "11 to 1pm" in the morning; of "4 to 3pm" the
    4 stays open."""
    begins, ends = _match(first), _match(last)
    if (
        not begins
        or not ends
        or begins["am"]
        or begins["pm"]
        or int(begins["hour"]) > 12
    ):
        return first
    if not ends["am"] and not ends["pm"]:
        return first
    hour = int(begins["hour"]) % 12
    is_same = hour <= int(ends["hour"]) % 12
    if ends["pm"] and not is_same and hour in DEEP_NIGHT:
        return first
    said = phrases.words().answers["ranges"]
    return str(said["pm" if bool(ends["pm"]) == is_same else "am"]).format(clock=first)


def _match(said: str) -> re.Match[str] | None:
    clock = phrases.words().answers["ranges"]["clock"]
    return re.fullmatch(clock, phrases.folded(said).strip())


def _cut(text: str, match: re.Match[str], put: str) -> str:
    before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
    return " ".join(filter(None, [before, put, after]))
