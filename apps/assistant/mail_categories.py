"""Letters of the assistant that their readers can do without."""

from apps.jobs.categories import Category

MAIL_CATEGORIES = (
    Category(
        "offers",
        "Offers to share",
        "When somebody wants to share something with you and you have no phone linked.",
    ),
)
