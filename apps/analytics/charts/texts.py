"""How many texts came and went."""

from django.utils.translation import gettext, gettext_noop

from apps.analytics.charts._chart import Chart, Series, summed
from apps.analytics.figures import Figures
from apps.rbac.catalog import Permission


def _read(figures: Figures) -> list[Series]:
    came, went = (
        ("In", "Out") if figures.is_of_all else (gettext("From you"), gettext("To you"))
    )
    return [
        Series(came, summed(figures, "came")),
        Series(went, summed(figures, "went")),
    ]


CHART = Chart(
    "texts", gettext_noop("Texts"), "texts", Permission.ANALYTICS_VIEW, _read, True
)
