"""From the texts that wait in a lane to the one answer they get.

Three steps, each safe to repeat after a crash: `begin` takes the texts, the answerer
thinks (outside any transaction; its tools are idempotent per turn), `finish` writes
the reply and closes the turn together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.core import prepared
from apps.core.errors import AppError, TooMany, Unavailable
from apps.core.logs import logger
from apps.core.request_ids import bound
from apps.sms import (
    composer,
    cooling,
    dialing,
    lanes,
    linking,
    loops,
    media,
    numbers,
    optouts,
    outbox,
    pacing,
    sender,
    strangers,
)
from apps.sms.lanes import Lease
from apps.sms.models import InboundText, Lane, OutboundText, Pot, Turn
from apps.sms.money import telling
from apps.sms.money import texts as money
from apps.sms.money.budgets import OverBudget

Silence = Turn.Silence

# A turn that has failed or killed its worker this often gets an honest sentence.
GIVE_UP_AFTER = 5
SORRY = (
    "Sorry, I could not work on that. Nothing is lost: your text is kept, and we have "
    "been told. Please try again later."
)
_OPEN = (
    "SELECT id FROM sms_turn WHERE lane_id = %s AND finished_at IS NULL"
    " ORDER BY id LIMIT 1"
)
# Whoever holds the phone learns no more than that.
FROZEN = "This account is frozen, so I do nothing. To come back:"


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


def work(lease: Lease) -> Lease:
    """What is to do in a lane now: send, answer, send. Texts that came meanwhile make it
    due again, behind those of others."""
    lease = sender.flush(lease)
    if turn := begin(lease):
        with bound(turn.request_id):
            lease = lanes.fresh(lease)
            _answer(lease, turn)
        lease = sender.flush(lease)
    return lease


@transaction.atomic
def begin(lease: Lease) -> Turn | None:
    """Take all waiting texts into a turn, or take up the one a dead worker left."""
    lane = lanes.hold(lease)
    turn = _left(lane)
    if turn is None:
        texts = _waiting(lane)
        if not texts or pacing.ready_at(lane) > timezone.now():
            return None
        turn = _open(lane, texts)
    if turn.user_id is not None and numbers.owner_id(turn.number) != turn.user_id:
        # Given up, or somebody else's by now, while the text waited.
        turn.user = None
    turn.attempts += 1
    turn.save(update_fields=["attempts", "user"])
    return turn


def _left(lane: Lane) -> Turn | None:
    found = prepared.rows(_OPEN, [lane.pk])
    return lane.turns.select_related("user").get(pk=found[0][0]) if found else None


def _waiting(lane: Lane) -> list[InboundText]:
    """All open texts, up to where another phone of the person begins: an answer goes
    to one phone. Texts behind a LINK wait too: by then they may be another person's. So
    may it be itself: what a person texted before it is answered first.
    """
    texts = list(InboundText.objects.filter(lane=lane, turn=None).order_by("id"))
    for position, text in enumerate(texts):
        if (text.number, text.our_number) != (texts[0].number, texts[0].our_number):
            return texts[:position]
        if linking.WORDING.found_in(text.body) or cooling.WORDING.found_in(text.body):
            is_alone = lane.user_id is not None and position > 0
            return texts[: position if is_alone else position + 1]
    return texts


def _open(lane: Lane, texts: list[InboundText]) -> Turn:
    last = texts[-1]
    turn = Turn.objects.create(
        lane=lane,
        user=lane.user,
        number=last.number,
        our_number=last.our_number,
        request_id=last.request_id,
        started_at=timezone.now(),
    )
    InboundText.objects.filter(pk__in=[text.pk for text in texts]).update(turn=turn)
    media.expect(texts)
    spoken = [text for text in texts if not text.keyword]
    money.opened(turn, texts, is_answered=not _silence(turn, spoken))
    with bound(turn.request_id):
        logger.info("turn_began", turn=turn.pk, texts=[text.pk for text in texts])
    return turn


def _answer(lease: Lease, turn: Turn) -> None:
    spoken = [text for text in turn.texts.order_by("id") if not text.keyword]
    if silence := _silence(turn, spoken):
        finish(lease, turn, silence=silence)
    elif loops.is_loop(turn, spoken[-1].body):
        told = loops.was_told(turn)
        silence = Silence.LOOP if told else Silence.NONE
        finish(lease, turn, Answer(loops.SLOW_DOWN), silence=silence)
    elif turn.attempts <= GIVE_UP_AFTER and (proof := _proof(turn, spoken[-1].body)):
        _redeem(lease, turn, *proof)
    elif over := _over_budget(turn):
        _say_over_budget(lease, turn, over)
    elif turn.attempts > GIVE_UP_AFTER:
        finish(lease, turn, Answer(SORRY))
    elif turn.user and turn.user.frozen_at is not None:
        finish(lease, turn, Answer(f"{FROZEN} {settings.PUBLIC_URL}"))
    elif turn.user:
        finish(lease, turn, _answer_person(lease, turn, spoken))
    elif linking.is_try(spoken[-1].body):
        _redeem(lease, turn, "", linking.redeem)
    elif guidance := strangers.guidance(turn):
        finish(lease, turn, Answer(guidance), kind=OutboundText.Kind.GUIDANCE)
    else:
        finish(lease, turn, silence=Silence.GUIDED)


def _silence(turn: Turn, spoken: list[InboundText]) -> str:
    """Why this turn gets no reply, if it gets none."""
    if not spoken:
        return Silence.KEYWORD
    if not numbers.is_phone(turn.number):
        return Silence.NOT_A_PERSON
    if dialing.refusal(turn.number):
        return Silence.NOT_TEXTED
    if turn.user and not turn.user.is_active:
        return Silence.INACTIVE
    return Silence.NONE


def _proof(turn: Turn, body: str) -> tuple[str, Callable[..., str]] | None:
    """Words that prove a phone, and what is done about them: whatever was spent before,
    by whoever holds another phone of the same person."""
    if turn.user and turn.user.frozen_at is not None:
        return None
    if kept := cooling.WORDING.found_in(body):
        return kept, cooling.take_back
    if words := linking.WORDING.found_in(body):
        return words, linking.redeem
    return None


def _over_budget(turn: Turn, pot: str = "") -> OverBudget | None:
    try:
        money.admit(turn, pot)
    except OverBudget as over:
        return over
    return None


def _say_over_budget(lease: Lease, turn: Turn, over: OverBudget) -> None:
    """Once for as long as it lasts, and nothing to strangers."""
    if turn.user is None or telling.was_told(turn.user, over):
        finish(lease, turn, silence=Silence.OVER_BUDGET)
        return
    try:
        money.admit(turn, Pot.SECURITY)
    except OverBudget:
        finish(lease, turn, silence=Silence.OVER_BUDGET)
        return
    finish(
        lease,
        turn,
        Answer(telling.words(turn.user, over)),
        kind=OutboundText.Kind.NOTICE,
        dedupe_key=telling.mark(turn.user, over),
    )


def _answer_person(lease: Lease, turn: Turn, spoken: list[InboundText]) -> Answer:
    try:
        with lanes.kept(lease):
            return answerer()(turn, spoken)
    except AppError as error:
        return Answer(error.sentence, is_literal=True)


def _redeem(lease: Lease, turn: Turn, words: str, redeem: Callable[..., str]) -> None:
    """Somebody texts words that prove a phone: by the end of the turn it may be another
    person's. It is done also beyond the budgets; only the answer may cost too much."""
    over = _over_budget(turn, Pot.SECURITY)
    beyond = Silence.OVER_BUDGET if over else Silence.NONE
    try:
        # Counting needs Redis: before the transaction, never inside it.
        counted = linking.charge(turn.number)
    except TooMany:
        told = strangers.was_told(turn, linking.SLOW_DOWN)
        silence = Silence.GUIDED if told else beyond
        finish(lease, turn, Answer(linking.SLOW_DOWN), silence=silence)
        return
    except Unavailable:
        # Redis being away is no fault of this turn.
        Turn.objects.filter(pk=turn.pk).update(attempts=turn.attempts - 1)
        raise
    with transaction.atomic():
        # Before the lane of a person: see docs/texting.md, Locks.
        lanes.lock_number(turn.number)
        sentence = redeem(words=words, number=turn.number)
        lanes.hold(lease)
        strangers.adopt(turn)
        finish(lease, turn, Answer(sentence), silence=beyond)
    if not sentence.endswith((linking.WRONG, cooling.WRONG)):
        counted.give_back()


@transaction.atomic
def finish(
    lease: Lease,
    turn: Turn,
    answer: Answer | None = None,
    *,
    silence: str = Silence.NONE,
    kind: str = OutboundText.Kind.REPLY,
    dedupe_key: str | None = None,
) -> None:
    """Close the turn with its reply, or with the reason why there is none."""
    lanes.hold(lease)
    if optouts.is_out(number=turn.number, our_number=turn.our_number):
        silence = silence or Silence.OPTED_OUT
    if answer:
        answer.settle()
    if answer and not silence:
        body = answer.body if answer.is_literal else composer.plain(answer.body)
        outbox.reply(turn, body, kind=kind, dedupe_key=dedupe_key)
    else:
        money.silent(turn)
    turn.finished_at = timezone.now()
    turn.silence = silence
    turn.trail = answer.trail if answer else ()
    turn.save(update_fields=["finished_at", "silence", "user", "lane", "trail"])
    logger.info("turn_finished", turn=turn.pk, silence=silence)
