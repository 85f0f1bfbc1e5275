"""What everything cost: texts both ways, looks at numbers, the language model."""

from apps.analytics.charts._chart import Chart, Series, summed
from apps.analytics.figures import Figures
from apps.rbac.catalog import Permission


def _read(figures: Figures) -> list[Series]:
    texts = summed(figures, "cost_in", "cost_out", "cost_lookup")
    return [
        Series("Texts", texts),
        Series("Language model", summed(figures, "cost_tokens")),
    ]


CHART = Chart("cost", "Cost", "micro-dollars", Permission.ANALYTICS_VIEW, _read, True)
