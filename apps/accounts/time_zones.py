"""The time zones that people can choose from."""

from functools import lru_cache
from zoneinfo import available_timezones


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """IANA names a person can choose, by region, UTC first."""
    places = (name for name in available_timezones() if "/" in name)
    return ("UTC", *sorted(n for n in places if not n.startswith(("Etc/", "SystemV/"))))
