"""What goes wrong with texts: in words, and what is decided by it (troubles.toml)."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext, gettext_noop


class Retry(StrEnum):
    NEVER = "never"
    # As a new text: this one has been paid for, and may still arrive.
    LATER = "later"
    # The same text: certainly not taken.
    BACKOFF = "backoff"


class Number(StrEnum):
    """What an error says about the number that was texted."""

    NOTHING = "nothing"
    OPTED_OUT = "opted_out"
    UNREACHABLE = "unreachable"
    LANDLINE = "landline"


class Who(StrEnum):
    PERSON = "person"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Trouble:
    code: str
    words: str
    retry: Retry
    number: Number
    who: Who
    next_step: str

    @property
    def for_person(self) -> str:
        """The next step as the person is told it."""
        if self.who == Who.PERSON:
            return gettext(self.next_step)
        return gettext("This is for us to put right.")

    def __str__(self) -> str:
        """For an operator: all in a line."""
        words = self.words[:1].upper() + self.words[1:]
        return f"{self.code}: {words}. {self.next_step}"


@lru_cache(maxsize=1)
def table() -> dict[str, Trouble]:
    """By code. A code that is listed twice is no TOML."""
    found = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return {code: _read(code, row) for code, row in found.items()}


def _read(code: str, row: dict[str, str]) -> Trouble:
    return Trouble(
        code=code,
        words=row["words"],
        retry=Retry(row["retry"]),
        number=Number(row["number"]),
        who=Who(row["who"]),
        next_step=row["next"],
    )


def of(code: str) -> Trouble:
    """What a code means. One that is not known is final, and says nothing of a number."""
    words = f"carrier error {code}" if code else gettext_noop("no reason given")
    step = "Look it up at https://www.twilio.com/docs/api/errors."
    unknown = Trouble(code, words, Retry.NEVER, Number.NOTHING, Who.OPERATOR, step)
    return table().get(code, unknown)


def in_words(code: str) -> str:
    """A reason to follow "Not delivered: "."""
    if code in table() or not code:
        return gettext(of(code).words)
    return gettext("carrier error %(code)s") % {"code": code}
