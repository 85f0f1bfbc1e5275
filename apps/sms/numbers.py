"""Numbers and whose they are."""

import functools
from datetime import datetime, timedelta
from typing import Any

import phonenumbers
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from phonenumbers import NumberParseException, PhoneNumberFormat

from apps.accounts import letters
from apps.accounts.models import User
from apps.core import prepared
from apps.core.errors import Conflict, Invalid, NotFound
from apps.rbac import audit, limits
from apps.rbac.catalog import Permission
from apps.rbac.limits import Limits
from apps.sms import dialing, lanes, number_history
from apps.sms.models import InboundText, NumberEvent, PhoneNumber

Status, Kind = PhoneNumber.Status, NumberEvent.Kind
LINK, RESTORE = "sms.phonenumber.link", "sms.phonenumber.restore"
PAGE = f"{settings.LOGIN_REDIRECT_URL}phones/"
# Whoever texted within it has the phone; carriers give a number to somebody else after
# 45 days at the earliest (47 CFR 52.15).
IN_USE_FOR = timedelta(days=30)


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


def own(user: User, public_id: str) -> PhoneNumber:
    """One on the person's list. Raises `NotFound`."""
    found = PhoneNumber.objects.owned_by(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(gettext("That number is not on your list."))
    return found


def read(text: str) -> str:
    """E.164 of a number that a person says they text from. Raises `Invalid`."""
    e164 = dialing.normalise(text)
    if e164 == settings.TWILIO_NUMBER:
        raise Invalid(
            gettext("That is the number you text to. Note the one you text from.")
        )
    dialing.insist(e164)
    return e164


@transaction.atomic
def claim(*, user: User, number: str, label: str = "") -> PhoneNumber:
    """Note that `user` says this number is theirs; texting the link words proves it.

    Raises `Invalid` for a number that we do not text, `Conflict` for one of theirs.
    """
    e164 = read(number)
    claimed, is_new = PhoneNumber.objects.owned_by(user).get_or_create(
        e164=e164, defaults={"user": user, "label": label.strip()}
    )
    if not is_new:
        raise Conflict(gettext("That number is on your list already."))
    number_history.record(claimed, Kind.NOTED)
    return claimed


def rename(*, user: User, public_id: str, label: str) -> PhoneNumber:
    """Call a number something else, or nothing."""
    number, label = own(user, public_id), label.strip()
    if label != number.label:
        with transaction.atomic():
            number.label = label
            number.save(update_fields=["label"])
            number_history.record(number, Kind.RENAMED, label)
    return number


_OWNER = (
    "SELECT user_id FROM user_phone_mappings WHERE e164 = %s AND status = 'verified'"
)


@functools.cache
def _person() -> str:
    return (
        f"SELECT {limits.column('person.id')}, {prepared.columns(User, 'person')}"
        " FROM accounts_user person"
        " JOIN user_phone_mappings phone ON phone.user_id = person.id"
        " WHERE person.id = %s AND phone.e164 = %s AND phone.status = 'verified'"
    )


def owner_id(e164: str) -> int | None:
    """Whose number it is proven to be, if anybody's."""
    found = prepared.rows(_OWNER, [e164])
    return found[0][0] if found else None


def whose(row: Any) -> Any:
    """Whom a row is about: a number without a person is that of whoever has proven it."""
    return getattr(row, "user", None) or owner_id(getattr(row, "number", ""))


def owner(e164: str, user_id: int) -> tuple[User, Limits] | None:
    """This person, with what their roles let them use, if the number is proven to be
    theirs."""
    for said, *row in prepared.rows(_person(), [user_id, e164]):
        return prepared.made(User, row), limits.decided(said)
    return None


def is_in_use(number: PhoneNumber) -> bool:
    """Whether its holder has lately been seen to have it. Words that link it, and what
    waits behind them, are of whoever has the phone now."""
    since = timezone.now() - IN_USE_FOR
    proved_at = number.proved_at or number.verified_at
    if not number.is_verified or number.doubt:
        return False
    if proved_at is not None and proved_at > since:
        return True
    texts = InboundText.objects.filter(
        user=number.user_id,
        number=number.e164,
        received_at__gt=since,
        turn__isnull=False,
    )
    return texts.exclude(body__icontains="link").exists()


@transaction.atomic
def verify(*, user: User, e164: str, how: str = Kind.LINKED) -> PhoneNumber:
    """The person has proven that this number is theirs; `how` is a kind of event.

    What waits in the number's own lane, both ways, goes on in the person's, so the
    order stays as it was. A number that somebody else had and does not use is theirs
    no more. Raises `Conflict` while that one uses it.
    """
    # Always in this order. The webhook looks the owner up again under either lock.
    lane, held = lanes.lock_number(e164), _holder(e164)
    others = [] if held is None else [held.user]
    own = lanes.lock_people(user, *others)
    # Nobody else can have become its holder, but who was may have given it up.
    held = _holder(e164)
    if held is not None and held.user_id != user.pk:
        if is_in_use(held):
            raise Conflict(
                gettext(
                    "This phone is linked to another account. Remove it there first."
                )
            )
        _transfer(held)
        lanes.move_texts(own[held.user_id], own[user.pk], number=e164)
        held = None
    number = held or _open_claim(user, e164)
    was_in_doubt = bool(number.doubt)
    number.proved_at, number.doubt = timezone.now(), ""
    if number.is_verified:
        number.save(update_fields=["proved_at", "doubt"])
        if was_in_doubt:
            number_history.record(number, how)
        return number
    number.status = Status.VERIFIED
    number.verified_at = number.proved_at
    number.suspended_at = None
    number.is_primary = primary(user) is None
    number.save()
    number_history.record(number, how)
    lanes.move(lane, own[user.pk])
    # By a text nobody is signed in: whoever has the words acts for the person.
    _recorded(LINK, user, number)
    _tell(user, "phone_linked", number)
    return number


@transaction.atomic
def suspend(number: PhoneNumber) -> None:
    """Its carrier says that it was given up: texts from it are a stranger's, and nothing
    is sent there, until somebody proves that it is theirs."""
    lanes.lock_person(number.user)
    number.refresh_from_db()
    if not number.is_verified:
        return
    number.status = Status.SUSPENDED
    number.suspended_at = timezone.now()
    heir = _step_down(number)
    number_history.record(number, Kind.SUSPENDED)
    _recorded("sms.phonenumber.suspend", None, number)
    _tell(number.user, "phone_suspended", number, heir=heir and display(heir.e164))


@transaction.atomic
def make_primary(*, user: User, public_id: str) -> PhoneNumber:
    """Text this person at this number from now on. Raises `Invalid` for one that is not
    verified, or not texted."""
    lanes.lock_person(user)
    number = own(user, public_id)
    if not number.is_verified:
        raise Invalid(gettext("Verify this number first."))
    dialing.insist(number.e164)
    if number.is_primary:
        return number
    PhoneNumber.objects.owned_by(user).update(is_primary=False)
    number.is_primary = True
    number.save(update_fields=["is_primary"])
    number_history.record(number, Kind.CHOSEN)
    _recorded(Permission.NUMBER_CHANGE, user, number)
    _tell(user, "phone_chosen", number)
    return number


@transaction.atomic
def release(*, user: User, public_id: str) -> PhoneNumber:
    """Give a number up. The next oldest verified one becomes primary."""
    lanes.lock_person(user)
    number = own(user, public_id)
    was_held = number.status in PhoneNumber.HELD
    number.status = Status.RELEASED
    number.released_at = timezone.now()
    heir = _step_down(number)
    number_history.record(number, Kind.RELEASED)
    _recorded(Permission.NUMBER_DELETE, user, number)
    if was_held:
        _tell(user, "phone_removed", number, heir=heir and display(heir.e164))
    return number


@transaction.atomic
def restore(*, user: User, number: PhoneNumber, newer_than: datetime) -> None:
    """Make a number that was changed or given up the main one again, and give up what was
    verified since then. Raises `Conflict` when it is proven to be somebody else's."""
    lane, held = lanes.lock_number(number.e164), _holder(number.e164)
    others = [] if held is None else [held.user]
    own = lanes.lock_people(user, *others)
    held = _holder(number.e164)
    if held is not None and held.user_id != user.pk:
        raise Conflict(gettext("This phone is linked to another account by now."))
    open_claim = PhoneNumber.objects.owned_by(user).filter(e164=number.e164).first()
    number = open_claim or number
    new = PhoneNumber.objects.owned_by(user).held().filter(verified_at__gte=newer_than)
    gone = [each for each in new if each.pk != number.pk]
    for each in gone:
        release(user=user, public_id=str(each.public_id))
    PhoneNumber.objects.owned_by(user).update(is_primary=False)
    number.status, number.is_primary = Status.VERIFIED, True
    number.proved_at, number.doubt = timezone.now(), ""
    number.verified_at = number.verified_at or number.proved_at
    number.released_at = number.suspended_at = None
    number.save()
    number_history.record(number, Kind.RESTORED)
    lanes.move(lane, own[user.pk])
    _recorded(RESTORE, user, number)
    shown = ", ".join(display(each.e164) for each in gone)
    _tell(user, "phone_kept", number, gone=shown)


@transaction.atomic
def release_since(user: User, since: datetime) -> None:
    """Give up what was verified since then; the primary one last, so that none of the
    others takes its place meanwhile."""
    lanes.lock_person(user)
    new = PhoneNumber.objects.owned_by(user).held().filter(verified_at__gte=since)
    for number in new.order_by("is_primary", "pk"):
        release(user=user, public_id=str(number.public_id))


def _holder(e164: str) -> PhoneNumber | None:
    held = PhoneNumber.objects.held().filter(e164=e164)
    return held.select_related("user").first()


def _open_claim(user: User, e164: str) -> PhoneNumber:
    number, _ = PhoneNumber.objects.owned_by(user).get_or_create(
        e164=e164, defaults={"user": user}
    )
    return number


def _transfer(number: PhoneNumber) -> None:
    """Somebody else has proven that it is theirs now. Nobody is told who."""
    number.status = Status.RELEASED
    number.released_at = timezone.now()
    heir = _step_down(number)
    number_history.record(number, Kind.TRANSFERRED)
    _recorded("sms.phonenumber.transfer", None, number)
    _tell(number.user, "phone_moved", number, heir=heir and display(heir.e164))


def _step_down(number: PhoneNumber) -> PhoneNumber | None:
    """Save a number that is verified no more. Who takes its place as the primary one, if
    it was that: the next oldest."""
    was_primary, number.is_primary = number.is_primary, False
    number.save()
    heir = primary(number.user) if was_primary else None
    if heir is not None:
        heir.is_primary = True
        heir.save(update_fields=["is_primary"])
    return heir


def _tell(user: User, letter: str, number: PhoneNumber, **facts: Any) -> None:
    """Texts from a phone are taken for its owner's: whoever changes that is noticed."""
    phones_url = letters.public(PAGE)
    shown = display(number.e164)
    letters.tell(user, letter, number=shown, phones_url=phones_url, **facts)


def _recorded(action: str, actor: User | None, number: PhoneNumber) -> None:
    audit.done(
        action,
        actor=actor,
        subject=number.user,
        obj=number,
        private={"number": number.e164},
    )
