"""What mail servers and providers mean by not taking a letter.

"No" for good is about the mailbox: a 5xx to the recipient or the text whose code says so
(RFC 3463 §3.2, §3.3), or a bare 550. Any other 5xx is about us: who we are, how we
signed in, what we may relay, what they think of our words. Then the letter waits until
somebody has seen to it, like all that is temporary, and the rule `mail.refused` tells.
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

# The first enhanced code of a reply, and not a part of some IP address.
_ENHANCED = re.compile(r"(?<![\d.])5\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
# Bad addresses but those of the sender (5.1.7, 5.1.8), and a mailbox that is switched off.
_ABOUT_THE_MAILBOX = re.compile(r"5\.1\.(?!7$|8$)\d+|5\.2\.1")
# What a bare 550 says when it is not about the mailbox.
_ABOUT_US = re.compile(
    r"relay|authenticat|policy|permitted|spam|block|black ?list|deny|denied|reputation"
    r"|\b(?:spf|dkim|dmarc|rbl)\b",
    re.IGNORECASE,
)
# "Bad destination mailbox": no such mailbox, bad syntax, moved, no mail taken
# (RFC 3463 §3.2, RFC 7505).
_NOBODY_THERE = re.compile(r"\b5\.1\.(?:1|3|6|10)\b")
# What a provider answers to this letter, not to our key, our domain or our haste.
_ABOUT_THE_LETTER = (400, 413, 422)
_ABOUT_OUR_KEY = (401, 402, 403, 404)
_LONGEST = 300


@dataclass(frozen=True)
class Refusal:
    words: str
    code: str
    is_for_good: bool = False
    # It is the set-up, or our words: the next letter, to anybody, may fare no better.
    is_about_us: bool = False
    # Nobody reads that mailbox, so the next letter has no chance either.
    is_bounce: bool = False


def read(error: Exception) -> Refusal:
    """Anything that is not known to be for good may pass."""
    if isinstance(error, SMTPRecipientsRefused):
        (code, reply), *_others = error.recipients.values()
        return _of_smtp(code, reply, is_late=True)
    if isinstance(error, SMTPResponseException):
        is_late = isinstance(error, SMTPDataError)
        return _of_smtp(error.smtp_code, error.smtp_error, is_late=is_late)
    if isinstance(error, AnymailRecipientsRefused):
        return Refusal("The provider does not write to this address.", "refused", True)
    if isinstance(error, AnymailInvalidAddress | AnymailUnsupportedFeature):
        words = "The provider cannot send it."
        return Refusal(words, "refused", is_for_good=True, is_about_us=True)
    if isinstance(error, AnymailAPIError) and error.status_code:
        words = f"{error.esp_name} answered {error.status_code}."
        is_for_good = error.status_code in _ABOUT_THE_LETTER
        is_about_us = is_for_good or error.status_code in _ABOUT_OUR_KEY
        return Refusal(
            words, f"http_{error.status_code}", is_for_good, is_about_us=is_about_us
        )
    return Refusal(f"No answer: {type(error).__name__}.", "no_answer")


def cleaned(text: str) -> str:
    """Somebody else's words, without addresses and links, which they like to repeat."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    line = re.sub(r"https?://\S+", "(link)", line)
    return re.sub(r"\S+@\S+", "(address)", line)[:_LONGEST]


def _of_smtp(code: int, reply: bytes | str, *, is_late: bool) -> Refusal:
    """`is_late`: said once they knew us and the sender, to the recipient or the text."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    is_no = 500 <= code < 600
    is_for_good = is_no and is_late and _is_about_the_mailbox(code, text)
    return Refusal(
        cleaned(f"{code} {text}"),
        f"smtp_{code}",
        is_for_good,
        is_about_us=is_no and not is_for_good,
        is_bounce=is_for_good and bool(_NOBODY_THERE.search(text)),
    )


def _is_about_the_mailbox(code: int, text: str) -> bool:
    enhanced = _ENHANCED.search(text)
    if enhanced is not None:
        return bool(_ABOUT_THE_MAILBOX.fullmatch(enhanced[0]))
    return code == 550 and not _ABOUT_US.search(text)
