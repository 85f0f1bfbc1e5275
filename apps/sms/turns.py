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

from apps.core.errors import AppError
from apps.core.logs import logger
from apps.core.request_ids import bound
from apps.sms import lanes, linking, loops, numbers, optouts, outbox, strangers
from apps.sms.lanes import Lease
from apps.sms.models import InboundText, Lane, OutboundText, PhoneNumber, Turn

Silence = Turn.Silence

# A turn that has failed or killed its worker this often gets an honest sentence.
GIVE_UP_AFTER = 5
SORRY = (
    "Sorry, I could not work on that. Nothing is lost: your text is kept, and we have "
    "been told. Please try again later."
)


@dataclass(frozen=True)
class Answer:
    """What to reply. `settle` runs in the transaction that finishes the turn."""

    body: str
    settle: Callable[[], None] = field(default=lambda: None)


class Answerer(Protocol):
    """The assistant, named by `SMS_ANSWERER`. May be called again for the same turn."""

    def __call__(self, turn: Turn, texts: Sequence[InboundText]) -> Answer: ...


@lru_cache(maxsize=1)
def answerer() -> Answerer:
    found: Answerer = import_string(settings.SMS_ANSWERER)
    return found


def work(lease: Lease) -> Lease:
    """All there is to do in a lane now: send, answer, send."""
    lease = outbox.flush(lease)
    while turn := begin(lease):
        with bound(turn.request_id):
            lease = lanes.renew(lease)
            _answer(lease, turn)
        lease = outbox.flush(lease)
    return lease


@transaction.atomic
def begin(lease: Lease) -> Turn | None:
    """Take all waiting texts into a turn, or take up the one a dead worker left."""
    lane = lanes.hold(lease)
    turn = lane.turns.select_related("user").filter(finished_at=None).first()
    if turn is None:
        texts = _waiting(lane)
        if not texts or _hand_on(lane, texts[0].number):
            return None
        turn = _open(lane, texts)
    Turn.objects.filter(pk=turn.pk).update(attempts=turn.attempts + 1)
    return turn


def _waiting(lane: Lane) -> list[InboundText]:
    texts = list(InboundText.objects.filter(lane=lane, turn=None).order_by("id"))
    if lane.user_id is None:
        # Texts behind a LINK belong to whoever the number is linked to by then.
        for position, text in enumerate(texts, 1):
            if linking.words_in(text.body):
                return texts[:position]
    return texts


def _hand_on(lane: Lane, number: str) -> bool:
    """Move a stranger's texts to the lane of the person who owns the number by now."""
    if lane.user_id is not None:
        return False
    owned = PhoneNumber.objects.verified().filter(e164=number)
    owner = owned.select_related("user").first()
    if owner is None:
        return False
    theirs = lanes.lock_person(owner.user)
    open_texts = InboundText.objects.filter(lane=lane, turn=None)
    open_texts.update(lane=theirs, user=owner.user)
    lanes.wake(theirs)
    return True


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
    with bound(turn.request_id):
        logger.info("turn_began", turn=turn.pk, texts=[text.pk for text in texts])
    return turn


def _answer(lease: Lease, turn: Turn) -> None:
    texts = list(turn.texts.order_by("id"))
    spoken = [text for text in texts if not text.keyword]
    if silence := _silence(turn, spoken):
        finish(lease, turn, silence=silence)
    elif turn.attempts >= GIVE_UP_AFTER:
        finish(lease, turn, Answer(SORRY))
    elif turn.user is None:
        _answer_stranger(lease, turn, spoken)
    else:
        finish(lease, turn, _answer_person(turn, spoken))


def _silence(turn: Turn, spoken: list[InboundText]) -> str:
    """Why this turn gets no reply, if it gets none."""
    if not spoken:
        return Silence.KEYWORD
    if not numbers.is_phone(turn.number):
        return Silence.NOT_A_PERSON
    if turn.user and not turn.user.is_active:
        return Silence.INACTIVE
    return Silence.LOOP if loops.is_loop(turn.number) else Silence.NONE


def _answer_person(turn: Turn, spoken: list[InboundText]) -> Answer:
    """Link words are none of the assistant's business; everything else is."""
    linked = [text for text in spoken if linking.words_in(text.body)]
    asked = [text for text in spoken if text not in linked]
    parts = [_answer_link(turn) for _ in linked[:1]]
    settle: Callable[[], None] = _nothing
    if asked:
        answer = _ask(turn, asked)
        parts.append(answer.body)
        settle = answer.settle
    return Answer("\n".join(parts), settle)


def _answer_link(turn: Turn) -> str:
    return f"This phone is linked to {turn.user} already."


def _ask(turn: Turn, texts: list[InboundText]) -> Answer:
    try:
        return answerer()(turn, texts)
    except AppError as error:
        return Answer(error.sentence)


def _nothing() -> None:
    """Most answers leave nothing to settle."""


def _answer_stranger(lease: Lease, turn: Turn, spoken: list[InboundText]) -> None:
    words = linking.words_in(spoken[-1].body)
    # Counting needs Redis: before the transaction, never inside it.
    may_try = bool(words) and linking.charge(turn.number)
    with transaction.atomic():
        lanes.hold(lease)
        if not words:
            body = strangers.guidance(turn)
        else:
            body = strangers.link(turn, words) if may_try else linking.SLOW_DOWN
        if not body:
            finish(lease, turn, silence=Silence.GUIDED)
        else:
            kind = OutboundText.Kind.REPLY if words else OutboundText.Kind.GUIDANCE
            finish(lease, turn, Answer(body), kind=kind)


@transaction.atomic
def finish(
    lease: Lease,
    turn: Turn,
    answer: Answer | None = None,
    *,
    silence: str = Silence.NONE,
    kind: str = OutboundText.Kind.REPLY,
) -> None:
    """Close the turn with its reply, or with the reason why there is none."""
    lanes.hold(lease)
    if optouts.is_out(number=turn.number, our_number=turn.our_number):
        silence = silence or Silence.OPTED_OUT
    if answer:
        answer.settle()
    if answer and not silence:
        outbox.reply(turn, answer.body, kind=kind)
    turn.finished_at = timezone.now()
    turn.silence = silence
    turn.save(update_fields=["finished_at", "silence", "user"])
    logger.info("turn_finished", turn=turn.pk, silence=silence)
