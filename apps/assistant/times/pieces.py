"""Finding the pieces of a time in a sentence: days, clocks, parts, offsets."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from apps.assistant.times.vocabulary import ATTACHED, NAME, SHORT, Pattern, Vocabulary

# When a repetition begins and ends, and what it leaves out: nothing beside any other
# time, where "until friday" is just Friday.
BOUNDS = frozenset({"since", "until", "lasts", "count", "except", "unbound"})
# Kinds that are often other words when a sentence goes on behind them.
DOUBTFUL = frozenset({"clock", "zone", "unread"})


@dataclass(frozen=True)
class Piece:
    """One match: what kind it is and the words it caught, by name."""

    kind: str
    strength: str
    start: int
    end: int
    caught: dict[str, str] = field(default_factory=dict)


@dataclass
class Group:
    """Neighbouring pieces that tell one time; at most one piece of a kind."""

    pieces: list[Piece]

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end

    def of(self, kind: str) -> Piece | None:
        return next((piece for piece in self.pieces if piece.kind == kind), None)

    def only(self, kind: str) -> Piece:
        """The one piece of a kind that there is; raises StopIteration for none."""
        return next(piece for piece in self.pieces if piece.kind == kind)

    def has_kind(self, *kinds: str) -> bool:
        return any(piece.kind in kinds for piece in self.pieces)

    def has(self, *strengths: str) -> bool:
        return any(piece.strength in strengths for piece in self.pieces)


def find(text: str, vocabulary: Vocabulary, *, whole: bool = False) -> list[Piece]:
    """The pieces in `text`, in order, the longest winning where two overlap.

    `whole` admits what is a time only where nothing else is expected ("20 min").
    """
    patterns = [p for p in vocabulary.patterns if whole or p.strength != "whole"]
    found = [*_matches(text, [p for p in patterns if p.kind not in BOUNDS])]
    if repeats := [piece for piece in found if piece.kind == "repeat"]:
        bounds = _matches(text, [p for p in patterns if p.kind in BOUNDS])
        found += (b for b in bounds if _bounds(b, repeats, vocabulary))
    kept: list[Piece] = []
    for piece in sorted(found, key=lambda p: p.start - p.end):
        if all(piece.end <= other.start or piece.start >= other.end for other in kept):
            kept.append(piece)
    kept = [piece for piece in kept if piece.kind != NAME]
    return sorted(kept, key=lambda piece: piece.start)


def _bounds(piece: Piece, repeats: list[Piece], vocabulary: Vocabulary) -> bool:
    """Nothing but a repetition of hours, said before, goes on for hours: not "walk for
    20 minutes every day"."""
    if "short" not in piece.caught:
        return True
    units = vocabulary.values["units"]
    said = [r.caught.get("unit", r.caught.get("half_unit", "")) for r in repeats]
    is_short = any(units.get(unit) in SHORT for unit in said)
    return is_short and repeats[0].start < piece.start


def _matches(text: str, patterns: Iterable[Pattern]) -> Iterator[Piece]:
    for pattern in patterns:
        for match in pattern.regex.finditer(text):
            yield Piece(
                kind=pattern.kind,
                strength=pattern.strength,
                start=match.start(),
                end=match.end(),
                caught={k: v for k, v in match.groupdict().items() if v is not None},
            )


def groups(text: str, vocabulary: Vocabulary, *, whole: bool = False) -> list[Group]:
    """The pieces of `text` gathered into times, and what is one only beside another."""
    gathered: list[Group] = []
    for piece in find(text, vocabulary, whole=whole):
        last = gathered[-1] if gathered else None
        if last and _joins(text, last, piece, vocabulary):
            last.pieces.append(piece)
        elif last and _takes_over(text, last, piece, vocabulary):
            gathered.append(Group([last.pieces.pop(), piece]))
        else:
            gathered.append(Group([piece]))
    return [each for group in gathered for each in _apart(group)]


def _apart(group: Group) -> Iterator[Group]:
    """Bounds bound nothing but a repetition: "10 times at 7am"."""
    if group.of("repeat"):
        yield group
        return
    for _, run in itertools.groupby(group.pieces, lambda piece: piece.kind in BOUNDS):
        yield Group([*run])


def _joins(text: str, group: Group, piece: Piece, vocabulary: Vocabulary) -> bool:
    between = text[group.end : piece.start]
    if piece.strength == "list" or not vocabulary.joins.fullmatch(between):
        return False
    if piece.strength in ATTACHED and between.strip(" ,"):
        return False
    if group.of(piece.kind):
        # "every day at 8 and at 20": only a repetition has several clocks.
        return piece.kind == "clock" and group.of("repeat") is not None
    return not vocabulary.ands & {*between.split()}


def _takes_over(text: str, group: Group, piece: Piece, vocabulary: Vocabulary) -> bool:
    """ "leave at 5 tomorrow at 4": the day belongs to the clock that follows it."""
    return (
        len(group.pieces) > 1
        and group.of("repeat") is None
        and group.pieces[-1].kind == "day"
        and piece.kind == "clock"
        and piece.strength not in ATTACHED
        and vocabulary.joins.fullmatch(text[group.end : piece.start]) is not None
    )


def is_lonely(group: Group) -> bool:
    """Whether the group is no time unless another stands beside it."""
    return all(piece.strength in ATTACHED for piece in group.pieces)


def trimmed(group: Group, before: str, ends: bool, vocabulary: Vocabulary) -> Group:
    """The group without a bare number or word at an edge that may be about something
    else: "3 to 5 tonight", "tomorrow 2 eggs"."""
    first, *others = group.pieces
    is_counted = _is_bare_number(first) and vocabulary.counts.search(before)
    # "fly to london tomorrow": a zone follows its clock.
    if is_counted or first.kind == "zone":
        group = Group(others)
    if group.pieces and not ends:
        last = group.pieces[-1]
        if last.strength in ATTACHED and last.kind in DOUBTFUL:
            return Group(group.pieces[:-1])
    return group


def _is_bare_number(piece: Piece) -> bool:
    return piece.strength in ATTACHED and piece.kind == "clock"


def pieces_of(found: Iterable[Group]) -> Iterator[Piece]:
    """All pieces of several groups."""
    for group in found:
        yield from group.pieces
