"""A text as it is compared: on one line, without courtesy, capitals and accents."""

from __future__ import annotations

import functools
import re
import unicodedata

from apps.assistant import phrases

# Phones type what templates do not: curly quotes, no-break spaces.
TYPED = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " "})


def tidied(text: str) -> str:
    """The text on one line, without punctuation around it and words of courtesy."""
    plain = unicodedata.normalize("NFC", " ".join(text.translate(TYPED).split()))
    plain = plain.rstrip(" .!,;").lstrip("¿¡ ") or plain
    if plain.strip("?"):
        plain = plain.rstrip("? ")
    polite = _polite(phrases.language())
    for match in reversed([*polite.finditer(phrases.folded(plain))]):
        plain = plain[: match.start()] + plain[match.end() :]
    return _unhurried(plain)


def _unhurried(said: str) -> str:
    """ "Remind me 2 call gran" with the words that were meant."""
    for pattern, meant in phrases.words().answers["hurried"].items():
        if match := re.search(pattern, phrases.folded(said)):
            said = said[: match.start("typed")] + meant + said[match.end("typed") :]
    return said


@functools.cache
def _polite(language: str) -> re.Pattern[str]:
    """Words of courtesy at the ends of a text."""
    polite = "|".join(map(re.escape, phrases.words().answers["polite"]))
    return re.compile(
        rf"^(?:(?:{polite})\b[\s,.!]+)+(?=\S)|(?<=\w)(?:[\s,]+(?:{polite}))+$"
    )


def without_aside(said: str) -> str:
    """ "Delete it, I am done with it" without the reason."""
    aside = re.search(phrases.words().answers["aside"], phrases.folded(said))
    return said[: aside.start("aside")] if aside else said


def bare(text: str) -> str:
    """The text folded and without punctuation, to compare with whole phrases."""
    plain = phrases.folded(text.translate(TYPED))
    return " ".join(re.sub(r"[^\w\s']", " ", plain).split())


def courtesy(text: str) -> str:
    """The key of the sentence that answers a mere courtesy; "" when it is more."""
    said = {bare(text), bare(tidied(text))}
    for entry in phrases.words().courtesy:
        if said & {*entry["words"]}:
            key: str = entry["say"]
            return key
    return ""
