"""How many segments a text costs: GSM 03.38 septets or UCS-2 units (3GPP TS 23.038).

160 septets or 70 units fit one segment; of several, each loses room to a header and
holds 153 or 67. An extension character takes two septets; in UCS-2 nothing that people
see as one character is split over a boundary. Like Twilio's own calculator
(tests/sms/test_segments.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from wcwidth import iter_graphemes

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_GSM = _BASIC | _EXTENDED
_ROOM = {"GSM-7": (160, 153), "UCS-2": (70, 67)}


@dataclass(frozen=True)
class Segments:
    encoding: str  # "GSM-7" or "UCS-2"
    segments: int
    units: int  # septets or UTF-16 units


def is_gsm(text: str) -> bool:
    return _GSM.issuperset(text)


def count(text: str) -> Segments:
    """What `text` costs. An empty text still takes one segment."""
    encoding = "GSM-7" if is_gsm(text) else "UCS-2"
    size, all_of = (
        (_septets, _all_septets) if encoding == "GSM-7" else (_units, _all_units)
    )
    units = all_of(text)
    single, part = _ROOM[encoding]
    if units <= single:
        return Segments(encoding, 1, units)
    whole = text if encoding == "GSM-7" else _unsplit(text, part)
    segments, used = 1, 0
    for one in whole:
        taken = sum(map(size, one))
        if used + taken > part:
            segments, used = segments + 1, 0
        used += taken
    return Segments(encoding, segments, units)


def _unsplit(text: str, most: int) -> Iterator[str]:
    """What stays together: a letter with its accents, a flag, a family; not what is
    larger than a segment, nor the two halves of a line's end."""
    for one in iter_graphemes(text):
        is_whole = one != "\r\n" and sum(map(_units, one)) <= most
        yield from [one] if is_whole else one


def _septets(char: str) -> int:
    return 2 if char in _EXTENDED else 1


def _all_septets(text: str) -> int:
    return len(text) + sum(map(text.count, _EXTENDED))


def _all_units(text: str) -> int:
    return sum(map(_units, text))


def _units(char: str) -> int:
    return 2 if ord(char) > 0xFFFF else 1
