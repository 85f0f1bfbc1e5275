"""The years that a day which somebody sends may lie in.

At the edges of the calendar there is no day before, no day after and no other clock. No
appointment is out there, and what counts from it would fail much later.
"""

from datetime import date

from django.core.exceptions import ValidationError

from apps.core.errors import Invalid

FIRST, LAST = 1970, 2200
_SENTENCE = f"Take a day from {FIRST} to {LAST}."


def insist(day: date) -> None:
    """Of a day or a moment. Raises Invalid."""
    if not FIRST <= day.year <= LAST:
        raise Invalid(_SENTENCE)


def within(day: date) -> None:
    """The same for a field of a form."""
    if not FIRST <= day.year <= LAST:
        raise ValidationError(_SENTENCE)
