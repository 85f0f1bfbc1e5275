"""From an answer to a text that costs what it should."""

import re
import unicodedata
from collections.abc import Callable

from wcwidth import iter_graphemes

from apps.sms import keywords, markdown
from apps.sms.segments import Segments, count, is_gsm

__all__ = ["MORE", "Segments", "count", "fit", "harmless", "literal", "plain"]

MORE = " (MORE)"

# One curly quote doubles the price of a text: nothing here is worth that.
_TYPOGRAPHY = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": ",",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u2026": "...",
        "\u2022": "-",
        "\u00b7": "-",
        "\u00d7": "x",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u200b": "",
        "\ufeff": "",
        "\u2028": "\n",
        "\u2029": "\n",
        "\u00ad": "",
        "\u2060": "",
        "\t": " ",
        "\u00b4": "'",
        "\u2032": "'",
        "\u2033": '"',
        "\u2039": "'",
        "\u203a": "'",
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2192": "->",
        "\u2190": "<-",
        "\u2264": "<=",
        "\u2265": ">=",
        "\u00a9": "(c)",
        "\u00ae": "(R)",
    }
)
# What takes a letter's place where that leaves nothing but GSM-7: "20 C" is still read,
# 10\u00b2 as 102 would be another number.
_STAND_INS = {"\u0153": "oe", "\u0152": "OE", "\u2044": "/", "\u00b0": " deg"}
_DEGREES = re.compile(r"\s?\u00b0\s?(?=[CF]\b)")
_FRACTION = re.compile(r"(?<=\d)(?=[\u00bc-\u00be\u2150-\u215e])")
# A terminal obeys these, a phone shows boxes: nobody means them in a text.
_CONTROLS = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {ord("\n"), ord("\t")})


def plain(text: str) -> str:
    """The text as a phone shows it, at the price of GSM-7 where no sense is lost: of
    words that may be Markdown, as a model writes them.

    Markdown and control characters go (the end of a line stays), typography and accents
    are made plain. Another script stays as it is: it needs UCS-2 anyway. Twice is the
    same as once.
    """
    return _settled(text, markdown.stripped)


def literal(text: str) -> str:
    """The same of our own sentences and the words of a person that they quote: a star
    is a star."""
    return _settled(text, str)


def _settled(text: str, unmarked: Callable[[str], str]) -> str:
    while (made := _plainer(text, unmarked)) != text:
        text = made
    return text


def _plainer(text: str, unmarked: Callable[[str], str]) -> str:
    text = text.translate(_CONTROLS).translate(_TYPOGRAPHY)
    text = unmarked(text).replace("`", "'").strip()
    if is_gsm(text):
        return text
    bare = _FRACTION.sub(" ", _DEGREES.sub(" ", text))
    bare = "".join(map(_bare, bare))
    return bare if is_gsm(bare) else text


def _bare(char: str) -> str:
    """The letter without what GSM-7 lacks: ç → c, but é stays."""
    if is_gsm(char):
        return char
    if char in _STAND_INS:
        return _STAND_INS[char]
    kept = unicodedata.normalize("NFKD", char)
    if kept.isdigit() and unicodedata.decomposition(char).startswith("<super>"):
        return f"^{kept}"
    return "".join(_STAND_INS.get(part, part) for part in kept if not _is_mark(part))


def _is_mark(char: str) -> bool:
    """Accents, and what only says how its neighbours are drawn."""
    return unicodedata.category(char) in ("Mn", "Mc", "Me", "Cf")


def harmless(text: str) -> str:
    """The text, in other words where the whole of it is a command to a carrier."""
    return f'It says "{text}".' if keywords.is_command(text) else text


def fit(text: str, segments: int = 2) -> tuple[str, str]:
    """Cut to at most `segments`: (first part, rest). A cut part ends in " (MORE)".

    Cuts after a sentence where one ends in the second half, else between words, and
    never within what people see as one character (UAX #29).
    """
    text = literal(text)
    if count(text).segments <= segments:
        return text, ""
    seen = _characters(text, segments)
    cut = _good_cut(seen, _longest(seen, segments))
    first, rest = seen[:cut], seen[cut:]
    while rest and rest[0].isspace():
        del rest[0]
    return _ended(first) + MORE, "".join(rest)


def _characters(text: str, segments: int) -> list[str]:
    """As people see them: a letter with its accents, a family, a flag."""
    seen: list[str] = []
    for one in iter_graphemes(text):
        # Marks heaped so high that no text holds them are taken one by one.
        is_heap = len(one) > 1 and count(one + MORE).segments > segments
        seen.extend(one if is_heap else [one])
    return seen


def _ended(seen: list[str]) -> str:
    """Joined, without the space at the end."""
    end = len(seen)
    while end and seen[end - 1].isspace():
        end -= 1
    return "".join(seen[:end])


def _longest(seen: list[str], segments: int) -> int:
    """How many characters fit beside the marker, by bisection."""
    low, high = 1, len(seen)
    while low < high:
        middle = (low + high + 1) // 2
        if count(_ended(seen[:middle]) + MORE).segments <= segments:
            low = middle
        else:
            high = middle - 1
    return low


def _good_cut(seen: list[str], end: int) -> int:
    for place in range(end, end // 2, -1):
        last, before = seen[place - 1], seen[place - 2 : place - 1]
        if last == "\n" or (last.isspace() and before in (["."], ["!"], ["?"])):
            return place
    spaces = (place for place in range(end, end // 2 - 1, -1) if seen[place] == " ")
    return next(spaces, 0) or end
