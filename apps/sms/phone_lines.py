"""A person's numbers as they are listed: what each is, and what stands in its way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from apps.accounts.models import User
from apps.sms import dialing, optouts, reach, texted_codes, trust
from apps.sms.models import PhoneNumber

SUSPENDED = gettext_noop(
    "Its carrier says that it was given up. If you still have it, link it once more."
)
OPTED_OUT = gettext_noop(
    "It has said STOP and gets no texts. Text START from it to change that."
)


@dataclass(frozen=True)
class Badge:
    words: str
    tone: str


@dataclass(frozen=True)
class Line:
    number: PhoneNumber
    badges: list[Badge]
    # What stands in its way, in sentences.
    notes: list[str]
    # A code for it is on its way and good.
    awaits_code: bool
    # To say that it is still theirs is not enough (trust.py).
    is_to_be_proven: bool


def of(user: User) -> list[Line]:
    """A handful of queries, however many numbers there are."""
    return _lines(PhoneNumber.objects.owned_by(user).order_by("created_at"))


def line(number: PhoneNumber) -> Line:
    (found,) = _lines([number])
    return found


def _lines(several: Iterable[PhoneNumber]) -> list[Line]:
    own = list(several)
    every = [number.e164 for number in own]
    refused = dialing.refusals(every)
    lost = reach.unreachable(every)
    out = optouts.out_among(every, our_number=settings.TWILIO_NUMBER)
    coming = texted_codes.awaited(own)
    unproven = trust.to_be_proven(own)
    return [
        Line(
            number,
            list(_badges(number, refused, lost, out)),
            list(_notes(number, refused, lost, out)),
            number.pk in coming,
            number.pk in unproven,
        )
        for number in own
    ]


def _badges(
    number: PhoneNumber, refused: dict[str, str], lost: set[str], out: set[str]
) -> Iterator[Badge]:
    tone = {"verified": "ok", "suspended": "bad"}.get(number.status, "warn")
    yield Badge(number.get_status_display(), tone)
    if number.is_primary:
        yield Badge(gettext("Primary"), "accent")
    if number.doubt:
        yield Badge(gettext("Still yours?"), "warn")
    if number.e164 in refused:
        yield Badge(gettext("Not texted"), "bad")
    if number.is_verified and number.e164 in lost:
        yield Badge(gettext("Not reached"), "bad")
    if number.is_verified and number.e164 in out:
        yield Badge(gettext("Opted out"), "warn")


def _notes(
    number: PhoneNumber, refused: dict[str, str], lost: set[str], out: set[str]
) -> Iterator[str]:
    if number.is_suspended:
        yield gettext(SUSPENDED)
    if why := refused.get(number.e164):
        yield why
    # Of a number that is not proven to be theirs that would say something of another.
    if number.is_verified and number.e164 in lost:
        yield gettext(reach.SENTENCE)
    if number.is_verified and number.e164 in out:
        yield gettext(OPTED_OUT)
