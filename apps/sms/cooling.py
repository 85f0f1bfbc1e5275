"""When texts go to another phone, the one before is told, and for a day it counts.

Whoever sits at somebody's open session could link a phone of their own and silence the
owner's. So what matters to security goes to both for 24 hours, and the phone before can
take itself back by texting the words it was told.

Not when a second factor was proven for the change: then the words would only help who
has stolen the phone. Nor when the phone is the newer one: then they would help who has
linked it, against an owner who goes back to the one of before.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts import fresh_auth, letters
from apps.accounts.models import User
from apps.core import languages, vault
from apps.core.errors import AppError
from apps.sms import lanes, linking, numbers, outbox
from apps.sms.linking import Redeemed
from apps.sms.models import Lane, OutboundText, PhoneChange, PhoneNumber
from apps.sms.words import FIRST, SECOND, THIRD, Wording

_PURPOSE = "sms.phone_change"
# Good from one phone alone, so three of 128 words: the 120 tries that the limit on
# linking leaves a phone in a day find one in 17,000.
WORDING = Wording("keep", FIRST, SECOND, THIRD)
WRONG = "Those words do not fit or are too old. See Phones on the website."


@transaction.atomic
def choose(*, user: User, public_id: str) -> PhoneNumber:
    """Text this person at this number from now on. Raises like `numbers.make_primary`."""
    lane = lanes.lock_person(user)
    before = numbers.primary(user)
    number = numbers.make_primary(user=user, public_id=public_id)
    if before is not None and before.pk != number.pk:
        _begin(lane, before, "phone_chosen", last=number.e164[-4:])
    return number


@transaction.atomic
def give_up(*, user: User, public_id: str) -> PhoneNumber:
    """Raises like `numbers.release`."""
    lane = lanes.lock_person(user)
    was_verified = numbers.own(user, public_id).is_verified
    number = numbers.release(user=user, public_id=public_id)
    if was_verified:
        _begin(lane, number, "phone_removed")
    return number


def going_on(user: User) -> list[PhoneChange]:
    """Changes that are not a day old, with their phones."""
    found = PhoneChange.objects.owned_by(user).open().select_related("phone", "user")
    return list(found.order_by("pk"))


@transaction.atomic
def warn(*, user: User, body: str, dedupe_key: str) -> None:
    """What matters to security: to the primary phone, and to one that was it until
    lately or is on the list no more, unless it is somebody else's by now. Also beyond the
    budgets."""
    lane, kind = lanes.lock_person(user), OutboundText.Kind.NOTICE
    outbox.queue(
        user=user, body=body, kind=kind, dedupe_key=dedupe_key, must_arrive=True
    )
    primary = numbers.primary(user)
    told = {primary.e164} if primary else set()
    for change in going_on(user):
        number = change.phone.e164
        if number in told or numbers.owner_id(number) not in (None, user.pk):
            continue
        told.add(number)
        outbox.tell(
            lane=lane,
            number=number,
            body=body,
            kind=kind,
            dedupe_key=f"{dedupe_key}:{change.phone_id}",
            must_arrive=True,
        )


def forget(user: User) -> None:
    """Nothing that was told undoes a change any more, and no phone of before is told
    what goes on."""
    PhoneChange.objects.owned_by(user).open().update(ends_at=timezone.now())


def take_back(*, words: str, number: str) -> Redeemed:
    """Undo what `number` was told of with `words`.

    Belongs into the transaction that holds the number's lane.
    """
    told = PhoneChange.objects.open().filter(
        digest__in=vault.digests(words, purpose=_PURPOSE), phone__e164=number
    )
    owner_id = told.values_list("user_id", flat=True).first()
    if owner_id is None:
        return Redeemed(WRONG)
    # Whoever else ends or undoes it holds this too. The row itself is left alone until
    # `restore` has the person's lane: whoever changes phones has that first.
    user = User.objects.locked(owner_id)
    change = told.select_related("phone").first()
    if change is None or not user.is_active or user.frozen_at:
        return Redeemed(WRONG)
    if not user.is_password_mark(change.password_mark):
        return Redeemed(WRONG)
    since = change.created_at - PhoneChange.COOLING
    try:
        numbers.restore(user=user, number=change.phone, newer_than=since)
    except AppError as error:
        return Redeemed(error.sentence, were_right=True)
    change.undone_at = timezone.now()
    change.save(update_fields=["undone_at"])
    linking.forget(user)
    with languages.speaking(user.locale):
        said = gettext(
            "This is your main phone again. Choose a new password now, by the letter "
            "we sent."
        )
    return Redeemed(said, were_right=True, is_done=True)


def _begin(lane: Lane, phone: PhoneNumber, notice: str, **facts: str) -> None:
    """Tell the phone, once within a day, whatever was spent: its words stay good until
    the end."""
    user = phone.user
    ends_at = timezone.now() + PhoneChange.COOLING
    own = PhoneChange.objects.owned_by(user).filter(phone=phone)
    latest = own.open().order_by("pk").last()
    if latest and user.is_password_mark(latest.password_mark):
        latest.ends_at = ends_at
        latest.save(update_fields=["ends_at"])
        return
    words = WORDING.new() if _may_take_itself_back(phone) else ""
    change = PhoneChange.objects.create(
        user=user,
        phone=phone,
        digest=vault.digests(words, purpose=_PURPOSE)[0] if words else "",
        password_mark=user.password_mark,
        ends_at=ends_at,
    )
    shown = {"words": words, "url": letters.public(numbers.PAGE), **facts}
    with languages.speaking(user.locale):
        body = languages.text(notice, shown)
    outbox.tell(
        lane=lane,
        number=phone.e164,
        body=body,
        secret=words,
        kind=OutboundText.Kind.NOTICE,
        dedupe_key=f"phone-change:{change.pk}",
        must_arrive=True,
    )


def _may_take_itself_back(phone: PhoneNumber) -> bool:
    """Whether it is a phone of before: not one of the last day, nor newer than the main
    one of now, nor one that took itself back under a password that was changed since.
    """
    user, main = phone.user, numbers.primary(phone.user)
    now, proven_at = timezone.now(), phone.verified_at
    if fresh_auth.has_second_factor(user) or proven_at is None:
        return False
    if proven_at > now - PhoneChange.COOLING:
        return False
    if main and main.verified_at and main.verified_at < proven_at:
        return False
    undone = PhoneChange.objects.owned_by(user).filter(
        phone=phone, undone_at__gt=now - PhoneChange.COOLING
    )
    return all(user.is_password_mark(each.password_mark) for each in undone)
