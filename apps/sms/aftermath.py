"""When a text did not arrive: once more where that may help, else by another way.

A phone that was off gets the same words again, later and as a new text: the first has
been paid for and may still come. What will not arrive stands in the conversation, and
its person is written to, once a day at most.
"""

import random
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts import letters
from apps.accounts.models import User
from apps.core import languages
from apps.core.kinds import Queue, job
from apps.core.logs import logger
from apps.jobs import jobs
from apps.sms import confidential, lanes, numbers, optouts, troubles
from apps.sms.models import Lane, OutboundText
from apps.sms.money import texts
from apps.sms.money.budgets import OverBudget

Kind, State = OutboundText.Kind, OutboundText.State

# Twice, as Twilio advises for a phone that is out of reach.
MOST_AGAIN = 2
AGAIN_AFTER = timedelta(minutes=10)
# What a person waits for; a code is dead by then, a stranger is guided once.
_WORTH_IT = frozenset({Kind.REPLY.value, Kind.REMINDER.value, Kind.NOTICE.value})

_ARRIVED = (OutboundText.Delivery.DELIVERED, OutboundText.Delivery.READ)
# They gave the number up, or said STOP there.
_THEIR_WISH = frozenset({"released", "opted_out", "21610"})


def follow(text: OutboundText) -> None:
    """It has failed for good. Belongs into the transaction that notes this."""
    if text.kind not in _WORTH_IT or text.user_id is None:
        return
    if _may_help(text):
        wait = AGAIN_AFTER * (text.again + 1) * random.uniform(0.8, 1.2)
        jobs.enqueue(once_more, text.pk, key=str(text.ref), after=wait)
    elif text.kind != Kind.NOTICE and text.error_code not in _THEIR_WISH:
        # Of a notice there is a letter already.
        _write_instead(text)


@job("sms.once_more", queue=Queue.MESSAGES, seconds=30)
def once_more(text_id: int) -> None:
    """The same words in a new text, if its person can still be texted there."""
    with transaction.atomic():
        text = OutboundText.objects.select_related("user").filter(pk=text_id).first()
        if text is None or text.user is None:
            return
        lane = lanes.lock_person(text.user)
        again = _again(text, lane)
        if not _is_wanted(text) or _exists(again):
            logger.info("sms_not_again", text=str(text.ref))
            return
        try:
            with transaction.atomic():
                again.save()
                texts.reserve(again)
        except OverBudget:
            return _write_instead(text)
        lanes.wake(lane)
        logger.info("sms_again", text=str(again.ref), first=str(text.ref))


@job("sms.write_instead", queue=Queue.MAIL, seconds=60)
def write(text_id: int) -> None:
    """A letter that something waits in the conversation, and what its reader can do."""
    text = OutboundText.objects.select_related("user").filter(pk=text_id).first()
    if text is None or text.user is None or not text.user.is_active:
        return
    with languages.speaking(text.user.locale):
        letters.tell(
            text.user,
            "text_undelivered",
            category="texts",
            number=numbers.display(text.number),
            why=troubles.in_words(text.error_code),
            next_step=troubles.of(text.error_code).for_person,
            conversation_url=_conversation(),
        )


def _write_instead(text: OutboundText) -> None:
    day = timezone.now().date()
    jobs.enqueue(write, text.pk, key=f"{text.user_id}:{day}")


def write_unanswered(user: User) -> None:
    """Their text got no answer, and none could tell why. Belongs into the transaction
    that notes this."""
    day = timezone.now().date()
    jobs.enqueue(write_why, user.pk, key=f"{user.pk}:{day}")


@job("sms.write_why", queue=Queue.MAIL, seconds=60)
def write_why(user_id: int) -> None:
    """A letter that texts are not answered because of a budget."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    letters.tell(
        user, "texts_unanswered", category="texts", conversation_url=_conversation()
    )


def _conversation() -> str:
    return letters.public(f"{settings.LOGIN_REDIRECT_URL}conversation/")


def _may_help(text: OutboundText) -> bool:
    later = troubles.of(text.error_code).retry == troubles.Retry.LATER
    return later and text.again < MOST_AGAIN


def _is_wanted(text: OutboundText) -> bool:
    """Not if it came after all, or its person cannot or may not be texted there."""
    if text.delivery not in (
        OutboundText.Delivery.UNDELIVERED,
        OutboundText.Delivery.FAILED,
    ):
        return False
    # The first end counts (delivery.py), and a phone may have come on since.
    if text.events.filter(status__in=_ARRIVED).exists():
        return False
    if text.user is None or not text.user.is_active or text.user.frozen_at:
        return False
    if optouts.is_out(number=text.number, our_number=text.our_number):
        return False
    return numbers.owner_id(text.number) == text.user_id


def _exists(text: OutboundText) -> bool:
    return OutboundText.objects.filter(dedupe_key=text.dedupe_key).exists()


def _again(text: OutboundText, lane: Lane) -> OutboundText:
    assert not text.sealed, "what is sealed is never sent again"
    return OutboundText(
        lane=lane,
        user=text.user,
        dedupe_key=f"again:{text.ref}",
        again=text.again + 1,
        kind=text.kind,
        number=text.number,
        country=text.country,
        our_number=text.our_number,
        body=confidential.words(text),
        encoding=text.encoding,
        segments=text.segments,
        request_id=text.request_id,
    )
