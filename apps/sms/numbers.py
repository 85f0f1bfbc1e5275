"""Numbers and whose they are."""

from datetime import datetime
from typing import Any

import phonenumbers
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from phonenumbers import NumberParseException, PhoneNumberFormat

from apps.accounts import letters
from apps.accounts.models import User
from apps.core.errors import Conflict, Invalid, NotFound
from apps.rbac import audit
from apps.rbac.catalog import Permission
from apps.sms import dialing, lanes
from apps.sms.models import PhoneNumber

Status = PhoneNumber.Status
LINK = "sms.phonenumber.link"


def display(e164: str) -> str:
    """For people: "+1 202 555 0101". A short code or a name stays as it is."""
    try:
        number = phonenumbers.parse(e164)
    except NumberParseException:
        return e164
    shown = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return shown.replace("-", " ")


def is_phone(sender: str) -> bool:
    """Whether a sender is a phone somebody holds, not a short code or a name."""
    return sender.startswith("+") and sender[1:].isdigit() and len(sender) >= 8


def primary(user: User) -> PhoneNumber | None:
    """The number this person is texted at, if any is verified."""
    return (
        PhoneNumber.objects.owned_by(user)
        .verified()
        .order_by("-is_primary", "verified_at")
        .first()
    )


def verified(user: User, number: PhoneNumber) -> PhoneNumber | None:
    """The number, as it is now, if it is still proven to be this person's."""
    return PhoneNumber.objects.owned_by(user).verified().filter(pk=number.pk).first()


def claim(*, user: User, number: str, label: str = "") -> PhoneNumber:
    """Note that `user` says this number is theirs; texting the link words proves it.

    Raises `Invalid` for a number that we do not text, `Conflict` for one of theirs.
    """
    e164 = dialing.normalise(number)
    if e164 == settings.TWILIO_NUMBER:
        raise Invalid("That is the number you text to. Note the one you text from.")
    dialing.insist(e164)
    claimed, is_new = PhoneNumber.objects.owned_by(user).get_or_create(
        e164=e164, defaults={"user": user, "label": label.strip()}
    )
    if not is_new:
        raise Conflict("That number is on your list already.")
    return claimed


def owner_id(e164: str) -> int | None:
    """Whose number it is proven to be, if anybody's."""
    owned = PhoneNumber.objects.verified().filter(e164=e164)
    return owned.values_list("user_id", flat=True).first()


@transaction.atomic
def verify(*, user: User, e164: str) -> PhoneNumber:
    """The person has proven that this number is theirs.

    What waits in the number's own lane, both ways, goes on in the person's, so the
    order stays as it was. Raises `Conflict` when it is proven to be somebody else's.
    """
    # Always in this order. The webhook looks the owner up again under either lock.
    lane, theirs = lanes.lock_number(e164), lanes.lock_person(user)
    owner = owner_id(e164)
    if owner is not None and owner != user.pk:
        raise Conflict(
            "This phone is linked to another account. Remove it there first."
        )
    number, _ = PhoneNumber.objects.owned_by(user).get_or_create(
        e164=e164, defaults={"user": user}
    )
    if owner is None:
        number.status = Status.VERIFIED
        number.verified_at = timezone.now()
        number.is_primary = primary(user) is None
        number.save()
        lanes.move(lane, theirs)
        # By a text nobody is signed in: whoever has the words acts for the person.
        _recorded(LINK, user, number)
        _tell(user, "phone_linked", number)
    return number


@transaction.atomic
def make_primary(*, user: User, public_id: str) -> PhoneNumber:
    """Text this person at this number from now on."""
    lanes.lock_person(user)
    number = _own(user, public_id)
    if not number.is_verified:
        raise Invalid("Verify this number first.")
    if number.is_primary:
        return number
    PhoneNumber.objects.owned_by(user).update(is_primary=False)
    number.is_primary = True
    number.save(update_fields=["is_primary"])
    _recorded(Permission.NUMBER_CHANGE, user, number)
    _tell(user, "phone_chosen", number)
    return number


@transaction.atomic
def release(*, user: User, public_id: str) -> PhoneNumber:
    """Give a number up. The next oldest verified one becomes primary."""
    lanes.lock_person(user)
    number = _own(user, public_id)
    was_primary, number.is_primary = number.is_primary, False
    was_verified = number.is_verified
    number.status = Status.RELEASED
    number.released_at = timezone.now()
    number.save()
    heir = primary(user) if was_primary else None
    if heir is not None:
        heir.is_primary = True
        heir.save(update_fields=["is_primary"])
    _recorded(Permission.NUMBER_DELETE, user, number)
    if was_verified:
        _tell(user, "phone_removed", number, heir=heir and display(heir.e164))
    return number


@transaction.atomic
def release_since(user: User, since: datetime) -> None:
    """Give up what was verified since then; the primary one last, so that none of the
    others takes its place meanwhile."""
    lanes.lock_person(user)
    new = PhoneNumber.objects.owned_by(user).verified().filter(verified_at__gte=since)
    for number in new.order_by("is_primary", "pk"):
        release(user=user, public_id=str(number.public_id))


def _tell(user: User, letter: str, number: PhoneNumber, **facts: Any) -> None:
    """Texts from a phone are taken for its owner's: whoever changes that is noticed."""
    phones_url = letters.public(f"{settings.LOGIN_REDIRECT_URL}phones/")
    shown = display(number.e164)
    letters.tell(user, letter, number=shown, phones_url=phones_url, **facts)


def _recorded(action: str, user: User, number: PhoneNumber) -> None:
    audit.done(action, actor=user, obj=number, private={"number": number.e164})


def _own(user: User, public_id: str) -> PhoneNumber:
    found = PhoneNumber.objects.owned_by(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound("That number is not on your list.")
    return found
