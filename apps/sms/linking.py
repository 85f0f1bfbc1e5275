"""Proving a phone by texting words from it: `LINK GREEN-TIGER-RED-LAMP`.

Words, not digits: Twilio withholds inbound texts that look like one-time codes (error
30038). A guess may hit anybody's phrase: four of 128 words are 268 million, so with
1,000 phrases alive the 100 wrong tries an hour that the house allows find one in
2,700 hours. Past them nobody's words are looked at, right ones neither: to let those
through would be to look at every guess. Whoever noted the number they text from needs
none of these tries, for theirs is no guess at anybody else's words.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts import guessing
from apps.accounts.models import User
from apps.core import languages, vault
from apps.core.errors import AppError, TooMany
from apps.core.limits import Counted, Limit, charge_all
from apps.core.rotation import Sealed
from apps.sms import areas, numbers
from apps.sms.models import LinkPhrase, NumberEvent, PhoneNumber
from apps.sms.words import FIRST, SECOND, THIRD, Wording

WORDING = Wording("link", FIRST, SECOND, FIRST, THIRD)
_TRY = re.compile(r"\W*link\b", re.IGNORECASE)
_PURPOSE = "sms.link_phrase"

WRONG = (
    "Those words do not fit or are too old. Get new ones under Phones on the website."
)
KNOWN = "This phone is linked already."
SLOW_DOWN = "Linking was tried too often. Please try again in an hour."
CROWDED = (
    "Many try to link phones right now. Add this number under Phones on the website and"
    " text the words again, or try again in an hour."
)


@dataclass(frozen=True)
class Phrase:
    words: str
    expires_at: datetime

    @property
    def text(self) -> str:
        """What to text."""
        return f"LINK {self.words}"


@dataclass(frozen=True)
class Redeemed:
    """The sentence to answer with. Words that `were_right` are no guess, whatever else
    is in their way; `is_done` where nothing was."""

    sentence: str
    were_right: bool = False
    is_done: bool = False


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


def are_spent(user: User) -> bool:
    """The words that were shown last have linked a phone."""
    last = LinkPhrase.objects.filter(user=user).order_by("-id").first()
    return last is not None and last.used_at is not None


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


def charge(*, words: str, number: str) -> Counted:
    """Count a try before it is made: with `words`, a guess at everybody's, unless whoever
    was shown them noted this number. Raises `TooMany` with the sentence to answer with,
    or `Unavailable`."""
    own = _charged(SLOW_DOWN, (guessing.LINK, number))
    if not words or _is_expected(words, number):
        return own
    try:
        shared = _charged(
            CROWDED,
            (guessing.LINK_AREA, areas.area(number)),
            (guessing.LINK_EVERYBODY, ""),
        )
    except AppError:
        own.give_back()
        raise
    return Counted(own.tickets + shared.tickets)


def _charged(sentence: str, *limits: tuple[Limit, str]) -> Counted:
    try:
        return charge_all(*limits)
    except TooMany as refused:
        refused.sentence = sentence
        raise


def _is_expected(words: str, number: str) -> bool:
    noted = PhoneNumber.objects.filter(user=OuterRef("user"), e164=number)
    open_ones = noted.exclude(status=PhoneNumber.Status.RELEASED)
    return _live(words).filter(Exists(open_ones)).exists()


def redeem(*, words: str, number: str) -> Redeemed:
    """Link `number` to whoever was shown `words`.

    Belongs into the transaction that holds the number's lane.
    """
    live = _live(words)
    owner_id = live.values_list("user_id", flat=True).first()
    if owner_id is None:
        is_known = numbers.owner_id(number) is not None
        return Redeemed(f"{KNOWN} {WRONG}" if is_known else WRONG)
    # Whoever takes the account back holds this, and then the words are gone.
    user = User.objects.locked(owner_id)
    phrase = live.select_for_update().first()
    if phrase is None or not user.is_active or user.frozen_at:
        return Redeemed(WRONG)
    if not user.is_password_mark(phrase.password_mark):
        return Redeemed(WRONG)
    try:
        numbers.verify(user=user, e164=number, how=NumberEvent.Kind.BY_WORDS)
    except AppError as error:
        return Redeemed(error.sentence, were_right=True)
    phrase.used_at = timezone.now()
    phrase.save(update_fields=["used_at"])
    with languages.speaking(user.locale):
        said = gettext("This phone is linked, %(name)s. Text ? to see what I can do.")
    return Redeemed(said % {"name": user.short_name}, were_right=True, is_done=True)


def _live(words: str) -> QuerySet[LinkPhrase]:
    return LinkPhrase.objects.filter(
        digest__in=vault.digests(words, purpose=_PURPOSE),
        used_at=None,
        expires_at__gt=timezone.now(),
    )


def _digest(words: str) -> dict[str, str]:
    return {"digest": vault.digests(words, purpose=_PURPOSE)[0]}


def _place(user_id: int) -> str:
    return f"{_PURPOSE}:{user_id}"


SEALED = Sealed(LinkPhrase, place=lambda row: _place(row.user_id), beside=_digest)
