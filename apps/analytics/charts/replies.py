"""How long people waited: from their text until the carrier had the answer."""

from django.utils.translation import gettext, gettext_noop

from apps.analytics import histogram
from apps.analytics.charts._chart import Chart, Series, folded
from apps.analytics.figures import Figures
from apps.rbac.catalog import Permission

_SHARES = {gettext_noop("Half within"): 0.5, gettext_noop("19 of 20 within"): 0.95}


def _read(figures: Figures) -> list[Series]:
    found = folded(figures.period, figures.speeds)
    # Buckets of several days add up.
    counted = [[bucket for day in days for bucket in day] for days in found]
    return [
        Series(gettext(label), [histogram.percentile(each, share) for each in counted])
        for label, share in _SHARES.items()
    ]


CHART = Chart(
    "replies",
    gettext_noop("Time to answer"),
    "milliseconds",
    Permission.ANALYTICS_VIEW,
    _read,
)
