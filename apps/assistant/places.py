"""Time zones by the names that people have for places."""

from __future__ import annotations

from functools import lru_cache

from apps.accounts import time_zones
from apps.assistant import phrases
from apps.core import errors


def zone(place: str) -> str:
    """Its IANA name. Raises errors.NotFound."""
    said = " ".join(phrases.folded(place).replace("_", " ").split())
    alias = phrases.words().answers["places"].get(said, said)
    found = _by_name().get(phrases.folded(alias))
    if found is None:
        raise errors.NotFound(phrases.say("no_place", place=place[:40]))
    return found


def name(zone: str) -> str:
    """ "New York" of "America/New_York"."""
    return zone.rpartition("/")[2].replace("_", " ")


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    found: dict[str, str] = {}
    for zone in time_zones.names():
        found.setdefault(phrases.folded(name(zone)), zone)
        found[zone.casefold()] = found[zone.casefold().replace("_", " ")] = zone
    return found
