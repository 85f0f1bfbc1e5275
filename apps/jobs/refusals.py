"""What mail servers and providers mean by not taking a letter.

"No" for good is about the letter or its mailbox: a 5xx to the recipient or the text
(RFC 5321 §4.2.1). A 5xx to us (who we are, how we signed in) says that the set-up is
wrong, and the letter waits until somebody has seen to it, like all that is temporary.
"""

import re
from dataclasses import dataclass
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException

from anymail.exceptions import (
    AnymailAPIError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailUnsupportedFeature,
)

# "Bad destination mailbox": no such mailbox, bad syntax, moved, no mail taken
# (RFC 3463 §3.2, RFC 7505).
_NOBODY_THERE = re.compile(r"\b5\.1\.(?:1|3|6|10)\b")
# What a provider answers to this letter, not to our key, our domain or our haste.
_ABOUT_THE_LETTER = (400, 413, 422)
_LONGEST = 300


@dataclass(frozen=True)
class Refusal:
    words: str
    code: str
    is_for_good: bool = False
    # Nobody reads that mailbox, so the next letter has no chance either.
    is_bounce: bool = False


def read(error: Exception) -> Refusal:
    """Anything that is not known to be for good may pass."""
    if isinstance(error, SMTPRecipientsRefused):
        (code, reply), *_others = error.recipients.values()
        return _of_smtp(code, reply, is_about_the_letter=True)
    if isinstance(error, SMTPResponseException):
        is_about = isinstance(error, SMTPDataError)
        return _of_smtp(error.smtp_code, error.smtp_error, is_about_the_letter=is_about)
    if isinstance(error, AnymailRecipientsRefused):
        return Refusal("The provider does not write to this address.", "refused", True)
    if isinstance(error, AnymailInvalidAddress | AnymailUnsupportedFeature):
        return Refusal("The provider cannot send it.", "refused", True)
    if isinstance(error, AnymailAPIError) and error.status_code:
        words = f"{error.esp_name} answered {error.status_code}."
        is_for_good = error.status_code in _ABOUT_THE_LETTER
        return Refusal(words, f"http_{error.status_code}", is_for_good)
    return Refusal(f"No answer: {type(error).__name__}.", "no_answer")


def cleaned(text: str) -> str:
    """Somebody else's words, without addresses and links, which they like to repeat."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    line = re.sub(r"https?://\S+", "(link)", line)
    return re.sub(r"\S+@\S+", "(address)", line)[:_LONGEST]


def _of_smtp(code: int, reply: bytes | str, *, is_about_the_letter: bool) -> Refusal:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    is_for_good = is_about_the_letter and 500 <= code < 600
    return Refusal(
        cleaned(f"{code} {text}"),
        f"smtp_{code}",
        is_for_good,
        is_bounce=is_for_good and bool(_NOBODY_THERE.search(text)),
    )
