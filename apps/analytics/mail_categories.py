"""Letters of figures that their readers can do without."""

from apps.analytics.weekly import CATEGORY
from apps.jobs.categories import Category
from apps.rbac.catalog import Permission

MAIL_CATEGORIES = (
    Category(
        CATEGORY,
        "Report of the week",
        "For operators: what was used in seven days, each Monday.",
        Permission.ANALYTICS_VIEW,
    ),
)
