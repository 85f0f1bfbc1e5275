"""Taking the time out of a sentence, and nothing that only looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apps.assistant.phrases import folded
from apps.assistant.times import pieces, vocabulary
from apps.assistant.times.pieces import BOUNDS, Group
from apps.assistant.times.repeats import WHICH_DAYS
from apps.assistant.times.several import APART, BESIDE
from apps.assistant.times.vocabulary import Vocabulary

SENTENCE_ENDS = re.compile(r"[.!?;](?:\s|$)")


@dataclass(frozen=True)
class Split:
    """The words that tell a time ("" when there are none) and all the others. `is_late`
    behind the name of what is in the evening: "movie night friday at 8"."""

    phrase: str
    rest: str
    is_late: bool = False


@dataclass(frozen=True)
class _Time:
    """Where a time stands: a group, or several that are listed ("8am and 8pm")."""

    groups: tuple[Group, ...]
    start: int
    lead: str
    anchored: bool

    @property
    def end(self) -> int:
        return self.groups[-1].end

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(piece.kind for piece in pieces.pieces_of(self.groups))

    @property
    def is_head(self) -> bool:
        return any(group.has("head") for group in self.groups)

    def catches(self, names: frozenset[str]) -> bool:
        return any(p.caught.keys() & names for p in pieces.pieces_of(self.groups))

    @property
    def rank(self) -> tuple[bool, bool, bool, int]:
        complete = len(self.kinds) > 1 or bool(self.kinds & {"offset", "range"})
        return self.is_head, self.anchored, complete, self.start


def split(text: str) -> Split:
    """Take the time that is meant out of `text`.

    "remind me tomorrow to call Ana at 9" gives "tomorrow at 9" and "remind me to
    call Ana": a day and a clock that stand apart belong together. Every other time
    that is meant is in the phrase as well, so that none is dropped without asking.
    """
    words, plain = vocabulary.spoken_here(), folded(text)
    found = _meant(list(_times(plain, words)))
    if not found:
        return Split("", text.strip())
    best = max(found, key=lambda each: each.rank)
    partners = _partners(best, found)
    if len(partners) > 1 and "repeat" not in best.kinds:
        # "tomorrow to call Ana at 9 and Bob at 10": each clock has the day.
        told = [_joined(text, [best, each]) for each in partners]
        return Split(f"{APART} ".join(told), _without(text, [best]))
    chosen = sorted([best, *partners], key=lambda each: each.start)
    apart = [t for t in found if t not in chosen and _counts(plain, best, t, words)]
    # "call Joe at 4 and Ana at 5" would mislead without one of its times.
    taken = chosen if best.anchored or best.is_head or not apart else []
    is_late = words.names.search(plain[: chosen[0].start]) is not None
    return Split(_told(text, chosen, apart), _without(text, taken), is_late)


def _meant(found: list[_Time]) -> list[_Time]:
    """Without the "weekly" of "weekly report every friday"."""
    repeats = [time for time in found if "repeat" in time.kinds]
    bare = [t for t in repeats if t.groups[0].pieces[0].strength == "edge"]
    return [t for t in found if t not in bare or len(repeats) == len(bare)]


def _times(text: str, words: Vocabulary) -> Iterator[_Time]:
    """The times that are meant, those that are listed as one."""
    last: _Time | None = None
    for group in pieces.groups(text, words):
        time = _time(text, group, words, last)
        if time is None:
            continue
        if last and _is_list(text[last.end : time.start], words):
            time = _Time(
                (*last.groups, *time.groups), last.start, last.lead, last.anchored
            )
        elif last:
            yield last
        last = time
    if last:
        yield last


def _is_list(between: str, words: Vocabulary) -> bool:
    return not words.lists.sub("", between).strip()


def _time(
    text: str, group: Group, words: Vocabulary, last: _Time | None
) -> _Time | None:
    """The time that a group is meant to tell, if it is; one listed after another is."""
    ends = bool(words.follows.match(text[group.end :]))
    if {piece.kind for piece in group.pieces} <= BOUNDS:
        # "every day at 8 to take pills until friday"
        at_edge = not text[group.end :].strip(" .,!?;") or not text[: group.start]
        is_day = not group.has_kind("count") and "short" not in group.pieces[0].caught
        return _Time((group,), group.start, "", False) if at_edge and is_day else None
    lead, start = _lead(text, group, words)
    between = text[last.end : start] if last else ""
    is_listed = last is not None and _is_list(between, words)
    if not (is_listed and ends):
        group = pieces.trimmed(group, text[: group.start], ends, words)
        if not group.pieces or pieces.is_lonely(group):
            return None
        lead, start = _lead(text, group, words)
    before = text[:start]
    anchored = not before.strip() or bool(words.anchors.match(before))
    if not anchored and (lead in words.open_leads or words.vetoes.search(before)):
        return None
    at_end = not text[group.end :].strip(" .,!?;")
    is_second = last is not None and _is_second(text, group, words)
    is_said = is_listed or is_second
    is_edge = anchored or at_end
    if not is_said and not _is_meant(group, lead, ends, is_edge, words):
        return None
    return _Time((group,), start, lead, anchored)


def _lead(text: str, group: Group, words: Vocabulary) -> tuple[str, int]:
    """The word that leads into a time, if any, and where it then starts."""
    found = words.leads.search(text[: group.start])
    return (found.group(1), found.start()) if found else ("", group.start)


def _is_meant(
    group: Group, lead: str, ends: bool, at_edge: bool, words: Vocabulary
) -> bool:
    kinds = {piece.kind for piece in group.pieces}
    if group.has("strong", "head") or {"day", "clock"} <= kinds:
        return True
    if lead in words.day_leads and "day" in kinds:
        return True
    return at_edge or (ends and not group.has("edge"))


def _is_second(text: str, group: Group, words: Vocabulary) -> bool:
    """ "and at 4 gym", after another time."""
    first = group.pieces[0]
    is_clock = first.kind == "clock" and "hour" in first.caught
    return is_clock and bool(words.seconds.search(text[: first.start]))


def _partners(best: _Time, others: list[_Time]) -> list[_Time]:
    """The clocks that belong to a lone day, or the days to a lone clock; of what
    repeats its clock and its bounds."""
    if "repeat" in best.kinds:
        return [each for each in others if each is not best and _is_of(best, each)]
    wanted = {"day": "clock", "clock": "day", "part": "clock"}
    missing = wanted.get("".join(best.kinds), "")
    fits = [other for other in others if other.kinds == {missing}]
    return [other for other in fits if missing == "day" or _is_clear(other)]


def _is_of(repeat: _Time, other: _Time) -> bool:
    """Whether another time tells more of what repeats."""
    if repeat.is_head:
        return True
    if other.kinds == {"repeat"}:
        # "every morning to run on weekdays"
        caught = other.groups[0].pieces[0].caught
        return bool(caught.keys() & WHICH_DAYS) and not repeat.catches(WHICH_DAYS)
    is_open = not repeat.kinds & {"clock", "range", "part"}
    is_clock = other.kinds == {"clock"} and _is_clear(other)
    return other.kinds <= BOUNDS or (is_open and is_clock)


def _is_clear(clock: _Time) -> bool:
    """ "noon" alone may be part of a name."""
    return bool(clock.lead) or "hour" in clock.groups[0].pieces[0].caught


def _counts(text: str, best: _Time, other: _Time, words: Vocabulary) -> bool:
    """Whether another time is to be set as well: not "at 4 to leave at 5", but "at 4 to
    leave and at 5 to call Ana"."""
    between = text[best.end : other.start]
    return not best.anchored or words.lists.search(between) is not None


def _told(text: str, chosen: list[_Time], apart: list[_Time]) -> str:
    """All times in the order they are said, with what lies between them."""
    phrase, end = "", 0
    for each in sorted(
        [chosen, *([t] for t in apart)], key=lambda times: times[0].start
    ):
        if phrase:
            is_new = SENTENCE_ENDS.search(text[end : each[0].start])
            phrase += f" {APART if is_new else BESIDE} "
        phrase += _joined(text, each)
        end = each[-1].end
    return phrase


def _joined(text: str, times: Iterable[_Time]) -> str:
    return " ".join(text[each.start : each.end].strip() for each in times)


def _without(text: str, taken: Iterable[_Time]) -> str:
    rest, position = [], 0
    for each in taken:
        rest.append(text[position : each.start].rstrip(" ,"))
        position = each.end
    rest.append(text[position:].lstrip(" ,"))
    joined = " ".join(part.strip() for part in rest if part.strip())
    return re.sub(r"\s+([.,!?;:])", r"\1", joined).strip(" ,;")
