"""What everything cost: texts both ways, looks at numbers, the language model."""

from django.utils.translation import gettext, gettext_noop

from apps.analytics.charts._chart import Chart, Series, summed
from apps.analytics.figures import Figures
from apps.rbac.catalog import Permission


def _read(figures: Figures) -> list[Series]:
    texts = summed(figures, "cost_in", "cost_out", "cost_lookup")
    return [
        Series(gettext("Texts"), texts),
        Series(gettext("Language model"), summed(figures, "cost_tokens")),
    ]


CHART = Chart(
    "cost",
    gettext_noop("Cost"),
    "micro-dollars",
    Permission.ANALYTICS_VIEW,
    _read,
    True,
)
