"""What an interpreter is, and what it makes of a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from apps.assistant.commands import Intent
from apps.assistant.conversations import Scene
from apps.core import shelves
from apps.sms.models import InboundText

SHELF = "apps.assistant.interpreters"


@dataclass(frozen=True)
class Reading:
    """What a text means: things to do, or words to answer with, `by` which interpreter.

    `answers` is the reply of this turn whose question the text answers; it is then
    not shown. `misses` says that the text has nothing of an answer to the open one.
    `is_thought` leaves it to the model (brain/). `language` is the one it was understood
    in, and is answered in.
    """

    intents: tuple[Intent, ...] = ()
    say: str = ""
    answers: int | None = None
    misses: bool = False
    is_thought: bool = False
    by: str = ""
    language: str = ""


@dataclass(frozen=True)
class Interpreter:
    """One way to understand a text. Asked in `order`; None passes it on.

    It reads the scene and may open or close a question, but changes nothing else:
    effects go through the gate.
    """

    name: str
    order: int
    read: Callable[[Scene, InboundText], Reading | None]
    # Asked once none of the others understood the text in any language.
    is_last: bool = False
    # What it makes of a text is the same in every language.
    is_wordless: bool = False


def every() -> list[Interpreter]:
    """The chain, first to last."""
    return sorted(shelves.collect(SHELF, "INTERPRETER"), key=attrgetter("order"))
