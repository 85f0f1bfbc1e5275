"""What is watched of the sums: that they are up to date, and that they are right."""

from apps.analytics import draining
from apps.analytics.models import Recount
from apps.jobs.rules import Rule


def _differing() -> float | None:
    newest = Recount.objects.order_by("-pk").first()
    return float(newest.differing) if newest else None


RULES = (
    Rule(
        "analytics.late",
        "Figures are not up to date",
        draining.behind,
        "seconds",
        above=120,
        lasting=60,
    ),
    Rule(
        "analytics.differing",
        "Sums are not what their texts come to",
        _differing,
        "sums",
        above=0,
    ),
)
