"""Several times in one phrase: "tuesday and thursday at 6pm", "between 3 and 4pm"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from apps.assistant.times import clocks, pieces
from apps.assistant.times.pieces import Group, Piece
from apps.assistant.times.vocabulary import Vocabulary

# What `spans.split` writes between times of one sentence, which may share a day or a
# clock, and between those of several, which have nothing to do with each other.
BESIDE = "&"
APART = ";"


def told(phrase: str, found: list[Group], words: Vocabulary) -> list[Group]:
    """The times that a phrase tells, each with what a neighbour says for it too.

    One when it lists none: "friday" and "at 5" side by side are one time.
    """
    listed = (
        [*_listed(phrase, found, words)]
        or [*_repeated(found)]
        or [Group([*pieces.pieces_of(found)])]
    )
    return [each for group in listed for each in _ends(group, words)]


def _listed(phrase: str, found: list[Group], words: Vocabulary) -> Iterator[Group]:
    gaps = [phrase[a.end : b.start] for a, b in zip(found, found[1:], strict=False)]
    kinds = [piece.kind for piece in pieces.pieces_of(found)]
    is_list = all(
        words.lists.search(gap) or _are_days(a, b)
        for gap, a, b in zip(gaps, found, found[1:], strict=False)
    )
    # "every day at 8 and at 20" is one repetition.
    if gaps and is_list and kinds.count("repeat") != 1:
        yield from (_whole(number, found) for number in range(len(found)))


def _repeated(found: list[Group]) -> Iterator[Group]:
    """ "every monday at 8 and thursday at 6" are two repetitions."""
    first, *others = found
    repeat = first.of("repeat")
    if not (others and repeat and "weekday" in repeat.caught and first.of("clock")):
        return
    days = [group.of("day") for group in others]
    if all(day and day.caught.keys() == {"weekday"} for day in days) and all(
        group.has_kind("clock") for group in others
    ):
        yield first
        for group in others:
            yield Group(
                [
                    replace(piece, kind="repeat") if piece.kind == "day" else piece
                    for piece in group.pieces
                ]
            )


def _are_days(before: Group, after: Group) -> bool:
    """ "mon wed fri" is a list without its commas."""
    return {piece.kind for piece in before.pieces} == {"day"} and after.has_kind("day")


def _whole(number: int, found: list[Group]) -> Group:
    """A listed time with the day and the clock that another says for it.

    A day said first holds for all that follow, one said last for all before it; a
    clock is that of the next, or of the one before.
    """
    group, before, after = found[number], found[:number][::-1], found[number + 1 :]
    if group.has_kind("offset", "repeat"):
        return group
    if not group.has_kind("day"):
        shared = [g for g in after if g.pieces[0].kind != "day"]
        return Group([*group.pieces, *_first("day", [*before, *shared])])
    if not group.has_kind("clock", "range", "part"):
        return Group([*group.pieces, *_first("clock", [*after, *before])])
    return group


def _first(kind: str, others: list[Group]) -> list[Piece]:
    return [piece for group in others if (piece := group.of(kind))][:1]


def _ends(group: Group, words: Vocabulary) -> list[Group]:
    """Both ends of a range as times of their own."""
    # "every 2 hours from 9 to 5" is one repetition.
    if not (span := group.of("range")) or group.has_kind("repeat"):
        return [group]
    others = [piece for piece in group.pieces if piece is not span]
    return [Group([*others, end]) for end in both(span, words)]


def both(span: Piece, words: Vocabulary) -> Iterator[Piece]:
    """The ends of a range, the half of the day settled between them."""
    caught = span.caught
    if "unit" in caught:
        for name in ("first", "last"):
            own = {"n": caught[name], "unit": caught["unit"]}
            yield replace(span, kind="offset", caught=own)
        return
    first = {k.removeprefix("first_"): v for k, v in caught.items() if "first" in k}
    last = {k.removeprefix("last_"): v for k, v in caught.items() if "last" in k}
    _settle(first, last, words)
    yield replace(span, kind="clock", caught=first)
    yield replace(span, kind="clock", caught=last)


def _settle(first: dict[str, str], last: dict[str, str], words: Vocabulary) -> None:
    """The half of the day that one end says for both: "3 to 4pm", "11 to 1pm". With
    none said, "between 9 and 5" begins before noon and ends after it."""
    start, end = int(first["hour"]), int(last["hour"])
    turns = start % 12 > end % 12 and end <= 12
    half = clocks.half_of_day(last, words)
    if not half and turns and start <= 12:
        half = last["half_of_day"] = "pm"
    if half:
        is_afternoon = (half == "pm") != turns
        first.setdefault("half_of_day", "pm" if is_afternoon else "am")
