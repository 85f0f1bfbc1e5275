"""From an answer to a text that costs what it should."""

import re
import unicodedata

from apps.sms.segments import Segments, count, is_gsm

__all__ = ["MORE", "Segments", "count", "fit", "plain"]

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
        "\t": " ",
        "`": "'",
        "\u00b4": "'",
    }
)
# A terminal obeys these, a phone shows boxes: nobody means them in a text.
_CONTROLS = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {ord("\n"), ord("\t")})


def plain(text: str) -> str:
    """The text with typography made plain, and accents too where that gives GSM-7.

    Control characters are dropped, but for the end of a line. Another script stays as it is: it needs UCS-2 anyway.
    """
    text = text.translate(_CONTROLS).translate(_TYPOGRAPHY).strip()
    if is_gsm(text):
        return text
    bare = "".join(_bare(char) for char in text)
    return bare if is_gsm(bare) else text


def _bare(char: str) -> str:
    """The letter without what GSM-7 lacks: ç → c, but é stays."""
    if is_gsm(char):
        return char
    kept = unicodedata.normalize("NFKD", char)
    return "".join(part for part in kept if not unicodedata.combining(part))


def fit(text: str, segments: int = 2) -> tuple[str, str]:
    """Cut to at most `segments`: (first part, rest). A cut part ends in " (MORE)".

    Cuts after a sentence where one ends in the second half, else between words.
    """
    text = plain(text)
    if count(text).segments <= segments:
        return text, ""
    end = _longest(text, segments)
    cut = _good_cut(text, end)
    return text[:cut].rstrip() + MORE, text[cut:].lstrip()


def _longest(text: str, segments: int) -> int:
    """How many characters fit beside the marker, by bisection."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if count(text[:middle].rstrip() + MORE).segments <= segments:
            low = middle
        else:
            high = middle - 1
    return low


def _good_cut(text: str, end: int) -> int:
    ends = [m.end() for m in re.finditer(r"[.!?]\s|\n", text[:end])]
    if ends and ends[-1] > end // 2:
        return ends[-1]
    space = text.rfind(" ", end // 2, end + 1)
    if space > 0:
        return space
    # No space to cut at: at least keep an accent or a joined emoji with its letter.
    while end > 1 and (
        unicodedata.combining(text[end]) or "\u200d" in text[end - 1 : end + 1]
    ):
        end -= 1
    return end
