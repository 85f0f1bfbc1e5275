"""What reading a time can end in; instants are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from apps.assistant.recurrence import Recurrence


@dataclass(frozen=True)
class Exact:
    """One instant, beyond doubt."""

    at: datetime


@dataclass(frozen=True)
class Choices:
    """Two or three instants the words can mean, soonest first: ask the person."""

    at: tuple[datetime, ...]


@dataclass(frozen=True)
class Several:
    """The words tell several times, not one that is unclear: ask which is to be set."""

    each: tuple[datetime | Recurrence, ...]


@dataclass(frozen=True)
class Repeats:
    """The words ask for a repetition. Of several rules that they can mean ask which;
    without any they do not tell."""

    rules: tuple[Recurrence, ...]


@dataclass(frozen=True)
class Missing:
    """No time in the words: ask when."""


@dataclass(frozen=True)
class Impossible:
    """A time that cannot be kept.

    `reason` names a sentence of the replies page: "past", "far", "no_such_day",
    "no_such_time", "other_weekday", "elsewhere", "too_often" or "never".
    """

    reason: str


Outcome: TypeAlias = Exact | Choices | Several | Repeats | Missing | Impossible
