"""Which share of the texts arrived, of those of which it is known."""

from django.utils.translation import gettext, gettext_noop

from apps.analytics.charts._chart import Chart, Series, summed
from apps.analytics.figures import Figures
from apps.rbac.catalog import Permission


def _read(figures: Figures) -> list[Series]:
    columns = zip(summed(figures, "arrived"), summed(figures, "lost"), strict=True)
    shares = [_share(arrived or 0, lost or 0) for arrived, lost in columns]
    return [Series(gettext("Arrived"), shares)]


def _share(arrived: float, lost: float) -> float | None:
    return 100 * arrived / (arrived + lost) if arrived + lost else None


CHART = Chart(
    "delivery", gettext_noop("Delivered"), "percent", Permission.ANALYTICS_VIEW, _read
)
