"""The phone that somebody may name when they sign up; `SIGN_UP_PHONE` names this page.

Judged by its digits alone, so the answer says nothing about whose it is.
"""

from apps.accounts.models import User
from apps.sms import numbers


def read(text: str) -> str:
    """The number as it is kept. Raises `Invalid` with what is wrong."""
    return numbers.read(text)


def note(user: User, number: str) -> None:
    """On the list of a new account, to be proven in the next step."""
    numbers.claim(user=user, number=number)
