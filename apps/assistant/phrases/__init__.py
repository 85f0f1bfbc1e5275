"""What people say and what the assistant answers: a folder a language, a page a topic.

A page is TOML. `times.toml` holds the words of times (times/vocabulary.py), `claims.toml`
those of what was done (brain/claims.py); every other page the words of one topic:

    rank         of its commands among those of other pages, the lowest first
    [[command]]  what people say, and the tool it means
    [tools]      how each tool is called
    [topics]     the words that ask for a sentence of help
    [say]        what is answered
    [answers], [[courtesy]]  words that answer us, and those that want nothing

A command:

    tool = "reminders.create"
    rank = 45                 another than that of its page
    time = "anywhere"         its time is taken out of the text before ("needed": must be;
                              "span": must be, and may have two ends; "rule": must be,
                              and come again)
    part = "in the morning"   put behind an hour of 4 to 11 said without am or pm
    fixed = { text = "wake" } arguments that are not said
    lacks = ["to"]            words that must not be in it
    has = ["lunch"]           words of which it must have one, and an hour with a "span"
    shown = "items"           only while such things were listed last
    spoken = "items"          only while one of these was spoken of last
    after = ["lists.add"]     only where one of these tools was used just now
    knows = "list"            only where {list} names a list of theirs (known.py)
    says = ["wake me [up]"]   [word] may be left out, (a|b) is one of several, {slot} is
                              what the person fills in: {number}, {numbers} ("1 and 3"),
                              {when} (a time), {span} (a time that may have two ends)
                              or free words; {slot}: ends at a colon

The first command that matches the whole text wins. What people say is compared `folded`,
in small letters without accents, and stands so on the pages; what is said has them.
"""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from importlib import resources
from operator import itemgetter
from typing import Any

from apps.accounts.models import User
from apps.core import languages as core_languages

DEFAULT = "en"
TIMES = "times.toml"
CLAIMS = "claims.toml"

_LANGUAGE = ContextVar("language", default=DEFAULT)


@dataclass
class Words:
    """All topics of a language together."""

    commands: list[dict[str, Any]] = field(default_factory=list)
    courtesy: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    tools: dict[str, str] = field(default_factory=dict)
    topics: dict[str, list[str]] = field(default_factory=dict)
    say: dict[str, str] = field(default_factory=dict)


def language() -> str:
    """Of whom we are talking to."""
    return _LANGUAGE.get()


def tried() -> list[str]:
    """That language, and the others in which a text may be meant that it has no words
    for; English first of those."""
    spoken = language()
    others = sorted(languages(), key=lambda each: (each != DEFAULT, each))
    return [spoken, *(each for each in others if each != spoken)]


def of(user: User) -> str:
    """The person's language, if the assistant speaks it."""
    spoken = user.locale.split("-")[0]
    return spoken if spoken in languages() else DEFAULT


@contextmanager
def spoken_in(language: str) -> Iterator[None]:
    """Whatever is understood and said in this block is in that language."""
    token = _LANGUAGE.set(language)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


@contextmanager
def spoken_to(user: User) -> Iterator[None]:
    """Whatever is understood and said in this block is in the language of the person,
    also what pages would say."""
    with spoken_in(of(user)), core_languages.speaking(of(user)):
        yield


@functools.cache
def languages() -> tuple[str, ...]:
    """ISO 639-1."""
    folders = resources.files(__package__).iterdir()
    return tuple(sorted(f.name for f in folders if f.joinpath(TIMES).is_file()))


def words() -> Words:
    return _words(language())


@functools.cache
def times(language: str) -> dict[str, Any]:
    """The words of times."""
    return _page(language, TIMES)


@functools.cache
def claims(language: str) -> dict[str, Any]:
    """The words of what was done."""
    return _page(language, CLAIMS)


def folded(text: str) -> str:
    """In small letters without accents, a letter for each letter: phones leave them out.

    What people say stands so on the pages, and is compared with what they said.
    """
    return "".join(map(_plain, text)).lower()


@functools.lru_cache(maxsize=4096)
def _plain(letter: str) -> str:
    apart = unicodedata.normalize("NFD", letter)
    return apart[0] if all(map(unicodedata.combining, apart[1:])) else letter


def say(key: str, /, **values: object) -> str:
    """The sentence kept under `key`, its places filled."""
    said = words().say[key].format(**values)
    # What was cut off ends for itself.
    return said.replace("....", "...")


@functools.cache
def _words(language: str) -> Words:
    """Raises ValueError where two topics say the same."""
    found = Words()
    for page in _pages(language):
        rank = page["rank"]
        found.commands += [{"rank": rank, **each} for each in page.get("command", [])]
        found.courtesy += page.get("courtesy", [])
        for section in ("answers", "tools", "topics", "say"):
            known, more = getattr(found, section), page.get(section, {})
            if twice := known.keys() & more.keys():
                raise ValueError(f"said twice in {language}: {sorted(twice)}")
            known.update(more)
    found.commands.sort(key=itemgetter("rank"))
    return found if language == DEFAULT else completed(found)


def completed(words: Words) -> Words:
    """With what they lack in English: better than not at all."""
    english = _words(DEFAULT)
    return replace(
        words,
        answers={**english.answers, **words.answers},
        tools={**english.tools, **words.tools},
        topics={**english.topics, **words.topics},
        say={**english.say, **words.say},
    )


def _page(language: str, name: str) -> dict[str, Any]:
    source = resources.files(__package__).joinpath(language, name)
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _pages(language: str) -> Iterator[dict[str, Any]]:
    folder = resources.files(__package__).joinpath(language)
    for source in sorted(folder.iterdir(), key=lambda each: each.name):
        if source.name.endswith(".toml") and source.name not in (TIMES, CLAIMS):
            yield {"rank": 0, **_page(language, source.name)}
