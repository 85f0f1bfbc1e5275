"""Proving a phone by texting words from it: `LINK GREEN-TIGER-LAMP`.

Words, not digits: Twilio withholds inbound texts that look like one-time codes (error
30038). Three of 128 words each are 2 million phrases; five tries an hour a number and
a ceiling for everyone keep guessing hopeless.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import vault
from apps.core.errors import AppError, TooMany
from apps.core.limits import Limit
from apps.sms import numbers
from apps.sms.models import LinkPhrase
from apps.sms.words import FIRST, SECOND, THIRD

_TEXT = re.compile(
    r"\s*link[\s:]+([a-z]+)[\s-]+([a-z]+)[\s-]+([a-z]+)[\s.!]*", re.IGNORECASE
)
_PURPOSE = "sms.link_phrase"
# A person mistypes twice; a machine tries thousands.
TRIES = Limit("link", times=5, seconds=3600)
ALL_TRIES = Limit("link_everyone", times=500, seconds=3600)

WRONG = (
    "Those words do not fit or are too old. Get new ones under Phones on the website."
)
SLOW_DOWN = "That was tried too often from this phone. Try again in an hour."


@dataclass(frozen=True)
class Phrase:
    words: str
    expires_at: datetime

    @property
    def text(self) -> str:
        """What to text."""
        return f"LINK {self.words}"


def phrase_for(user: User) -> Phrase:
    """The words that are good now, or new ones."""
    now = timezone.now()
    live = LinkPhrase.objects.filter(user=user, used_at=None, expires_at__gt=now)
    if found := live.order_by("-id").first():
        return Phrase(vault.unseal(found.sealed, place=_place(user)), found.expires_at)
    return renew(user)


@transaction.atomic
def renew(user: User) -> Phrase:
    """New words; the old ones stop working."""
    LinkPhrase.objects.filter(user=user).delete()
    words = "-".join(secrets.choice(words) for words in (FIRST, SECOND, THIRD))
    phrase = LinkPhrase.objects.create(
        user=user,
        digest=vault.digests(words, purpose=_PURPOSE)[0],
        sealed=vault.seal(words, place=_place(user)),
        expires_at=timezone.now() + LinkPhrase.GOOD_FOR,
    )
    return Phrase(words, phrase.expires_at)


def words_in(body: str) -> str:
    """The phrase in a text that is nothing but a LINK text, else an empty string."""
    found = _TEXT.fullmatch(body)
    return "-".join(found.groups()).upper() if found else ""


def charge(number: str) -> bool:
    """Count one try. False when this number has tried too often.

    Raises `Unavailable` when nobody can count.
    """
    try:
        TRIES.charge(number)
        ALL_TRIES.charge("")
    except TooMany:
        return False
    return True


def redeem(*, words: str, number: str) -> str:
    """Link `number` to whoever was shown `words`. The sentence to answer with.

    Belongs into the transaction that holds the number's lane.
    """
    phrase = (
        LinkPhrase.objects.select_for_update()
        .select_related("user")
        .filter(
            digest__in=vault.digests(words, purpose=_PURPOSE),
            used_at=None,
            expires_at__gt=timezone.now(),
        )
        .first()
    )
    if phrase is None:
        return WRONG
    try:
        numbers.verify(user=phrase.user, e164=number)
    except AppError as error:
        return error.sentence
    phrase.used_at = timezone.now()
    phrase.save(update_fields=["used_at"])
    return (
        f"This phone is linked, {phrase.user.short_name}. Text ? to see what I can do."
    )


def _place(user: User) -> str:
    return f"{_PURPOSE}:{user.pk}"
