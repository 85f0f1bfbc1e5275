"""How texting went in the last day, in a few figures that tell of nobody."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, Sum
from django.utils import timezone

from apps.analytics import histogram
from apps.analytics.models import HourSum, SpeedHour
from apps.analytics.sums import TAKEN
from apps.sms.models import OutboundText

HOURS = 24


@dataclass(frozen=True)
class Lately:
    """`answer_ms`: within how many milliseconds half of the answers were with the
    carrier; None where there were none."""

    received: int
    answered: int
    answer_ms: float | None


def of_a_day() -> Lately:
    """From the sums by the hour, that of the hour that has begun included. Two queries."""
    since = timezone.now() - timedelta(hours=HOURS)
    reply = OutboundText.Kind.REPLY
    texts = HourSum.objects.filter(at__gt=since).aggregate(
        came=Sum("texts", filter=Q(direction="in"), default=0),
        went=Sum(
            "texts",
            filter=Q(direction="out", kind=reply, status__in=TAKEN),
            default=0,
        ),
    )
    times = SpeedHour.objects.filter(at__gt=since, stage="reply")
    counted = times.values("bucket").annotate(all=Sum("times"))
    half = histogram.percentile(((row["bucket"], row["all"]) for row in counted), 0.5)
    return Lately(texts["came"], texts["went"], half)
