"""What was found: about what, how bad, in words, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    # It works, and not as it should.
    WARN = "warn"
    # Something does not work.
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """`remedy` is empty where all is well. Neither holds a secret."""

    level: Level
    words: str
    remedy: str = ""


def ok(words: str) -> Finding:
    return Finding(Level.OK, words)


def warn(words: str, remedy: str) -> Finding:
    return Finding(Level.WARN, words, remedy)


def fail(words: str, remedy: str) -> Finding:
    return Finding(Level.FAIL, words, remedy)
