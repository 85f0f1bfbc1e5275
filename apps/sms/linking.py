"""Proving a phone by texting words from it: `LINK GREEN-TIGER-RED-LAMP`.

Words, not digits: Twilio withholds inbound texts that look like one-time codes (error
30038). A guess may hit anybody's phrase: four of 128 words are 268 million, so with
1,000 phrases alive the 100 wrong tries an hour that the house allows find one in
2,700 hours.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.accounts import guessing
from apps.accounts.models import User
from apps.core import vault
from apps.core.errors import AppError
from apps.core.limits import Counted, charge_all
from apps.core.rotation import Sealed
from apps.sms import numbers
from apps.sms.models import LinkPhrase, NumberEvent
from apps.sms.words import FIRST, SECOND, THIRD, Wording

WORDING = Wording("link", FIRST, SECOND, FIRST, THIRD)
_TRY = re.compile(r"\W*link\b", re.IGNORECASE)
_PURPOSE = "sms.link_phrase"

WRONG = (
    "Those words do not fit or are too old. Get new ones under Phones on the website."
)
KNOWN = "This phone is linked already."
SLOW_DOWN = "Linking was tried too often. Please try again in an hour."


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
    found = live.order_by("-id").first()
    if found is None or not user.is_password_mark(found.password_mark):
        return renew(user)
    try:
        words = vault.unseal(found.sealed, place=_place(user.pk))
    except vault.Unreadable:  # its key has left the ring
        return renew(user)
    return Phrase(words, found.expires_at)


@transaction.atomic
def renew(user: User) -> Phrase:
    """New words; the old ones stop working."""
    forget(user)
    words = WORDING.new()
    phrase = LinkPhrase.objects.create(
        user=user,
        **_digest(words),
        sealed=vault.seal(words, place=_place(user.pk)),
        password_mark=user.password_mark,
        expires_at=timezone.now() + LinkPhrase.GOOD_FOR,
    )
    return Phrase(words, phrase.expires_at)


def forget(user: User) -> None:
    """No words link a phone to this person any more, until they look at new ones."""
    LinkPhrase.objects.filter(user=user).delete()


def is_try(body: str) -> bool:
    """Whether a stranger's text means to link, with words that are none of ours."""
    return _TRY.match(body) is not None


def charge(number: str) -> Counted:
    """Count a try before it is made. Raises `TooMany`, or `Unavailable`."""
    return charge_all((guessing.LINK, number), (guessing.LINK_EVERYBODY, ""))


def redeem(*, words: str, number: str) -> str:
    """Link `number` to whoever was shown `words`. The sentence to answer with.

    Belongs into the transaction that holds the number's lane.
    """
    live = LinkPhrase.objects.filter(
        digest__in=vault.digests(words, purpose=_PURPOSE),
        used_at=None,
        expires_at__gt=timezone.now(),
    )
    owner_id = live.values_list("user_id", flat=True).first()
    if owner_id is None:
        return WRONG if numbers.owner_id(number) is None else f"{KNOWN} {WRONG}"
    # Whoever takes the account back holds this, and then the words are gone.
    user = User.objects.locked(owner_id)
    phrase = live.select_for_update().first()
    if phrase is None or not user.is_active or user.frozen_at:
        return WRONG
    if not user.is_password_mark(phrase.password_mark):
        return WRONG
    try:
        numbers.verify(user=user, e164=number, how=NumberEvent.Kind.BY_WORDS)
    except AppError as error:
        return error.sentence
    phrase.used_at = timezone.now()
    phrase.save(update_fields=["used_at"])
    return f"This phone is linked, {user.short_name}. Text ? to see what I can do."


def _digest(words: str) -> dict[str, str]:
    return {"digest": vault.digests(words, purpose=_PURPOSE)[0]}


def _place(user_id: int) -> str:
    return f"{_PURPOSE}:{user_id}"


SEALED = Sealed(LinkPhrase, place=lambda row: _place(row.user_id), beside=_digest)
