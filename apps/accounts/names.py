"""What people call themselves: one line that others can read."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

# Persian, Hindi and other names are written with them.
_JOINERS = "\u200c\u200d"
# Letters by their category, and nothing to see (Hangul fillers).
_FILLERS = "\u115f\u1160\u3164\uffa0"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def insist_readable(name: str) -> None:
    """Raises ValidationError for line breaks and what is there without being seen."""
    if any(_is_unseen(each) for each in name):
        raise ValidationError(
            gettext("A name is one line, without characters that cannot be seen."),
            code="name_unreadable",
        )


def _is_unseen(character: str) -> bool:
    if character in _JOINERS:
        return False
    return character in _FILLERS or unicodedata.category(character) in _UNSEEN
