"""Numbered menus: how they are written and which number was answered."""

from __future__ import annotations

import re
from collections.abc import Sequence

from apps.assistant import phrases, wording


def numbered(sentence: str, labels: Sequence[str]) -> str:
    """A question with its numbered answers, one a line."""
    lines = [f"{number}) {label}" for number, label in enumerate(labels, start=1)]
    return "\n".join([sentence, *lines])


def escapable(sentence: str) -> str:
    """A question with how to get out of it."""
    way_out = phrases.say("way_out")
    return f"{sentence} {way_out}"


def picked(text: str, count: int) -> int | None:
    """The number that `text` answers to a menu of `count` lines; None for none.

    The number is what was said, be it on the menu or not.
    """
    answers = phrases.words().answers
    if match := re.fullmatch(answers["number"], text.strip(), re.IGNORECASE):
        return int(match.group(1))
    said = wording.bare(text)
    if count == 1 and said in answers["yes"]:
        return 1
    number: int | None = answers["words"].get(said)
    return number


def agrees(text: str) -> bool:
    """Whether the text is a plain yes, which names none of several."""
    return wording.bare(text) in phrases.words().answers["yes"]


def drops(text: str) -> bool:
    """Whether the text turns a question down: "never mind"."""
    return wording.bare(text) in phrases.words().answers["drop"]
