"""What a password has to be: long, not known, not easy to guess, and not retired.

Nothing about kinds of characters (NIST SP 800-63B §3.1.1.2, OWASP ASVS 6.2.5). Sign-up,
change, reset, the API and `create_operator` all ask `PasswordRules`.
"""

import re
import unicodedata
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import (
    UNUSABLE_PASSWORD_PREFIX,
    check_password,
    identify_hasher,
)
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from apps.accounts import breached, strength
from apps.core.logs import logger

# Room for a whole sentence; what is longer costs work and no guess more.
LONGEST = 256
# Shorter ones are in half of all words.
_SHORTEST_WORD = 4
_OURS = "switchboard"


class PasswordRules:
    """The only one of `AUTH_PASSWORD_VALIDATORS`: the first broken rule is told, and
    nothing after it is worked on."""

    def __init__(self) -> None:
        self._common = CommonPasswordValidator()

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError with a sentence for the person."""
        _be_text(password)
        _have_a_length(password)
        password = spelled(password) or ""
        known = personal_words(user)
        _tell_nothing(password, known)
        self._common.validate(password, user)
        _withstand_guesses(password, known)
        _be_unknown(password)
        _be_another(password, user)

    def get_help_text(self) -> str:
        return hint()


def spelled(password: str | None) -> str | None:
    """As it is hashed: one keyboard types é as one character, another as two, and a
    wide digit is the digit (NFKC, NIST SP 800-63B §3.1.1.2)."""
    return None if password is None else unicodedata.normalize("NFKC", password)


def retire(user: Any) -> None:
    """No password fits from now on, and the one that did is not taken again: somebody
    else may know it. The caller saves the row."""
    if user.has_usable_password():
        user.password = f"{UNUSABLE_PASSWORD_PREFIX}{user.password}"


def hint() -> str:
    words = gettext(
        "At least %(least)s characters; a few unrelated words make a good one."
    )
    return words % {"least": settings.PASSWORD_MIN_LENGTH}


def personal_words(user: Any) -> set[str]:
    """What somebody who knows the person would try first, in lower case."""
    # Not the end of the domain: "info" says nothing about anybody.
    email = str(getattr(user, "email", "")).rpartition(".")[0]
    told = f"{getattr(user, 'name', '')} {email} {_OURS}".casefold()
    words = {*re.findall(r"\w+", told), *re.findall(r"[^\W\d_]+", told)}
    return {word for word in words if len(word) >= _SHORTEST_WORD}


def _be_text(password: str) -> None:
    if "\x00" in password or any("\ud800" <= each <= "\udfff" for each in password):
        raise ValidationError(
            gettext("That has a character in it that no keyboard types."),
            code="password_unreadable",
        )


def _have_a_length(password: str) -> None:
    if len(password) < settings.PASSWORD_MIN_LENGTH:
        raise ValidationError(
            gettext("Take a password of at least %(password_min_length)s characters.")
            % {"password_min_length": settings.PASSWORD_MIN_LENGTH},
            code="password_too_short",
        )
    if len(password) > LONGEST:
        raise ValidationError(
            gettext("Take a password of at most %(longest)s characters.")
            % {"longest": LONGEST},
            code="password_too_long",
        )


def _tell_nothing(password: str, known: set[str]) -> None:
    folded = password.casefold()
    if any(word in folded for word in known):
        raise ValidationError(
            gettext("Leave out your name, your address and the name of this service."),
            code="password_personal",
        )


def _withstand_guesses(password: str, known: set[str]) -> None:
    found = strength.estimate(password, known)
    if found.guesses < strength.ENOUGH_GUESSES:
        raise ValidationError(
            f"{gettext('This is easy to guess.')} {found.advice}".strip(),
            code="password_guessable",
        )


def _be_unknown(password: str) -> None:
    """A list that cannot be read keeps nobody from a new password: a system check
    tells whoever runs this, and so does the log."""
    path = settings.BREACHED_PASSWORDS_FILE
    try:
        is_listed = bool(path) and breached.is_listed(password, path)
    except (OSError, breached.BadList) as error:
        logger.error("breached_passwords_unusable", reason=str(error))
        return
    if is_listed:
        raise ValidationError(
            gettext(
                "This password became known in a breach of some other service, so "
                "it is among the first to be tried. Use one that you use nowhere "
                "else."
            ),
            code="password_breached",
        )


def _be_another(password: str, user: Any) -> None:
    """Than the one that was retired. One hash, of whoever follows a letter's link."""
    before = str(getattr(user, "password", "")).removeprefix(UNUSABLE_PASSWORD_PREFIX)
    try:
        identify_hasher(before)
    except ValueError:
        return  # none was retired
    if not user.has_usable_password() and check_password(password, before):
        raise ValidationError(
            gettext(
                "This is the password of before, which somebody else may know. Take "
                "another."
            ),
            code="password_retired",
        )
