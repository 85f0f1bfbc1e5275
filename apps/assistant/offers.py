"""Offers to share: made to an address, accepted or turned down by whose it is.

Whoever offers is told the same whether or not the address belongs to somebody here. The
text and the letter about an offer have no words of the person who offers: what it is
called stands in SHARES and on the page.
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

from apps.accounts import letters, quiet_hours
from apps.accounts.models import User
from apps.assistant import phrases, shared
from apps.assistant.models import Block, Calendar, List, Note, Offer
from apps.assistant.shared import Thing
from apps.assistant.times import spoken
from apps.core import errors
from apps.core.kinds import job
from apps.jobs import jobs
from apps.rbac import audit, shares
from apps.sms import numbers, outbox
from apps.sms.models import PhoneNumber

Level, State = Offer.Level, Offer.State
CATEGORY = "offers"
DAY, WEEK = timedelta(days=1), timedelta(days=7)
# Of one person: a family and a club in a day; three times to whom does not answer.
MOST_A_DAY, MOST_TO_ONE_A_WEEK = 20, 3
# To one person, by whoever: more stand on the page alone.
MOST_TOLD_A_DAY = 3
MOST_SHOWN = 20
KINDS = {"list": "a_list", "note": "a_note", "calendar": "a_calendar"}
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_IN_NUMBERS = re.compile(r"[\s().-]")


def address(said: str) -> str:
    """A mail address or a number as it is compared. Raises errors.Invalid."""
    said = said.strip().strip("<>").lower()
    number = _IN_NUMBERS.sub("", said)
    if _NUMBER.fullmatch(number):
        return number
    try:
        validate_email(said)
    except ValidationError:
        raise errors.Invalid(phrases.say("no_address")) from None
    return said


def calendar(user: User) -> Calendar:
    row, _ = Calendar.objects.get_or_create(user=user)
    return row


def make(*, by: User, thing: Thing, to: str, level: str) -> Offer:
    """Offer it. Whom the address belongs to, if anybody, hears of it once. The same
    offer made again is the one there is. Raises errors.Invalid, Forbidden, TooMany."""
    shared.insist_owns(by=by, row=thing)
    to, now = address(to), timezone.now()
    if level not in Level.values:
        raise errors.Invalid(phrases.say("which_level"))
    with transaction.atomic():
        User.objects.locked(by.pk)
        insist_may_make(by=by, thing=thing, to=to, level=level)
        person, about = _whose(to), {_name(thing): thing}
        same = _same(by, thing, to)
        if same and same.level == level:
            return same
        if same:
            _end(same, State.WITHDRAWN)
        row = Offer.objects.create(
            owner=by, person=person, address=to, level=level, **about
        )
        _recorded("offer", by, row, after={"to": level})
        if person:
            at = quiet_hours.end(person, now)
            jobs.enqueue(tell, row.pk, at=at, key=f"{row.pk}:{at or ''}")
    return row


def insist_may_make(*, by: User, thing: Thing, to: str, level: str) -> None:
    """Before anybody is asked for a yes, too. Raises errors.Invalid, Forbidden, TooMany."""
    shared.insist_owns(by=by, row=thing)
    person = _whose(to)
    if person and person.pk == by.pk:
        raise errors.Invalid(phrases.say("your_address"))
    same = _same(by, thing, to)
    if not same or same.level != level:
        _insist_not_too_often(by, to, timezone.now())


def _same(by: User, thing: Thing, to: str) -> Offer | None:
    rows = Offer.objects.filter(owner=by, address=to, **{_name(thing): thing})
    return rows.open(timezone.now()).first()


@receiver(post_save, sender=User)
def let_go(
    instance: User, update_fields: frozenset[str] | None = None, **_: object
) -> None:
    """What was held back is told at once, or at the new end."""
    if update_fields is None or not update_fields & quiet_hours.FIELDS:
        return
    now = timezone.now()
    at = quiet_hours.end(instance, now)
    held = Offer.objects.filter(person=instance, told_at=None).open(now)
    for pk in held.values_list("pk", flat=True):
        jobs.enqueue(tell, pk, at=at, key=f"{pk}:{at or now.isoformat()}")


def _insist_not_too_often(by: User, to: str, now: datetime) -> None:
    made = Offer.objects.filter(owner=by)
    if made.filter(created_at__gt=now - DAY).count() >= MOST_A_DAY:
        seconds = int(DAY.total_seconds())
        raise errors.TooMany(phrases.say("too_many_offers"), retry_after=seconds)
    to_one = made.filter(address=to, created_at__gt=now - WEEK).order_by("-created_at")
    if first := to_one[MOST_TO_ONE_A_WEEK - 1 : MOST_TO_ONE_A_WEEK].first():
        free_at = first.created_at + WEEK
        day = spoken.day(free_at, by.timezone, now=now)
        raise errors.TooMany(
            phrases.say("too_many_offers_to", to=to, count=MOST_TO_ONE_A_WEEK, day=day),
            retry_after=ceil((free_at - now).total_seconds()),
        )


def _whose(to: str) -> User | None:
    """Not by an address that was never proven to be theirs."""
    if to.startswith("+"):
        phone = PhoneNumber.objects.verified().filter(e164=to)
        return User.objects.filter(phone_numbers__in=phone).first()
    found = EmailAddress.objects.filter(email__iexact=to, verified=True)
    row = found.select_related("user").first()
    return row.user if row else None


@job("assistant.offer_told", seconds=60)
def tell(offer_id: int) -> str:
    """By text, or by letter who has no phone here. Run again, it is told once."""
    row = Offer.objects.select_related("owner", "person").filter(pk=offer_id).first()
    now = timezone.now()
    if row is None or row.person is None or row.told_at is not None:
        return "not to be told"
    person = row.person
    wanted = Offer.objects.to(person).open(now)
    if not wanted.filter(pk=row.pk).exists() or not person.is_active:
        return "not wanted any more"
    if at := quiet_hours.end(person, now):
        jobs.enqueue(tell, row.pk, at=at, key=f"{row.pk}:{at}")
        return "held back by quiet hours"
    with transaction.atomic():
        User.objects.locked(person.pk)
        told = Offer.objects.filter(person=person, told_at__gt=now - DAY).count()
        if told >= MOST_TOLD_A_DAY:
            return "told often enough today"
        if not Offer.objects.filter(pk=row.pk, told_at=None).update(told_at=now):
            return "told before"
        if _texted(row, person):
            return "texted"
        url = letters.public(reverse("portal:shares"))
        letters.tell(person, "offer", category=CATEGORY, place="", shares_url=url)
    return "written to"


def _texted(row: Offer, person: User) -> bool:
    if numbers.primary(person) is None:
        return False
    with phrases.spoken_in(phrases.of(person)):
        what = phrases.say(KINDS[_name(row.thing)])
        body = phrases.say("offer_told", who=row.owner.email, what=what)
    sent = outbox.queue(
        user=person, body=body, kind="reminder", dedupe_key=f"offer:{row.pk}"
    )
    return sent is not None and not sent.is_over_budget


def waiting(user: User) -> list[Offer]:
    """What is offered to this person."""
    rows = Offer.objects.to(user).open(timezone.now())
    return list(rows.select_related("owner", "list", "note", "calendar")[:MOST_SHOWN])


def made(user: User, thing: Thing | None = None) -> list[Offer]:
    """What this person offers and nobody has answered."""
    rows = Offer.objects.filter(owner=user).open(timezone.now())
    if thing is not None:
        rows = rows.filter(**{_name(thing): thing})
    return list(rows.select_related("list", "note", "calendar")[:MOST_SHOWN])


def get(*, user: User, public_id: str) -> Offer:
    """One to this person. Raises errors.NotFound."""
    try:
        rows = Offer.objects.to(user).open(timezone.now()).select_related("owner")
        return rows.get(public_id=uuid.UUID(public_id))
    except (ValueError, Offer.DoesNotExist):
        raise errors.NotFound(phrases.say("no_offer")) from None


def own(*, user: User, public_id: str) -> Offer:
    """One that this person made. Raises errors.NotFound."""
    try:
        rows = Offer.objects.filter(owner=user).open(timezone.now())
        return rows.get(public_id=uuid.UUID(public_id))
    except (ValueError, Offer.DoesNotExist):
        raise errors.NotFound(phrases.say("no_offer")) from None


def accept(*, user: User, row: Offer) -> Thing:
    """It is among theirs from now on. Raises errors.NotFound for what is over."""
    with transaction.atomic():
        row = _locked(user, row)
        thing = row.thing
        if user.pk == row.owner_id:
            raise errors.Invalid(phrases.say("your_address"))
        shares.share(by=row.owner, obj=thing, user=user, level=row.level)
        _end(row, State.ACCEPTED, person=user)
        _recorded("accept", user, row, after={"to": row.level})
    return thing


def decline(*, user: User, row: Offer) -> None:
    """Raises errors.NotFound for what is over."""
    with transaction.atomic():
        row = _locked(user, row)
        _end(row, State.DECLINED, person=user)
        _recorded("decline", user, row)


def block(*, user: User, row: Offer) -> None:
    """Turn it down, and whatever its owner offers from now on is not seen. What they
    share already is left."""
    with transaction.atomic():
        decline(user=user, row=row)
        Block.objects.get_or_create(user=user, blocked=row.owner)
        audit.done("assistant.block.add", actor=user, after={"person": row.owner_id})
        for share in shared.received(user):
            if share.thing.user_id == row.owner_id:
                shared.revoke(by=user, thing=share.thing, person=user)


def blocked(user: User) -> list[User]:
    """Whose offers they do not see."""
    rows = Block.objects.filter(user=user).select_related("blocked").order_by("pk")
    return [row.blocked for row in rows]


def one_blocked(user: User, public_id: uuid.UUID) -> User:
    """Raises NotFound."""
    for each in blocked(user):
        if each.public_id == public_id:
            return each
    raise errors.NotFound


def unblock(*, user: User, person: User) -> None:
    with transaction.atomic():
        gone, _ = Block.objects.filter(user=user, blocked=person).delete()
        if gone:
            audit.done(
                "assistant.block.delete", actor=user, before={"person": person.pk}
            )


def withdraw(*, by: User, row: Offer) -> None:
    """Raises errors.NotFound where it was answered meanwhile."""
    with transaction.atomic():
        rows = Offer.objects.filter(owner=by, state=State.OPEN).select_for_update()
        if (found := rows.filter(pk=row.pk).first()) is None:
            raise errors.NotFound(phrases.say("no_offer"))
        _end(found, State.WITHDRAWN)
        _recorded("withdraw", by, found)


def _locked(user: User, row: Offer) -> Offer:
    rows = Offer.objects.to(user).open(timezone.now())
    locked = rows.select_for_update(of=("self",)).filter(pk=row.pk)
    found = locked.select_related("owner").first()
    if found is None:
        raise errors.NotFound(phrases.say("no_offer"))
    return found


def _end(row: Offer, state: str, *, person: User | None = None) -> None:
    row.state, row.ended_at = state, timezone.now()
    row.person = person or row.person
    row.save(update_fields=["state", "ended_at", "person"])


def _name(thing: Thing) -> str:
    return {List: "list", Note: "note", Calendar: "calendar"}[type(thing)]


def _recorded(verb: str, by: User, row: Offer, **details: Any) -> None:
    thing = row.thing
    audit.done(
        f"{thing._meta.label_lower}.{verb}",
        actor=by,
        subject=row.owner_id,
        obj=thing,
        **details,
    )
