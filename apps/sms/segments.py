"""How many segments a text costs: GSM 03.38 septets or UCS-2 units (3GPP TS 23.038).

160 septets or 70 units fit one segment; of several, each loses room to a header and
holds 153 or 67. An extension character takes two septets, an emoji two units, and
neither is split over a boundary.
"""

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_ROOM = {"GSM-7": (160, 153), "UCS-2": (70, 67)}


@dataclass(frozen=True)
class Segments:
    encoding: str  # "GSM-7" or "UCS-2"
    segments: int
    units: int  # septets or UTF-16 units


def is_gsm(text: str) -> bool:
    return all(char in _BASIC or char in _EXTENDED for char in text)


def count(text: str) -> Segments:
    """What `text` costs. An empty text still takes one segment."""
    encoding = "GSM-7" if is_gsm(text) else "UCS-2"
    sizes = [_size(char, encoding) for char in text]
    single, part = _ROOM[encoding]
    if sum(sizes) <= single:
        return Segments(encoding, 1, sum(sizes))
    segments, used = 1, 0
    for size in sizes:
        if used + size > part:
            segments, used = segments + 1, 0
        used += size
    return Segments(encoding, segments, sum(sizes))


def _size(char: str, encoding: str) -> int:
    if encoding == "GSM-7":
        return 2 if char in _EXTENDED else 1
    return 2 if ord(char) > 0xFFFF else 1
