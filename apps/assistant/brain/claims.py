"""Sentences that say that something was done, or will be.

What was done is said by receipts, from the record. A model that says it in its own words
may be wrong, so such sentences never reach anybody; a question, a condition or a "not"
claims nothing. The words stand in the language's `claims.toml`.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from apps.assistant import phrases

_SENTENCE = re.compile(r"[^.!?;\n]+(?:[.!?;]+(?=\s|$)|(?=\n)|$|[.!?;])")


@dataclass(frozen=True)
class Truth:
    """What is left of what was said, and whether anything was left out."""

    said: str
    has_claimed: bool


def without(said: str) -> Truth:
    kept: list[str] = []
    has_claimed = False
    for sentence in _SENTENCE.findall(_joined(said)):
        if is_claim(sentence):
            has_claimed = True
        elif sentence.strip():
            kept.append(sentence.strip())
    return Truth(" ".join(kept), has_claimed)


def is_claim(sentence: str) -> bool:
    plain = " ".join(sentence.replace("’", "'").split())
    words = _of(phrases.language())
    if plain.rstrip().endswith("?") or words.harmless.search(plain):
        return False
    return bool(words.claims.search(plain))


def _joined(said: str) -> str:
    """Without marks that hide a word from us, and not from a reader."""
    return re.sub(r"[*_`~\u200b-\u200d\u2060\ufeff]+", "", said)


@dataclass(frozen=True)
class _Words:
    claims: re.Pattern[str]
    harmless: re.Pattern[str]


@functools.cache
def _of(language: str) -> _Words:
    page = phrases.claims(language)
    lists = {name: "|".join(words) for name, words in page["words"].items()}

    def compiled(patterns: list[str]) -> re.Pattern[str]:
        filled = [
            re.sub(r"@(\w+)", lambda name: f"(?:{lists[name[1]]})", each)
            for each in patterns
        ]
        return re.compile("|".join(filled), re.IGNORECASE)

    return _Words(compiled(page["claims"]), compiled(page["harmless"]))
