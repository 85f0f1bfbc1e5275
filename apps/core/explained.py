"""What each `code` of a problem means and what to do about it: the page that its `type`
leads to. Each app names its own in `problem_codes.py`, a tuple `PROBLEMS`."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext

from apps.core import shelves
from apps.core.errors import NotFound


@dataclass(frozen=True)
class Explained:
    """All of it is for whoever writes a program; `remedy` says what to do."""

    code: str
    title: str
    meaning: str
    remedy: str


@lru_cache(maxsize=1)
def every() -> dict[str, Explained]:
    """By code, in order."""
    found = shelves.across_apps("problem_codes", "PROBLEMS")
    return {each.code: each for each in sorted(found, key=lambda each: each.code)}


def named(code: str) -> Explained:
    """Raises NotFound."""
    try:
        return every()[code]
    except KeyError:
        raise NotFound(gettext("There is no problem of that name.")) from None
