"""Why an operator does something: words that somebody can read, kept in the audit."""

import unicodedata

from django.core.exceptions import ValidationError

# A word at least; what is longer belongs elsewhere.
SHORTEST, LONGEST = 5, 200
# Letters and symbols that look like nothing, beside spaces, marks and controls.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def insist_on_seen(text: str, at_least: int = 1) -> None:
    """Raises `ValidationError` where a reader would see less."""
    seen = sum(
        unicodedata.category(each)[0] not in "CMZ" and each not in _BLANK
        for each in text
    )
    if seen < at_least:
        raise ValidationError("Say it in words that can be read.")


def insist_on_enough(text: str) -> None:
    """The same of a reason."""
    insist_on_seen(text, SHORTEST)
