"""The shelf of charts: one file each, which exports `CHART`.

A chart is drawn on pages as an SVG with a table behind it (drawing.py), and told by the
API as it is.
"""

from apps.analytics.charts._chart import Chart, Series, steps
from apps.core import shelves

__all__ = ["Chart", "Series", "every", "steps"]


def every() -> dict[str, Chart]:
    """By key."""
    return {chart.key: chart for chart in shelves.collect(__name__, "CHART")}
