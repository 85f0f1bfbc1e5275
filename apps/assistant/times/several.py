"""Several times in one phrase: "tuesday and thursday at 6pm", "between 3 and 4pm"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from apps.assistant.times import pieces
from apps.assistant.times.pieces import Group, Piece
from apps.assistant.times.vocabulary import Vocabulary

# What `spans.split` writes between times that have nothing to do with each other.
APART = ";"


def told(phrase: str, found: list[Group], words: Vocabulary) -> list[Group]:
    """The times that a phrase tells, each with what a neighbour says for it too.

    One when it lists none: "friday" and "at 5" side by side are one time.
    """
    listed = [*_listed(phrase, found, words)] or [Group([*pieces.pieces_of(found)])]
    return [each for group in listed for each in _ends(group)]


def _listed(phrase: str, found: list[Group], words: Vocabulary) -> Iterator[Group]:
    gaps = [phrase[a.end : b.start] for a, b in zip(found, found[1:], strict=False)]
    kinds = [piece.kind for piece in pieces.pieces_of(found)]
    is_list = all(words.lists.search(gap) for gap in gaps)
    # "every day at 8 and at 20" is one repetition.
    if is_list and len({*kinds}) < len(kinds) and kinds.count("repeat") != 1:
        yield from (_whole(number, found) for number in range(len(found)))


def _whole(number: int, found: list[Group]) -> Group:
    """A listed time with the day and the clock that another says for it.

    A day said first holds for all that follow, one said last for all before it.
    """
    group, before, after = found[number], found[:number][::-1], found[number + 1 :]
    if group.has_kind("offset", "repeat"):
        return group
    if not group.has_kind("day"):
        shared = [g for g in after if g.pieces[0].kind != "day"]
        return Group([*group.pieces, *_first("day", [*before, *shared])])
    if not group.has_kind("clock", "range", "part"):
        return Group([*group.pieces, *_first("clock", after)])
    return group


def _first(kind: str, others: list[Group]) -> list[Piece]:
    return [piece for group in others if (piece := group.of(kind))][:1]


def _ends(group: Group) -> list[Group]:
    """Both ends of a range as times of their own."""
    if not (span := group.of("range")):
        return [group]
    others = [piece for piece in group.pieces if piece is not span]
    return [Group([*others, end]) for end in _both(span)]


def _both(span: Piece) -> Iterator[Piece]:
    caught = span.caught
    if "unit" in caught:
        for name in ("first", "last"):
            own = {"n": caught[name], "unit": caught["unit"]}
            yield replace(span, kind="offset", caught=own)
        return
    first = {k.removeprefix("first_"): v for k, v in caught.items() if "first" in k}
    last = {k.removeprefix("last_"): v for k, v in caught.items() if "last" in k}
    if "meridiem" in last:
        first.setdefault("meridiem", _shared(first, last))
    yield replace(span, kind="clock", caught=first)
    yield replace(span, kind="clock", caught=last)


def _shared(first: dict[str, str], last: dict[str, str]) -> str:
    """The half of the day of "3" in "3 to 4pm", and of "11" in "11 to 1pm"."""
    is_same = int(first["hour"]) % 12 <= int(last["hour"]) % 12
    is_afternoon = last["meridiem"].lower().startswith("p") == is_same
    return "pm" if is_afternoon else "am"
