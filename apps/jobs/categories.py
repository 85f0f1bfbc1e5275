"""What letters are about that need not be sent.

Each app says it of its own in `mail_categories.py`, a tuple `MAIL_CATEGORIES`. A letter
without a category is about security and cannot be switched off.
"""

from dataclasses import dataclass

from apps.core import shelves


@dataclass(frozen=True)
class Category:
    slug: str
    label: str
    about: str
    # Only whose roles hold it are written to; empty for everybody.
    permission: str = ""


def every() -> tuple[Category, ...]:
    return shelves.across_apps("mail_categories", "MAIL_CATEGORIES")


def named(slug: str) -> Category | None:
    return next((each for each in every() if each.slug == slug), None)
