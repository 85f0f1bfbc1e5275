"""Letters about texts that their readers can do without."""

from apps.jobs.categories import Category

MAIL_CATEGORIES = (
    Category(
        "texts",
        "Texts that did not arrive, or got no answer",
        "At most one of each a day, with what you can do about it.",
    ),
)
