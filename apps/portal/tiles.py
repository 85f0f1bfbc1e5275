"""The figures of a person's first page: their texts of the month, what these cost, how
long they waited, and whether what they have connected works."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog
from django.db import DatabaseError
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from apps.accounts.models import User
from apps.analytics import drawing, figures, periods
from apps.analytics.figures import Speed, Volume
from apps.core.numerals import shown
from apps.integrations.models import Connection
from apps.sms.money import exactly_in_dollars, in_dollars

log = structlog.get_logger(__name__)

PERIOD = "month"
Found = TypeVar("Found")
Said = tuple[str, str]


@dataclass(frozen=True)
class Tile:
    """`url` leads to the page that tells more."""

    title: str
    figure: str
    more: str
    url: str


def of(user: User, connections: Sequence[Connection]) -> list[Tile]:
    """Of this month, in UTC like the budgets. Two queries: the sums, and the times."""
    month, usage = periods.named(PERIOD), f"{reverse('portal:usage')}?period={PERIOD}"
    volume = _read(lambda: figures.texts_of(month, user).volume())
    speed = _read(lambda: figures.speeds_of(month, user).speed())
    accounts = reverse("integrations:connections")
    return [
        _tile(gettext("Texts this month"), usage, volume, _texts),
        _tile(gettext("Cost this month"), usage, volume, _cost),
        _tile(gettext("Time to answer"), usage, speed, _wait),
        _tile(gettext("Connections"), accounts, connections, _working),
    ]


def _read(ask: Callable[[], Found]) -> Found | None:
    """None where it cannot be read now: the rest of the page is shown all the same."""
    try:
        return ask()
    except DatabaseError:
        log.exception("overview.tile_failed")
        return None


def _tile(
    title: str, url: str, found: Found | None, say: Callable[[Found], Said]
) -> Tile:
    if found is None:
        return Tile(title, "-", gettext("Not to be had right now."), url)
    return Tile(title, *say(found), url)


def _texts(volume: Volume) -> Said:
    words = ngettext(
        "%(came)s text from you, %(went)s to you",
        "%(came)s texts from you, %(went)s to you",
        volume.came,
    )
    came, went = shown(f"{volume.came:,}"), shown(f"{volume.went:,}")
    return shown(f"{volume.came + volume.went:,}"), words % {"came": came, "went": went}


def _cost(volume: Volume) -> Said:
    each = volume.per_segment
    if not each:
        return shown(in_dollars(volume.cost)), gettext("What your texts cost us.")
    price = shown(exactly_in_dollars(each))
    told = gettext("%(price)s a segment to you") % {"price": price}
    return shown(in_dollars(volume.cost)), told


def _wait(speed: Speed) -> Said:
    """Half of the answers came within it."""
    if speed.p95 is None:
        return "-", gettext("No answers yet this month.")
    told = gettext("19 of 20 within %(time)s") % {"time": drawing.duration(speed.p95)}
    return drawing.spoken(speed.p50, "milliseconds"), told


def _working(connections: Sequence[Connection]) -> Said:
    if not connections:
        return "0", gettext("None connected yet.")
    working = sum(each.status in Connection.USABLE for each in connections)
    told = gettext("%(working)s of %(all)s work") % {
        "working": working,
        "all": len(connections),
    }
    return str(len(connections)), told
