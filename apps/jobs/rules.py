"""What is watched: one line each, on a shelf across the apps (`alerts.py`, `RULES`).

Rule("jobs.dead_letters", "Dead letters", dead_letters, "jobs", above=0)
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from apps.core import shelves


class Severity(StrEnum):
    # Somebody is got out of bed, or it can wait until morning.
    PAGE = "page"
    TICKET = "ticket"


# As the product says it, and as most rules of Prometheus do.
URGENT = (Severity.PAGE.value, "critical")


@dataclass(frozen=True)
class Rule:
    """Fires while `measure` says more than `above`, for `lasting` seconds on end.

    `measure` answers a figure in `unit`, or None where there is nothing to tell: that
    neither fires nor ends an alert, unless `is_over_at_none`. It is asked every quarter
    of a minute, so it asks for what an index answers.
    """

    key: str  # app.what
    title: str
    measure: Callable[[], float | None]
    unit: str
    above: float
    lasting: int = 0
    severity: Severity = Severity.TICKET
    # What nothing to tell means: that it is over, or that nobody knows.
    is_over_at_none: bool = False

    def said(self, value: float, above: float) -> str:
        return f"{self.title}: {self.spoken(value)}, more than {above:g}."

    def spoken(self, value: float) -> str:
        """`1 job`, `5 percent`."""
        unit = self.unit.removesuffix("s") if value == 1 else self.unit
        return f"{round(value, 1):g} {unit}"


def lag_of(queue: str) -> str:
    """The key of the rule that a queue is late."""
    return f"jobs.{queue}_lag"


def every() -> dict[str, Rule]:
    return {rule.key: rule for rule in shelves.across_apps("alerts", "RULES")}
