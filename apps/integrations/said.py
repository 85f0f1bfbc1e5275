"""What a provider says of somebody, as far as it is words.

An answer may hold anything under any name. What is no text, or text that can be neither
kept nor sent on, was not said: so nobody is called after a list, and no account is that
of "None".
"""

from collections.abc import Mapping
from typing import Any
from unicodedata import category

# Control characters (NUL is no text to the database), and halves of surrogate pairs.
_UNKEPT = frozenset({"Cc", "Cs"})
# Only a plain yes proves an address, never the word for it.
_PROVEN = frozenset({"email_verified", "verified_email"})


def words(told: Mapping[str, Any]) -> dict[str, Any]:
    """The names with words under them, groups of such, and what is true."""
    found: dict[str, Any] = {}
    for name, value in told.items():
        if name in _PROVEN:
            found[name] = value is True
        elif isinstance(value, Mapping):
            found[name] = words(value)
        elif value is True or is_text(value):
            found[name] = value
    return found


def is_text(value: object) -> bool:
    """Whether it is words on one line that can be kept and shown."""
    return (
        isinstance(value, str)
        and value != ""
        and not _UNKEPT & set(map(category, value))
    )


def is_token(value: object) -> bool:
    """Whether it can stand in a header (RFC 6749 §A.12)."""
    return is_text(value) and str(value).isascii()
