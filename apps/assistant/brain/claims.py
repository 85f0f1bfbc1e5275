"""Sentences that say that something was done, or will be, or how their things are.

What was done is said by receipts, from the record. A model that says it in its own words
may be wrong, so such sentences never reach anybody, in whatever language they are, and
where nothing was changed nothing else of that answer does; a question, a condition or a
"not" claims nothing. Nor does it tell people to say yes to what waits for that. As no list
of words holds every lie, what is left is followed by our own sentence, that nothing was
changed, unless it could be no claim (`is_idle`) or only words were wanted
(`wants_words`) and it speaks of nothing of theirs. The words stand in the `claims.toml` of
each language, and in that of any.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection
from dataclasses import dataclass

from apps.assistant import approvals, phrases

ANY = "any"
# Words of what hardly is a sentence.
FRAGMENT = 2
_SENTENCE = re.compile(r"[^.!?;\n]+(?:[.!?;]+(?=\s|$)|(?=\n)|$|[.!?;])")
# "No he enviado", but not "No, he enviado".
_DENIED = re.compile(r"(?:no|non|n[aã]o|nunca|jamais)\s", re.IGNORECASE)
# Between the letters of what is spelt out, and between a code's two signs.
_APART = r"[\W_]*"
# Between a word that decides and the code: "OK to 5K", "OK5K".
_BETWEEN = rf"{_APART}(?:(?:to|with|then|and|plus|the|code|con|el|a)[\W_]+){{0,2}}"


@dataclass(frozen=True)
class Truth:
    """What is left of what was said, and what was left out of it."""

    said: str
    # That something was done or will be.
    has_claimed: bool = False
    # How a thing of theirs is, which only a record can tell.
    has_stated: bool = False


def without(
    said: str, *, has_changed: bool = False, codes: Collection[str] = ()
) -> Truth:
    """`codes` are those under which things wait for a yes. Where nothing was changed,
    more is left out: the claim may be in words that nobody listed, and what is said
    beside a lie leans on it."""
    kept: list[str] = []
    has_claimed = has_stated = has_left_out = False
    for sentence in _SENTENCE.findall(_joined(said)):
        if decides(sentence, codes):
            has_left_out = True
        elif is_claim(sentence):
            has_claimed = True
        elif not has_changed and is_state(sentence):
            has_stated = True
        elif sentence.strip():
            kept.append(sentence.strip())
    if not has_changed and (has_claimed or has_stated):
        kept = []
    if has_claimed or has_stated or has_left_out:
        kept = [each for each in kept if not _is_fragment(each)]
    if all(_is_assent(each) for each in kept) or decides(" ".join(kept), codes):
        kept = []
    return Truth(" ".join(kept), has_claimed, has_stated)


def is_claim(sentence: str) -> bool:
    plain = _plain(sentence)
    if plain.endswith("?"):
        return False
    spoken = [_of(each) for each in phrases.languages()]
    if any(w.claims.search(plain) and not w.harmless.search(plain) for w in spoken):
        return True
    found = _of(ANY).claims.finditer(plain)
    return any(not _DENIED.match(each.group(0)) for each in found)


def is_state(sentence: str) -> bool:
    """Whether it speaks of a thing of theirs, and not only of what could be."""
    plain = _plain(sentence)
    if plain.endswith("?") or _of(phrases.language()).harmless.search(plain):
        return False
    words = _of(ANY)
    return bool(words.states.search(plain)) and not words.harmless.search(plain)


def is_idle(said: str) -> bool:
    """Whether these words only ask back, refuse or wish well: whole sentences of a known
    form, without room for anything else."""
    return all(_is_idle(_plain(each)) for each in _SENTENCE.findall(_joined(said)))


def wants_words(asked: str) -> bool:
    """Whether a person's text asks, by its form, to be told something and not to have
    something done."""
    sentences = [_plain(each) for each in _SENTENCE.findall(_joined(asked))]
    spoken = [_of(each) for each in phrases.languages()]
    if any(w.wishes.search(each) for w in spoken for each in sentences):
        return False
    return bool(sentences) and all(
        any(w.questions.search(each) for w in spoken) for each in sentences
    )


def is_of_theirs(said: str) -> bool:
    """Whether it speaks of what is the person's, in a word."""
    plain = _plain(_joined(said))
    return any(_of(each).theirs.search(plain) for each in phrases.languages())


def _is_idle(plain: str) -> bool:
    if not plain:
        return True
    spoken = [_of(each) for each in phrases.languages()]
    if plain.endswith("?") and is_claim(plain.rstrip(" ?")):
        return False
    return any(w.idle.search(plain) and not w.laden.search(plain) for w in spoken)


def decides(sentence: str, codes: Collection[str] = ()) -> bool:
    """Whether it may bring a person to say yes, or no, to what waits for it."""
    plain = _plain(sentence)
    if _decisions().search(plain) or _of(ANY).asks_for_yes.search(plain):
        return True
    return any(
        re.search(rf"(?i)(?<!\d){code[0]}{_APART}{code[1:]}(?!\w)", plain)
        for code in codes
    )


def _is_assent(sentence: str) -> bool:
    return bool(_of(ANY).assents.search(_plain(sentence)))


def _is_fragment(sentence: str) -> bool:
    """Whether it hangs on what was left out: "Ana: too.", "Anything else?"."""
    words = re.findall(r"\w+", sentence)
    return len(words) <= FRAGMENT or bool(_of(ANY).fragments.search(_plain(sentence)))


def _plain(sentence: str) -> str:
    return " ".join(sentence.replace("\u2019", "'").split())


def _joined(said: str) -> str:
    """Without marks that hide a word from us, and not from a reader."""
    return re.sub(r"[*_`~\u200b-\u200d\u2060\ufeff]+", "", said)


@functools.cache
def _decisions() -> re.Pattern[str]:
    """A word that decides, in any language, and what may be a code, in any spacing."""
    said = set[str]()
    for language in phrases.languages():
        with phrases.spoken_in(language):
            for words in phrases.words().answers["approval"].values():
                said.update(words)
    longest_first = sorted(said, key=len, reverse=True)
    either = "|".join(_APART.join(map(re.escape, word)) for word in longest_first)
    code = rf"[{approvals.DIGITS}]{_APART}[{approvals.LETTERS}]"
    return re.compile(rf"\b(?:{either}){_BETWEEN}{code}(?!\w)", re.IGNORECASE)


@dataclass(frozen=True)
class _Words:
    claims: re.Pattern[str]
    harmless: re.Pattern[str]
    states: re.Pattern[str]
    fragments: re.Pattern[str]
    assents: re.Pattern[str]
    asks_for_yes: re.Pattern[str]
    questions: re.Pattern[str]
    wishes: re.Pattern[str]
    theirs: re.Pattern[str]
    idle: re.Pattern[str]
    laden: re.Pattern[str]


@functools.cache
def _of(language: str) -> _Words:
    page = phrases.claims(language)
    lists = {name: "|".join(words) for name, words in page["words"].items()}

    def compiled(name: str) -> re.Pattern[str]:
        filled = [
            re.sub(r"@(\w+)", lambda name: f"(?:{lists[name[1]]})", each)
            for each in page.get(name, ["(?!)"])
        ]
        return re.compile("|".join(filled), re.IGNORECASE)

    return _Words(
        claims=compiled("claims"),
        harmless=compiled("harmless"),
        states=compiled("states"),
        fragments=compiled("fragments"),
        assents=compiled("assents"),
        asks_for_yes=compiled("asks_for_yes"),
        questions=compiled("questions"),
        wishes=compiled("wishes"),
        theirs=compiled("theirs"),
        idle=compiled("idle"),
        laden=compiled("laden"),
    )
