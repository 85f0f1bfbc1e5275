"""What texts cost: set aside when they are written, spent when they are handed over."""

from collections.abc import Sequence
from typing import Any

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
# Failed texts that cost nothing (reference: support article 27502337507483).
FREE_FAILURES = frozenset({"20500", "21408", "30002", "30036", "30450"})


def admit(turn: Turn, pot: str = "") -> None:
    """Set one segment aside for the answer to a turn, before any work is done for it:
    what was begun within the budgets is told however long it gets.

    Raises `OverBudget`.
    """
    said = prices.outbound(number=turn.number, our_number=turn.our_number, segments=1)
    ledger.reserve(
        cause=_of_turn(turn.pk),
        pot=pot or (Pot.ANSWERS if turn.user_id else Pot.STRANGERS),
        user=turn.user,
        turn=turn,
        area=areas.area(turn.number),
        **_as_charged(said),
    )


def reserve(text: OutboundText) -> None:
    """Set aside what a text of our own accord will cost. Raises `OverBudget`."""
    ledger.reserve(
        cause=f"out:{text.ref}",
        pot=POTS[Kind(text.kind)],
        user=text.user,
        text=text,
        area=areas.area(text.number),
        **_as_charged(_estimate(text)),
    )


def reply(text: OutboundText) -> None:
    """What was set aside for the turn is for this text, be it longer or shorter."""
    said = _estimate(text)
    cause = _of_turn(text.turn_id)
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
    # The number may have become somebody's during the turn.
    charge.user = text.user
    charge.save()


def silent(turn: Turn) -> None:
    """The turn has no reply after all."""
    ledger.release(cause=_of_turn(turn.pk))


def handed_over(text: OutboundText, sid: str) -> None:
    if charge := ledger.locked(text=text):
        ledger.spend(charge, sid=sid)


def given_up(text: OutboundText) -> None:
    """It was never taken, so it costs nothing."""
    ledger.release(text=text)


def failed(text: OutboundText, code: str) -> None:
    """The carrier's news that it failed: a fee, or nothing. A price it names later
    counts before that."""
    if charge := ledger.locked(text=text):
        fee = 0 if code in FREE_FAILURES else prices.failed_fee()
        ledger.settle(charge.pk, fee, note=f"Failed with {code}." if code else "")


def came(turn: Turn, texts: Sequence[InboundText]) -> None:
    """Texts to us have cost already, in the turn that takes them."""
    charges = []
    for text in texts:
        said = prices.inbound(
            our_number=text.our_number,
            segments=composer.count(text.body).segments,
            num_media=text.num_media,
        )
        charges.append(
            Charge(
                cause=f"in:{text.pk}",
                what=What.IN,
                pot=Pot.ANSWERS if turn.user_id else Pot.STRANGERS,
                user=turn.user,
                turn=turn,
                inbound=text,
                country=said.country,
                segments=said.segments,
                micros=said.micros,
                sid=text.sid,
                spent_at=text.received_at,
            )
        )
    ledger.book_spent(charges)


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


def _of_turn(pk: int | None) -> str:
    return f"turn:{pk}"
