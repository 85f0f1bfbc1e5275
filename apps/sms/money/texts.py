"""What texts cost: set aside when they are written, spent when they are handed over."""

from collections.abc import Sequence
from typing import Any

from apps.rbac.limits import Limits
from apps.sms import areas, composer
from apps.sms.models import Charge, InboundText, OutboundText, Pot, Turn
from apps.sms.money import ledger, prices
from apps.sms.money.prices import Estimate

Kind, State, What = OutboundText.Kind, Charge.State, Charge.What
POTS = {
    Kind.REPLY: Pot.ANSWERS,
    Kind.REMINDER: Pot.PROACTIVE,
    Kind.GUIDANCE: Pot.STRANGERS,
    Kind.CODE: Pot.SECURITY,
    Kind.NOTICE: Pot.SECURITY,
}
# What was set aside for a turn, by its cause, is for `text` (id, user_id, segments).
# Whose it is: the number may have become somebody's during the turn.
FOR_TEXT = (
    "UPDATE sms_charge SET text_id = text.id, user_id = text.user_id FROM text"
    " WHERE cause = %s AND state = 'reserved' AND sms_charge.segments = text.segments"
    " RETURNING sms_charge.id"
)
# Failed texts that cost nothing (reference: support article 27502337507483).
FREE_FAILURES = frozenset({"20500", "21408", "30002", "30036", "30450"})


def admit(turn: Turn, pot: str = "") -> None:
    """A segment is set aside for the answer, before any work is done for it: what was
    begun within the budgets is told, however long it gets. Raises `OverBudget`."""
    cause = of_turn(turn.pk)
    pot = pot or (Pot.ANSWERS if turn.user_id else Pot.STRANGERS)
    held = Charge.objects.filter(cause=cause).exclude(state=State.RELEASED)
    of_pots = list(held.values_list("pot", flat=True))
    if pot in of_pots:
        return
    if of_pots:
        # By a worker that died: for something else than is asked for now.
        ledger.release(cause=cause)
    said = prices.outbound(number=turn.number, our_number=turn.our_number, segments=1)
    ledger.reserve(
        cause=cause,
        pot=pot,
        user=turn.user,
        turn=turn,
        area=areas.area(turn.number),
        **_as_charged(said),
    )


def reserve(text: OutboundText, *, is_forced: bool = False) -> None:
    """Set aside what a text of our own accord will cost. Raises `OverBudget`, unless it
    `is_forced`: then it counts all the same."""
    ledger.reserve(
        cause=f"out:{text.ref}",
        pot=_pot_of(text),
        user=text.user,
        text=text,
        area=areas.area(text.number),
        is_forced=is_forced,
        **_as_charged(_estimate(text)),
    )


def reply(text: OutboundText) -> None:
    """What was set aside for the turn is for this text, though it is longer or shorter,
    or nothing is set aside."""
    cause = of_turn(text.turn_id)
    said = _estimate(text)
    charge = ledger.locked(cause=cause)
    if charge is None or charge.state == State.RELEASED:
        charge = ledger.reserve(
            cause=cause,
            pot=POTS[Kind(text.kind)],
            user=text.user,
            turn=text.turn,
            area=areas.area(text.number),
            is_forced=True,
            **_as_charged(said),
        )
    ledger.adjust(charge, said.micros)
    charge.text, charge.segments = text, said.segments
    charge.user = text.user
    charge.save()


def silent(turn: Turn) -> None:
    """The turn has no reply after all."""
    ledger.release(cause=of_turn(turn.pk))


def handed_over(text: OutboundText, sid: str) -> None:
    ledger.hand_over(text, sid)


def given_up(text: OutboundText) -> None:
    """It was never taken, so it costs nothing."""
    ledger.release(text=text)


def failed(text: OutboundText, code: str) -> None:
    """The carrier's news that it failed: a fee, or nothing. A price it names later
    counts before that."""
    if charge := ledger.locked(text=text):
        fee = 0 if code in FREE_FAILURES else prices.failed_fee()
        ledger.settle(charge.pk, fee, note=f"Failed with {code}." if code else "")


def opened(
    turn: Turn,
    texts: Sequence[InboundText],
    of_role: Limits | None,
    *,
    is_answered: bool,
) -> bool:
    """Texts to us have cost already; for the answer, if there is to be one, a segment is
    set aside, as far as the budgets allow: whether it was. In the transaction that opens
    the turn. `of_role`: the limits of its person."""
    inward, outward = prices.both(number=turn.number, our_number=turn.our_number)
    shared: dict[str, Any] = {
        "pot": Pot.ANSWERS if turn.user_id else Pot.STRANGERS,
        "user": turn.user,
        "turn": turn,
        "area": areas.area(turn.number),
    }
    # Where they come from; the price is that of our number.
    country = areas.country(turn.number)
    came = []
    for text in texts:
        said = inward.of(composer.count(text.body).segments, text.num_media)
        came.append(
            Charge(
                cause=f"in:{text.pk}",
                what=What.IN,
                inbound=text,
                country=country,
                segments=said.segments,
                micros=said.micros,
                sid=text.sid,
                spent_at=text.received_at,
                **shared,
            )
        )
    answer = None
    if is_answered:
        said = outward.of(1)
        answer = Charge(
            cause=of_turn(turn.pk),
            what=What.OUT,
            country=said.country,
            segments=1,
            micros=said.micros,
            **shared,
        )
    return ledger.open_turn(came, answer, of_role)


def _pot_of(text: OutboundText) -> Pot:
    """A code to a phone that is nobody's yet links it."""
    if text.kind == Kind.CODE and text.user_id is None:
        return Pot.LINKING
    return POTS[Kind(text.kind)]


def _estimate(text: OutboundText) -> Estimate:
    return prices.outbound(
        number=text.number, our_number=text.our_number, segments=text.segments
    )


def _as_charged(said: Estimate) -> dict[str, Any]:
    return {
        "what": What.OUT,
        "texts": 1,
        "country": said.country,
        "segments": said.segments,
        "micros": said.micros,
    }


def of_turn(pk: int | None) -> str:
    """The cause of what is set aside for the answer to a turn."""
    return f"turn:{pk}"
