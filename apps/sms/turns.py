"""From the texts that wait in a lane to the one answer they get.

Three steps, each safe to repeat after a crash: `begin` takes the texts, the answerer
thinks (outside any transaction; its tools are idempotent per turn), `finish` writes
the reply and closes the turn together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Protocol, cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext, gettext_noop

from apps.accounts.models import User
from apps.core import languages, prepared
from apps.core.errors import AppError, TooMany, Unavailable
from apps.core.logs import logger
from apps.core.request_ids import bound
from apps.rbac import audit
from apps.rbac.limits import Limits
from apps.sms import (
    aftermath,
    composer,
    cooling,
    dialing,
    lanes,
    linking,
    loops,
    media,
    numbers,
    outbox,
    pacing,
    sender,
    strangers,
)
from apps.sms.lanes import Lease
from apps.sms.linking import Redeemed
from apps.sms.models import InboundText, Lane, OutboundText, Pot, Turn
from apps.sms.models.inbound import WEB
from apps.sms.money import telling
from apps.sms.money import texts as money
from apps.sms.money.budgets import OverBudget

Silence = Turn.Silence

# A turn that has failed or killed its worker this often gets an honest sentence.
GIVE_UP_AFTER = 5
SORRY = gettext_noop(
    "Sorry, I could not work on that. Nothing is lost: your text is kept, and we have "
    "been told. Please try again later."
)
# With all that waits up to a text: a list of them would be planned anew each time. A turn
# that is undone was none: whatever its answer does comes to the disk after it.
_TAKE = f"""
WITH opened AS ({prepared.insertion(Turn)} RETURNING id, number), taken AS (
    UPDATE sms_inboundtext SET turn_id = opened.id FROM opened
    WHERE sms_inboundtext.lane_id = %s AND turn_id IS NULL
      AND sms_inboundtext.id <= %s
)
SELECT id, {loops.REPLIES.format(turn="opened")}, {prepared.LAZILY} FROM opened
"""
_WAITING = (
    f"SELECT {pacing.STARTED}, {prepared.columns(InboundText)} FROM sms_inboundtext"
    " WHERE lane_id = %s AND turn_id IS NULL ORDER BY id"
)
# Whoever holds the phone learns no more than that.
FROZEN = gettext_noop("This account is frozen, so I do nothing. To come back:")


@dataclass(frozen=True)
class Answer:
    """What to reply. `settle` runs in the transaction that finishes the turn. `trail`
    says how each text was understood, in none of its own words. Markdown is taken out of
    `body`, unless it `is_literal`: our own sentences and the person's own words."""

    body: str
    settle: Callable[[], None] = field(default=lambda: None)
    trail: tuple[str, ...] = ()
    is_literal: bool = False


class Answerer(Protocol):
    """The assistant, named by `SMS_ANSWERER`. May be called again for the same turn."""

    def __call__(self, turn: Turn, texts: Sequence[InboundText]) -> Answer: ...


@lru_cache(maxsize=1)
def answerer() -> Answerer:
    found: Answerer = import_string(settings.SMS_ANSWERER)
    return found


@dataclass(frozen=True)
class Begun:
    """A turn in a worker's hands, with its texts. `is_afforded`: its answer was set aside
    this very moment. `replies`: how many its phone has had lately, where it was asked
    (loops.py)."""

    turn: Turn
    texts: list[InboundText]
    is_afforded: bool = False
    replies: Sequence[int] | None = None


def work(lease: Lease) -> Lease:
    """What is to do in a lane now: send, answer, send. Texts that came meanwhile make it
    due again, behind those of others."""
    if lease.is_sending:
        lease = sender.flush(lease)
    if begun := begin(lease):
        with bound(begun.turn.request_id, "turn"):
            lease = lanes.fresh(lease)
            if reply := _answer(lease, begun):
                sender.hand_over(lease, reply)
                return lease
        lease = sender.flush(lease)
    return lease


@transaction.atomic
def begin(lease: Lease) -> Begun | None:
    """Take all waiting texts into a turn, or take up the one a dead worker left."""
    lane, open_id = lanes.hold_with_turn(lease)
    return _left(lane, open_id) if open_id else _opened(lane)


def _left(lane: Lane, open_id: int) -> Begun:
    turn = lane.turns.select_related("user").get(pk=open_id)
    is_theirs = turn.is_web or numbers.owner_id(turn.number) == turn.user_id
    if turn.user_id is not None and not is_theirs:
        # Given up, or somebody else's by now, while the text waited.
        turn.user = None
    turn.attempts += 1
    prepared.update(turn, "attempts", "user")
    return Begun(turn, list(turn.texts.order_by("id")))


def _opened(lane: Lane) -> Begun | None:
    texts, started = _waiting(lane)
    if not texts:
        return None
    last = texts[-1]
    if pacing.after(started, last.our_number) > timezone.now():
        return None
    user, of_role = _speaker(lane, last) or (None, None)
    turn = Turn(
        lane=lane,
        user=user,
        number=last.number,
        our_number=last.our_number,
        request_id=last.request_id,
        started_at=timezone.now(),
        attempts=1,
    )
    taken = [*prepared.given(turn), lane.pk, last.pk, *loops.asked()]
    ((turn.pk, replies, _),) = prepared.rows(_TAKE, taken)
    prepared.kept(turn)
    media.expect(texts)
    spoken = [text for text in texts if not text.keyword]
    is_answered = not _silence(turn, spoken)
    is_afforded = turn.is_web or money.opened(
        turn, texts, of_role, is_answered=is_answered
    )
    with bound(turn.request_id, "turn begins"):
        logger.info("turn_began", turn=turn.pk, texts=[text.pk for text in texts])
    return Begun(turn, texts, is_afforded, replies)


def _speaker(lane: Lane, text: InboundText) -> tuple[User, Limits | None] | None:
    """Who it is, with their limits where their answers cost. Nobody where the number was
    given up, or is somebody else's, since the text came."""
    if lane.user_id is None:
        return None
    if text.our_number == WEB:
        return cast(User, lane.user), None
    return numbers.owner(text.number, lane.user_id)


def _waiting(lane: Lane) -> tuple[list[InboundText], datetime | None]:
    """What is answered next, and when the turn began that it may have to wait for."""
    found = prepared.rows(_WAITING, [*pacing.asked(lane), lane.pk])
    texts = [prepared.made(InboundText, row) for _, *row in found]
    return _together(lane, texts), found[0][0] if found else None


def _together(lane: Lane, texts: list[InboundText]) -> list[InboundText]:
    """All open texts, up to where another phone of the person begins: an answer goes
    to one phone. Texts behind a LINK wait too: by then they may be another person's. So
    may it be itself: what a person texted before it is answered first.
    """
    for position, text in enumerate(texts):
        if (text.number, text.our_number) != (texts[0].number, texts[0].our_number):
            return texts[:position]
        if linking.WORDING.found_in(text.body) or cooling.WORDING.found_in(text.body):
            is_alone = lane.user_id is not None and position > 0
            return texts[: position if is_alone else position + 1]
    return texts


def _answer(lease: Lease, begun: Begun) -> OutboundText | None:
    """The reply where it is to be handed over now; others wait in their lane."""
    turn = begun.turn
    spoken = [text for text in begun.texts if not text.keyword]
    if silence := _silence(turn, spoken):
        return finish(lease, turn, silence=silence)
    if turn.is_web:
        return finish(lease, turn, _answer_on_the_web(lease, turn, spoken))
    if loops.is_loop(turn, spoken[-1].body, begun.replies):
        told = loops.was_told(turn)
        silence = Silence.LOOP if told else Silence.NONE
        return finish(lease, turn, Answer(loops.SLOW_DOWN), silence=silence)
    over = None if begun.is_afforded else _over_budget(turn)
    if turn.attempts <= GIVE_UP_AFTER and (proof := _proof(turn, spoken[-1].body)):
        return _redeem(lease, turn, proof, over)
    if over:
        return _say_over_budget(lease, turn, over)
    if turn.attempts > GIVE_UP_AFTER:
        return finish(lease, turn, Answer(_said(turn, SORRY)))
    if turn.user and turn.user.frozen_at is not None:
        return finish(
            lease, turn, Answer(f"{_said(turn, FROZEN)} {settings.PUBLIC_URL}")
        )
    if turn.user:
        answer = _answer_person(lease, turn, spoken)
        return finish(lease, turn, answer, at_once=sender.is_free(lease))
    if linking.is_try(spoken[-1].body):
        return _redeem(lease, turn, Proof("", linking.redeem), over)
    if guidance := strangers.guidance(turn):
        return finish(lease, turn, Answer(guidance), kind=OutboundText.Kind.GUIDANCE)
    return finish(lease, turn, silence=Silence.GUIDED)


def _answer_on_the_web(lease: Lease, turn: Turn, spoken: list[InboundText]) -> Answer:
    if turn.attempts > GIVE_UP_AFTER:
        return Answer(_said(turn, SORRY))
    if turn.user and turn.user.frozen_at is not None:
        return Answer(f"{_said(turn, FROZEN)} {settings.PUBLIC_URL}")
    return _answer_person(lease, turn, spoken)


def _said(turn: Turn, sentence: str) -> str:
    """In the language of whoever it is."""
    with languages.speaking(turn.user.locale if turn.user else languages.ENGLISH):
        return gettext(sentence)


def _silence(turn: Turn, spoken: list[InboundText]) -> str:
    """Why this turn gets no reply, if it gets none."""
    if not spoken:
        return Silence.KEYWORD
    if turn.is_web:
        return Silence.NONE if turn.user and turn.user.is_active else Silence.INACTIVE
    if not numbers.is_phone(turn.number):
        return Silence.NOT_A_PERSON
    if dialing.refusal(turn.number):
        return Silence.NOT_TEXTED
    if turn.user and not turn.user.is_active:
        return Silence.INACTIVE
    return Silence.NONE


class Proof(NamedTuple):
    """Words that prove a phone, and what is done about them. `guessed` are those that may
    hit anybody's."""

    words: str
    redeem: Callable[..., Redeemed]
    guessed: str = ""


def _proof(turn: Turn, body: str) -> Proof | None:
    if turn.user and turn.user.frozen_at is not None:
        return None
    if kept := cooling.WORDING.found_in(body):
        return Proof(kept, cooling.take_back)
    if words := linking.WORDING.found_in(body):
        return Proof(words, linking.redeem, guessed=words)
    return None


def _over_budget(turn: Turn, pot: str = "") -> OverBudget | None:
    try:
        money.admit(turn, pot)
    except OverBudget as over:
        return over
    return None


def _say_over_budget(lease: Lease, turn: Turn, over: OverBudget) -> OutboundText | None:
    """Once for as long as it lasts, and nothing to strangers. Who cannot be texted finds it
    on the website, and is written to."""
    if turn.user is None:
        return finish(lease, turn, silence=Silence.UNTOLD)
    if telling.was_told(turn.user, over):
        return finish(lease, turn, silence=Silence.OVER_BUDGET)
    if telling.was_tried(turn.user, over) or _over_budget(turn, Pot.SECURITY):
        with transaction.atomic():
            aftermath.write_unanswered(turn.user)
            return finish(lease, turn, silence=Silence.UNTOLD)
    return finish(
        lease,
        turn,
        Answer(telling.words(turn.user, over)),
        kind=OutboundText.Kind.NOTICE,
        dedupe_key=telling.mark(turn.user, over),
    )


def _answer_person(lease: Lease, turn: Turn, spoken: list[InboundText]) -> Answer:
    try:
        with lanes.kept(lease), audit.collecting(is_early=True):
            return answerer()(turn, spoken)
    except AppError as error:
        return Answer(error.sentence, is_literal=True)


def _redeem(
    lease: Lease, turn: Turn, proof: Proof, over: OverBudget | None
) -> OutboundText | None:
    """Somebody texts words that prove a phone: by the end of the turn it may be another
    person's. It is done also beyond the budgets, and then told out of what is kept for
    security. All else is told like other texts of whoever sent it: anybody may make up
    words, and must not use up the codes of others."""
    try:
        # Counting needs Redis: before the transaction, never inside it.
        counted = linking.charge(words=proof.guessed, number=turn.number)
    except TooMany as refused:
        if over:
            return _say_over_budget(lease, turn, over)
        told = strangers.was_told(turn, refused.sentence)
        silence = Silence.GUIDED if told else Silence.NONE
        return finish(lease, turn, Answer(refused.sentence), silence=silence)
    except Unavailable:
        # Redis being away is no fault of this turn.
        Turn.objects.filter(pk=turn.pk).update(attempts=turn.attempts - 1)
        raise
    with transaction.atomic():
        # Before the lane of a person: see docs/texting.md, Locks.
        lanes.lock_number(turn.number)
        found = proof.redeem(words=proof.words, number=turn.number)
        lanes.hold(lease)
        strangers.adopt(turn)
        if over and found.is_done:
            over = _over_budget(turn, Pot.SECURITY)
        if over:
            reply = _say_over_budget(lease, turn, over)
        else:
            reply = finish(lease, turn, Answer(found.sentence))
    if found.were_right:
        counted.give_back()
    return reply


@transaction.atomic
def finish(
    lease: Lease,
    turn: Turn,
    answer: Answer | None = None,
    *,
    silence: str = Silence.NONE,
    kind: str = OutboundText.Kind.REPLY,
    dedupe_key: str | None = None,
    at_once: bool = False,
) -> OutboundText | None:
    """Close the turn with its reply, or with the reason why there is none.

    The reply is queued; or, `at_once` and if nothing is before it, the intent to hand it
    over is written with it, and it is returned.
    """
    lanes.hold(lease)
    text = None
    if answer:
        answer.settle()
        turn.trail = answer.trail
    standing = sender.standing(turn)
    if standing.is_out:
        silence = silence or Silence.OPTED_OUT
    turn.finished_at, turn.silence = timezone.now(), silence
    if answer and not silence:
        body = answer.body if answer.is_literal else composer.plain(answer.body)
        at_once = at_once and standing.is_next
        text = outbox.reply(
            turn, body, kind=kind, dedupe_key=dedupe_key, at_once=at_once
        )
    else:
        if not turn.is_web:
            money.silent(turn)
        prepared.update(turn, *Turn.CLOSING)
    logger.info("turn_finished", turn=turn.pk, silence=silence)
    return text if at_once else None
