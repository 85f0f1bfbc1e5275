"""The days that somebody asks about, and the ones they are compared with.

All are days of UTC, as the budgets have them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.core import live, years
from apps.core.errors import Invalid

DEFAULT = "30d"
# In the order that they are offered.
NAMED = {
    "7d": gettext_noop("7 days"),
    "30d": gettext_noop("30 days"),
    "90d": gettext_noop("90 days"),
    "month": gettext_noop("This month"),
    "last_month": gettext_noop("Last month"),
    "year": gettext_noop("12 months"),
}
_LENGTHS = {"7d": 7, "30d": 30, "90d": 90, "year": 365}
LONGEST = timedelta(days=3 * 366)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included. `key` is empty for days by hand."""

    first: date
    last: date
    key: str = ""

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """As long, and just before; of a month that is not over, so much of the one
        before it."""
        if self.key in ("month", "last_month"):
            first = (self.first - _DAY).replace(day=1)
            of_month = (self.first - first).days
            length = min(self.days, of_month)
            if self.key == "last_month":
                length = of_month
            return Period(first, first + timedelta(days=length - 1))
        return Period(self.first - timedelta(days=self.days), self.first - _DAY)

    @property
    def label(self) -> str:
        if self.key:
            return gettext(NAMED[self.key])
        return f"{self.first.isoformat()} to {self.last.isoformat()}"


ASKED = ("period", "from", "to")


def once(asked: QueryDict, *known: str) -> dict[str, str]:
    """What a query says. Raises Invalid where it says something twice, as either may be
    meant; and where it asks for something else than what is `known`, if that is given:
    whoever asks for somebody else's must not take their own for it."""
    said = {}
    for name, values in asked.lists():
        if known and name not in known:
            told = ", ".join(each for each in known if each != live.VERSION)
            raise Invalid(gettext("Ask by %(told)s alone.") % {"told": told})
        if len(values) > 1:
            raise Invalid(gettext("Say `%(name)s` once.") % {"name": name})
        said[name] = str(values[0])
    return said


def read(asked: Mapping[str, str]) -> Period:
    """What `period`, or `from` and `to`, say. Raises Invalid."""
    if asked.get("from") or asked.get("to"):
        return _by_hand(asked)
    return named(asked.get("period") or DEFAULT)


def today() -> Period:
    day = timezone.now().astimezone(UTC).date()
    return Period(day, day)


def named(key: str) -> Period:
    """Until today. Raises Invalid."""
    today = timezone.now().astimezone(UTC).date()
    if key in _LENGTHS:
        return Period(today - timedelta(days=_LENGTHS[key] - 1), today, key)
    if key == "month":
        return Period(today.replace(day=1), today, key)
    if key == "last_month":
        last = today.replace(day=1) - _DAY
        return Period(last.replace(day=1), last, key)
    raise Invalid(
        gettext("There is no such period. Take one of %(named)s.")
        % {"named": ", ".join(NAMED)}
    )


def _by_hand(asked: Mapping[str, str]) -> Period:
    if asked.get("period"):
        raise Invalid(gettext("Take a period, or from and to, not both."))
    first, last = (_day(asked.get(name, ""), name) for name in ("from", "to"))
    if last < first:
        raise Invalid(gettext("The last day is before the first."))
    if last - first >= LONGEST:
        raise Invalid(
            gettext("Take no more than %(days)s days.") % {"days": LONGEST.days}
        )
    return Period(first, last)


def _day(said: str, name: str) -> date:
    try:
        # Not every way to write it that is read: the one that we tell.
        found = datetime.strptime(said, "%Y-%m-%d").date()
        if said != found.isoformat():
            raise ValueError
    except ValueError:
        raise Invalid(
            gettext("`%(name)s` is no day like 2026-11-26.") % {"name": name}
        ) from None
    years.insist(found)
    return found
