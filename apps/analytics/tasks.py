"""What is added up by itself, and when."""

from apps.analytics.draining import drain
from apps.analytics.recounting import recount
from apps.analytics.weekly import report

__all__ = ["TIMETABLE", "drain", "recount", "report"]

TIMETABLE = {
    # A text is on a page within five seconds.
    "add-up": ("analytics.drain", 2.0),
    # Of yesterday: whatever comes later than a night is a change like any other.
    "recount": ("analytics.recount", "10 3 * * *"),
    "report": ("analytics.weekly", "0 6 * * 1"),
}
