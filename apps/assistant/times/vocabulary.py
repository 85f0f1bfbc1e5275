"""The time words of one language, compiled from its `times` page."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apps.assistant import phrases

# Units that a day is made of.
SHORT = frozenset({"second", "minute", "hour"})
# Strengths of what needs a neighbour to be a time, in the same time or in a list.
ATTACHED = frozenset({"attach", "list"})
# The kind of what is called by a time and is none: "date night".
NAME = "name"


@dataclass(frozen=True)
class Pattern:
    """One way to say a piece of a time, and where it counts as one."""

    kind: str
    strength: str
    regex: re.Pattern[str]


@dataclass(frozen=True)
class Vocabulary:
    """Word tables turned around: from the word to its value."""

    patterns: tuple[Pattern, ...]
    values: Mapping[str, Mapping[str, str]]
    leads: re.Pattern[str]
    open_leads: frozenset[str]
    joins: re.Pattern[str]
    vetoes: re.Pattern[str]
    counts: re.Pattern[str]
    follows: re.Pattern[str]
    fillers: re.Pattern[str]
    lists: re.Pattern[str]
    seconds: re.Pattern[str]
    ands: frozenset[str]
    day_leads: frozenset[str]
    anchors: re.Pattern[str]
    names: re.Pattern[str]
    spoken: Mapping[str, list[str]]
    labels: Mapping[str, str]

    def knows(self, table: str, word: str) -> bool:
        """Whether the language has such a table, with that word in it."""
        return " ".join(word.split()) in self.values.get(table, {})

    def value(self, table: str, word: str) -> str:
        """The value of a word as `folded`; KeyError when unknown."""
        return self.values[table][" ".join(word.split()).rstrip(".")]


def _either(words: Iterable[str]) -> str:
    """An alternative of words; the longest first, or "h" would hide "hours"."""
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", " +") for word in longest_first)


def _turned(table: Mapping[str, object]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, words in table.items():
        if isinstance(words, list):
            found.update({word.rstrip("."): key for word in words})
        else:
            found[key] = str(words)
    return found


def _spelt(entry: Mapping[str, str], page: Mapping[str, Mapping[str, str]]) -> str:
    """A pattern with the parts put in that several have."""
    source = entry["match"]
    for name, part in page["parts_of_patterns"].items():
        source = part.join(re.split(rf"@{name}\b", source))
    return source


def _filled(source: str, words: Mapping[str, str]) -> str:
    return (
        re.sub(r"@([a-z_]{2,})", lambda name: f"(?:{words[name.group(1)]})", source)
        .replace(" ?", r"\s*")
        .replace(" ", r"\s+")
    )


def _whole_words(source: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w./:])(?:{source})(?![\w/]|['.:]\w)", re.IGNORECASE)


def _unnamed(patterns: Iterable[Mapping[str, str]], words: Mapping[str, str]) -> str:
    """Any of the patterns, catching nothing; what says more before what says less."""
    sources = (_filled(each["match"], words) for each in patterns)
    plain = (re.sub(r"\(\?P<\w+>", "(?:", source) for source in sources)
    return "|".join(sorted(plain, key=len, reverse=True))


def spoken_here() -> Vocabulary:
    """Of the language that is spoken (phrases.py)."""
    return of(phrases.language())


@functools.cache
def of(language: str) -> Vocabulary:
    """The vocabulary of a language; raises re.error when its page is wrong."""
    page = phrases.times(language)
    around, spoken = page["around"], page["spoken"]
    told_in = [{**each, "match": _spelt(each, page)} for each in page["pattern"]]
    values = {
        name: _turned(table)
        for name, table in page.items()
        if name not in {"around", "spoken", "pattern", "parts_of_patterns"}
    }
    values["any_weekday"] = (
        values["weekdays"] | values["short_weekdays"] | values["plural_weekdays"]
    )
    values["hour_words"] = {
        word: hour
        for word, hour in values["numbers"].items()
        if word not in around["no_hours"] and " " not in word and int(hour) <= 12
    }
    words = {name: _either(table) for name, table in values.items()}
    # The dots of "a.m." are dropped from the tables, not from what people type.
    words["meridiems"] = _either(sum(page["meridiems"].values(), []))
    words["long_units"], words["short_units"] = (
        _either(w for w, unit in values["units"].items() if (unit in SHORT) == is_short)
        for is_short in (False, True)
    )
    words["follows"] = rf"(?:{_either(around['follows'])})\b"
    for kind in ("day", "clock"):
        told = [p for p in told_in if p["kind"] == kind]
        words[f"some_{kind}"] = _unnamed(
            (p for p in told if p["strength"] not in ATTACHED), words
        )

    named = "|".join(_filled(p["match"], words) for p in told_in if p["kind"] == NAME)

    def edge(name: str) -> str:
        return _either(around[name])

    return Vocabulary(
        patterns=tuple(
            Pattern(
                entry["kind"],
                entry["strength"],
                _whole_words(_filled(entry["match"], words)),
            )
            for entry in told_in
        ),
        values=values,
        leads=re.compile(rf"(?<!\w)({edge('leads')})\s+$", re.IGNORECASE),
        open_leads=frozenset(around["open_leads"]),
        joins=re.compile(rf"(?:[\s,]|(?<!\w)(?:{edge('joins')})(?!\w))*", re.I),
        vetoes=re.compile(rf"(?<!\w)(?:{edge('vetoes')})\s+$", re.IGNORECASE),
        counts=re.compile(rf"\d\s*(?:{edge('counts')})\s*$", re.IGNORECASE),
        follows=re.compile(rf"\s*(?:[,.;:!?]|(?:{edge('follows')})(?!\w)|$)", re.I),
        fillers=re.compile(rf"[\s,.!?;:&/-]|(?<!\w)(?:{edge('fillers')})(?!\w)", re.I),
        lists=re.compile(rf"[,;&/]|[.!?]\s|(?<!\w)(?:{edge('lists')})(?!\w)", re.I),
        seconds=re.compile(rf"(?<!\w)(?:{edge('seconds')})\s+$", re.IGNORECASE),
        ands=frozenset(around["ands"]),
        day_leads=frozenset(around["day_leads"]),
        names=re.compile(rf"(?<!\w)(?:{named or '(?!)'})[\s,]*$", re.IGNORECASE),
        anchors=re.compile(rf"^\s*(?:{'|'.join(around['anchors'])})[\s,:]*$", re.I),
        spoken={key: text for key, text in spoken.items() if isinstance(text, list)},
        labels={key: text for key, text in spoken.items() if isinstance(text, str)},
    )
