"""Letters about the background work that its readers can do without."""

from apps.jobs.categories import Category
from apps.rbac.catalog import Permission

MAIL_CATEGORIES = (
    Category(
        "alerts",
        "Alerts",
        "For operators: what needs attention, as it stands in the console.",
        Permission.ALERT_VIEW,
    ),
)
