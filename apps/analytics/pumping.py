"""Where texts are paid for that nobody reads.

Whoever is paid for texts to certain numbers has codes and guidance sent there by the
thousand, and links no phone. https://www.twilio.com/docs/verify/preventing-toll-fraud
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Left

from apps.analytics.models import PersonDay
from apps.analytics.models.texts import NOBODY
from apps.analytics.periods import Period
from apps.analytics.sums import TAKEN
from apps.sms import areas, texted_codes
from apps.sms.models import OutboundText, PhoneNumber
from apps.sms.money import in_dollars

# Of fewer texts nobody can say what is usual; and whoever means it links their phone
# after a text or two, and seldom after five.
_ENOUGH, _TEXTS_A_PHONE = 50, 5
# With the code of the country, so much tells its country also where several share one.
_TELLING = 6
_KINDS = (OutboundText.Kind.CODE, OutboundText.Kind.GUIDANCE)


@dataclass(frozen=True)
class Suspect:
    """A country in two letters, or an area by how its numbers begin, and why."""

    where: str
    why: str


def suspects(period: Period) -> list[Suspect]:
    """Countries of the period, dearest first, and areas of the last day. Three queries,
    and one for each area that is busy."""
    return [*_countries(period), *_areas()]


def _countries(period: Period) -> Iterable[Suspect]:
    now = Q(day__range=(period.first, period.last))
    rows: Any = PersonDay.objects.filter(
        user_id=NOBODY,
        direction="out",
        day__range=(period.before.first, period.last),
    ).exclude(country="")
    sent = now & Q(kind__in=_KINDS, status__in=TAKEN)
    told = rows.values("country").annotate(
        texts=Sum("texts", filter=sent, default=0),
        cost=Sum("micros", filter=now, default=0),
        before=Sum("micros", filter=~now, default=0),
    )
    busy = list(told.filter(texts__gte=_ENOUGH).order_by("-cost", "country"))
    linked = _linked(period) if busy else {}
    for row in busy:
        phones = linked.get(row["country"], 0)
        if phones * _TEXTS_A_PHONE < row["texts"]:
            yield Suspect(row["country"], _why(row, phones))


def _why(row: dict[str, Any], phones: int) -> str:
    said = (
        f"{row['texts']:,} codes and guidance to numbers of nobody, {phones:,} linked:"
        f" {in_dollars(row['cost'])}"
    )
    if row["cost"] <= row["before"]:
        return f"{said}, no more than in the time before."
    return f"{said}, up from {in_dollars(row['before'])}."


def _linked(period: Period) -> dict[str, int]:
    """How many phones were linked in the period, by country."""
    since = datetime.combine(period.first, time.min, UTC)
    until = datetime.combine(period.last, time.min, UTC) + timedelta(days=1)
    new = PhoneNumber.objects.filter(verified_at__gte=since, verified_at__lt=until)
    begun = new.annotate(begins=Left("e164", _TELLING)).values("begins").order_by()
    found: dict[str, int] = {}
    for row in begun.annotate(one=Min("e164"), all=Count("pk")):
        country = areas.country(row["one"])
        found[country] = found.get(country, 0) + row["all"]
    return found


def _areas() -> Iterable[Suspect]:
    for area in texted_codes.pumped_areas():
        yield Suspect(
            area,
            f"Of the last {texted_codes.WATCHED} codes there fewer than"
            f" {texted_codes.CONFIRMED_AT_LEAST} were typed. None is texted there until"
            " those are a day old.",
        )
