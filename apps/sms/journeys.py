"""One text from end to end, each step as an operator may see it: no words of people.

Apps add what they know in `journey.py`, a tuple `STAGES` of functions that answer the
steps of a turn:

    STAGES = (tools_of,)
    def tools_of(turn: Turn) -> Iterator[Step]: ...
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db.models import IntegerChoices

from apps.core import shelves
from apps.sms.models import InboundText, OutboundText, Turn


class Stage(IntegerChoices):
    """In the order in which a text passes them at one moment."""

    CALL = 1, "Webhook"
    IDENTITY = 2, "Identity"
    TURN = 3, "Turn"
    READING = 4, "Understood"
    TOOL = 5, "Tool"
    ANSWER = 6, "Answer"
    SENDING = 7, "Sending"
    CARRIER = 8, "Carrier"
    COST = 9, "Cost"


@dataclass(frozen=True)
class Step:
    """`at` is None for what has no moment of its own. `page`: where there is more.
    `is_offer`: nothing that happened, but what can be done on that page."""

    stage: Stage
    at: datetime | None
    words: str
    is_bad: bool = False
    page: str = ""
    is_offer: bool = False

    @property
    def title(self) -> str:
        return str(self.stage.label)


OfTurn = Callable[[Turn], Iterator[Step]]
OfText = Callable[[OutboundText], Iterator[Step]]


def of(obj: Turn | InboundText | OutboundText) -> list[Step]:
    """Of a turn, or of the turn of a text; nothing of one that waits for its turn."""
    turn = obj if isinstance(obj, Turn) else obj.turn
    if turn is not None:
        return of_turn(turn)
    return of_text(obj) if isinstance(obj, OutboundText) else []


def of_turn(turn: Turn) -> list[Step]:
    """From the call to the cost, the reply's part included."""
    found = [step for stage in _stages() for step in stage(turn)]
    reply = OutboundText.objects.filter(turn=turn).first()
    return _sorted(found + (of_text(reply) if reply else []))


def of_text(text: OutboundText) -> list[Step]:
    """The part of one text of ours: sending, the carrier's news, cost."""
    return _sorted([step for each in _of_texts() for step in each(text)])


def within(turn: Turn, at: datetime) -> datetime:
    """The moment of what was done in a turn: it may bear that of the transaction, which
    began before the turn did."""
    return max(turn.started_at, at)


def _stages() -> tuple[OfTurn, ...]:
    return shelves.across_apps("journey", "STAGES")


def _of_texts() -> tuple[OfText, ...]:
    return shelves.across_apps("journey", "OF_TEXTS")


def _sorted(steps: list[Step]) -> list[Step]:
    timed = [step for step in steps if step.at is not None]
    timed.sort(key=attrgetter("at", "stage"))
    return timed + [step for step in steps if step.at is None]
