"""Who wins. Nothing here reads or writes anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto


class Verdict(Enum):
    NOTHING = auto()
    # Both are the same, whoever has changed it.
    AGREED = auto()
    # What is there comes here.
    TAKE = auto()
    # What is here is to go there.
    SEND = auto()


@dataclass(frozen=True)
class Side:
    """`print` is empty for what is deleted; `at` is when it was last changed, if that is
    known."""

    print: str
    is_changed: bool
    at: datetime | None = None


def decide(own: Side, theirs: Side) -> tuple[Verdict, bool]:
    """What is to be done, and whether something is lost by it.

    The later change wins, also over a deletion and a deletion over it. Of a deletion
    whose time nobody knows the change wins: that way nothing is gone.
    """
    if own.print == theirs.print:
        is_news = own.is_changed or theirs.is_changed
        return (Verdict.AGREED if is_news else Verdict.NOTHING), False
    if not theirs.is_changed:
        return (Verdict.SEND if own.is_changed else Verdict.NOTHING), False
    if not own.is_changed:
        return Verdict.TAKE, False
    if theirs.at is None or own.at is None:
        is_taken = bool(theirs.print)
    else:
        is_taken = theirs.at >= own.at
    return (Verdict.TAKE if is_taken else Verdict.SEND), True
