"""Taking the time out of a sentence, and nothing that only looks like one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from apps.assistant.times import pieces, vocabulary
from apps.assistant.times.pieces import Group
from apps.assistant.times.vocabulary import Vocabulary


@dataclass(frozen=True)
class Split:
    """The words that tell a time ("" when there are none) and all the others."""

    phrase: str
    rest: str


@dataclass(frozen=True)
class _Candidate:
    """A group, with the lead word before it and how sure it is to be meant."""

    group: Group
    start: int
    lead: str
    anchored: bool

    @property
    def rank(self) -> tuple[bool, bool, int]:
        complete = len(self.group.pieces) > 1 or self.group.of("offset") is not None
        return self.anchored, complete, self.start


def split(text: str, language: str = "en") -> Split:
    """Take the time that is meant out of `text`.

    "remind me tomorrow to call Ana at 9" gives "tomorrow at 9" and "remind me to
    call Ana": a day and a clock that stand apart belong together.
    """
    words = vocabulary.of(language)
    candidates = [
        candidate
        for group in pieces.groups(text, words)
        if (candidate := _candidate(text, group, words))
    ]
    if not candidates:
        return Split("", text.strip())
    best = max(candidates, key=lambda candidate: candidate.rank)
    chosen = [best, *_partner(best, candidates)]
    chosen.sort(key=lambda candidate: candidate.start)
    phrase = " ".join(text[c.start : c.group.end].strip() for c in chosen)
    return Split(phrase, _without(text, chosen))


def _candidate(text: str, group: Group, words: Vocabulary) -> _Candidate | None:
    lead = words.leads.search(text[: group.start])
    start = lead.start() if lead else group.start
    before = text[:start]
    anchored = not before.strip() or bool(words.anchors.match(before))
    ends = bool(words.follows.match(text[group.end :]))
    group = pieces.trimmed(group, ends)
    if not group.pieces or all(p.strength == "attach" for p in group.pieces):
        return None
    word = lead.group(1).lower() if lead else ""
    if not anchored and (word in words.open_leads or words.vetoes.search(before)):
        return None
    at_end = not text[group.end :].strip(" .,!?;")
    return (
        _Candidate(group, start, word, anchored)
        if _is_meant(group, word, ends, anchored or at_end)
        else None
    )


def _is_meant(group: Group, lead: str, ends: bool, at_edge: bool) -> bool:
    kinds = {piece.kind for piece in group.pieces}
    if group.has("strong") or {"day", "clock"} <= kinds:
        return True
    if lead in {"on", "by", "this"} and "day" in kinds:
        return True
    return at_edge or (ends and not group.has("edge"))


def _partner(best: _Candidate, others: list[_Candidate]) -> list[_Candidate]:
    """The clock that belongs to a lone day, or the day to a lone clock."""
    kinds = {piece.kind for piece in best.group.pieces}
    wanted = {"day": "clock", "clock": "day", "part": "clock"}
    if len(kinds) != 1 or not (missing := wanted.get(kinds.pop())):
        return []
    return [
        other
        for other in others
        if other is not best
        and [piece.kind for piece in other.group.pieces] == [missing]
        and (missing == "day" or other.lead or "hour" in other.group.pieces[0].caught)
    ][-1:]


def _without(text: str, taken: list[_Candidate]) -> str:
    rest, position = [], 0
    for candidate in taken:
        rest.append(text[position : candidate.start].rstrip(" ,"))
        position = candidate.group.end
    rest.append(text[position:].lstrip(" ,"))
    joined = " ".join(part.strip() for part in rest if part.strip())
    return re.sub(r"\s+([.,!?;:])", r"\1", joined).strip(" ,;")
