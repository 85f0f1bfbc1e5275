"""Proving a phone by a code that is texted to it, where words are not wanted.

Whoever asks is answered the same whether the number is free, somebody else's, has opted
out or is not reached. Texts cost money, and whoever is paid for them signs up by the
thousand: so each is counted by person, number, area and all together, and an area where
hardly any code is ever typed gets none.
"""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.accounts import guessing
from apps.accounts.models import User
from apps.core import languages
from apps.core.errors import AppError, Conflict, Invalid, TooMany, Unavailable
from apps.core.limits import charge_all
from apps.sms import areas, composer, dialing, lanes, line_types, numbers, outbox
from apps.sms.models import NumberEvent, OutboundText, PhoneNumber, TextedCode
from apps.sms.models.proofs import code_digests

# Before the second text, the third and each after it.
PAUSES = (30, 60, 120)
DAY = timedelta(days=1)
# Of so many codes of a day to one area, fewer than these are typed: nobody reads them.
WATCHED, CONFIRMED_AT_LEAST = 50, 10
# A carrier takes up to a minute, and a person another one.
NOT_YET = timedelta(minutes=2)

WRONG = gettext_noop("That is not the code we texted.")
OVER = gettext_noop("That code is too old or was tried too often. Get a new one.")
PAUSED = gettext_noop("We text no codes there for now. Text us the words instead.")


def send(*, user: User, public_id: str) -> PhoneNumber:
    """Text a new code to a number on the person's list; the one before is dead.

    Raises `Invalid` for a number that is not texted, `Conflict` for one that is linked
    and not in doubt, `TooMany`, `Unavailable`.
    """
    number = numbers.own(user, public_id)
    if number.is_verified and not number.doubt:
        raise Conflict(gettext("This phone is linked already."))
    dialing.insist(number.e164)
    area = areas.area(number.e164)
    if is_pumped(area):
        raise Unavailable(gettext(PAUSED))
    _insist_paused(number)
    counted = charge_all(
        (guessing.LINK_TEXTS_PER_PERSON, str(user.pk)),
        (guessing.LINK_TEXTS_PER_NUMBER, number.e164),
        (guessing.LINK_TEXTS_PER_AREA, area),
        (guessing.LINK_TEXTS_A_DAY, ""),
    )
    # Twilio is paid for the look: a try that ends here counts.
    line_types.insist_texts(number)
    try:
        _send(user, number, area)
    except AppError:
        counted.give_back()
        raise
    return number


def check(*, user: User, public_id: str, code: str) -> PhoneNumber:
    """Link the number if this is its code. Raises `Invalid`, or `Conflict` while it is
    somebody else's."""
    number = numbers.own(user, public_id)
    sent = live(number)
    # Counted before it is looked at, and for good.
    if sent is None or not _open(sent).update(attempts=F("attempts") + 1):
        raise Invalid(gettext(OVER))
    if not sent.is_code(code):
        raise Invalid(gettext(WRONG if sent.attempts + 1 < TextedCode.TRIES else OVER))
    with transaction.atomic():
        lanes.lock_number(number.e164)
        user = User.objects.locked(user.pk)
        is_theirs = user.is_password_mark(sent.password_mark)
        if not is_theirs or not user.is_active or user.frozen_at:
            raise Invalid(gettext(OVER))
        used = TextedCode.objects.filter(pk=sent.pk, confirmed_at=None)
        if not used.update(confirmed_at=timezone.now()):
            raise Invalid(gettext(OVER))
        how = NumberEvent.Kind.BY_CODE
        return numbers.verify(user=user, e164=number.e164, how=how)


def live(number: PhoneNumber) -> TextedCode | None:
    """The code that would be taken now, if there is one."""
    newest = TextedCode.objects.filter(phone=number).order_by("-id").first()
    if newest is None or not _open(newest).exists():
        return None
    return newest


def awaited(several: Iterable[PhoneNumber]) -> set[int]:
    """Those of several, by their ids, whose code would be taken now."""
    codes = TextedCode.objects.filter(phone__in=[each.pk for each in several])
    newest = codes.order_by("phone", "-id").distinct("phone")
    return {sent.phone_id for sent in newest if sent.is_open(timezone.now())}


def forget(user: User) -> None:
    """No code links a phone to this person any more, until a new one is sent. What was
    sent still counts."""
    TextedCode.objects.filter(user=user).update(expires_at=timezone.now())


def is_pumped(area: str) -> bool:
    """Whether codes go to this area and hardly any is typed. Ends by itself when the
    codes are a day old."""
    latest = _of_today().filter(area=area).order_by("-id")
    states = list(latest.values_list("confirmed_at", flat=True)[:WATCHED])
    if len(states) < WATCHED:
        return False
    return sum(at is not None for at in states) < CONFIRMED_AT_LEAST


def pumped_areas() -> list[str]:
    busy = _of_today().values("area").annotate(texts=Count("id")).order_by()
    areas = busy.filter(texts__gte=WATCHED).values_list("area", flat=True)
    return [area for area in areas if is_pumped(area)]


def words(code: str, purpose: str) -> str:
    """One segment, with the line that binds the code to our site if it still fits
    (https://wicg.github.io/sms-one-time-codes)."""
    given = {
        "code": code,
        "purpose": purpose,
        "domain": urlsplit(settings.PUBLIC_URL).hostname,
    }
    body = languages.text("code", given)
    # As it leaves, without the accents that would cost a segment.
    if composer.count(composer.literal(body)).segments > 1:
        body = body.rpartition("\n\n")[0]
    return body


@transaction.atomic
def _send(user: User, number: PhoneNumber, area: str) -> None:
    # Of two who ask at the same moment one waits here, and then has to pause.
    lane = lanes.lock_number(number.e164)
    _insist_paused(number)
    code = f"{secrets.randbelow(10**6):06}"
    sent = TextedCode.objects.create(
        user=user,
        phone=number,
        area=area,
        digest=code_digests(number.pk, code)[0],
        password_mark=user.password_mark,
        expires_at=timezone.now() + TextedCode.GOOD_FOR,
    )
    with languages.speaking(user.locale):
        body = words(code, "link")
    is_coming = outbox.tell(
        lane=lane,
        number=number.e164,
        kind=OutboundText.Kind.CODE,
        body=body,
        secret=code,
        dedupe_key=f"link:{sent.pk}",
    )
    if not is_coming:
        raise Unavailable(gettext(PAUSED))


def _insist_paused(number: PhoneNumber) -> None:
    """Raises `TooMany` while the text before is on its way."""
    since = timezone.now() - DAY
    sent = TextedCode.objects.filter(phone=number, created_at__gt=since)
    times = list(sent.order_by("-id").values_list("created_at", flat=True))
    if not times:
        return
    pause = PAUSES[min(len(times), len(PAUSES)) - 1]
    waited = (timezone.now() - times[0]).total_seconds()
    if waited < pause:
        raise TooMany(
            gettext("A text takes a moment. Ask again when it should have come."),
            retry_after=int(pause - waited) + 1,
        )


def _open(sent: TextedCode) -> "QuerySet[TextedCode]":
    return TextedCode.objects.filter(
        pk=sent.pk,
        attempts__lt=TextedCode.TRIES,
        confirmed_at=None,
        expires_at__gt=timezone.now(),
    )


def _of_today() -> "QuerySet[TextedCode]":
    now = timezone.now()
    return TextedCode.objects.filter(
        created_at__gt=now - DAY, created_at__lt=now - NOT_YET
    )
