"""What strangers wrote, as plain words: no markup, nothing hidden, no end without one.

A mail is read by the assistant and repeated in texts: what its reader would not see on a
page is left out, as are signs that only steer a screen.
"""

import html
import json
import re
import unicodedata
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Any

from apps.core.errors import Invalid

# Of a page's source; what comes after is not looked at.
_MOST_SOURCE = 200_000
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "svg"})
_BLOCKS = frozenset(
    "p div br tr li ul ol table h1 h2 h3 h4 h5 h6 blockquote pre hr section article "
    "header footer".split()
)
_VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])"
    r"|opacity\s*:\s*0(?![.\d])|mso-hide\s*:\s*all|\shidden(?![\w-])",
    re.IGNORECASE,
)
_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,40})")
_ATTRIBUTES = re.compile(r"""[^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*>""")
_MOST_ATTRIBUTES = 2_000
# What is in them is no markup.
_RAW = {
    tag: re.compile(f"</{tag}", re.IGNORECASE) for tag in ("script", "style", "title")
}
# With the space to a next one, which is not shown (RFC 2047 §6.2).
_ENCODED = re.compile(
    r"(=\?[^?\s]{1,40}\?[bq]\?[^?\s]*\?=)(?:\s+(?==\?[^?\s]{1,40}\?[bq]\?))?",
    re.IGNORECASE,
)
# Nested deeper than any letter is: nothing more of it is read.
_DEEPEST = 100
# Ended by the next of its kind, if by nothing else (HTML §13.1.2.4).
_ENDED_BY_NEXT = frozenset({"li", "td", "th", "tr"})


def insist_on(words: Any) -> None:
    """Raises Invalid for half a surrogate pair in what is to be sent: there is no way to
    write it down."""
    try:
        json.dumps(words, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise Invalid("That has a character in it that nobody can read.") from None


def line(value: object, most: int = 300) -> str:
    """One line of it; empty for what is no text."""
    if not isinstance(value, str):
        return ""
    words = " ".join(_seen(value[: most * 4]).split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def lines(value: object, most: int) -> str:
    """Its lines, without the space around them; never more than one empty."""
    if not isinstance(value, str):
        return ""
    # Signs that are left out take no room, within reason.
    text = _seen(value[: most * 4].replace("\r\n", "\n").replace("\r", "\n"))
    kept = "\n".join(" ".join(each.split()) for each in text.split("\n"))
    kept = re.sub(r"\n{3,}", "\n\n", kept).strip()
    return kept if len(kept) <= most else kept[: most - 1].rstrip() + "…"


def from_html(source: str, most: int) -> str:
    """What a reader would see of a page. In one pass: the standard library's parser takes
    minutes for a few hundred kilobytes that are made for it."""
    page, source = _Page(), source[:_MOST_SOURCE]
    at, end = 0, len(source)
    while at < end:
        tag_at = source.find("<", at)
        page.add_words(source[at : tag_at if tag_at >= 0 else end])
        if tag_at < 0:
            break
        at = _after(source, tag_at, page)
    return lines("".join(page.words), most)


def _after(source: str, at: int, page: "_Page") -> int:
    """Where it goes on behind what `<` begins. What never ends is the rest."""
    if source.startswith("<!--", at):
        return _behind(source, "-->", at)
    if source.startswith(("<!", "<?"), at):
        return _behind(source, ">", at)
    name = _NAME.match(source, at)
    if name is None:
        page.add_words("<")
        return at + 1
    tag, start = name[2].lower(), name.end()
    # A quoted `>` ends nothing, where the quotes are sound.
    rest = _ATTRIBUTES.match(source, start, start + _MOST_ATTRIBUTES)
    behind = rest.end() if rest else _behind(source, ">", start)
    if name[1]:
        page.close(tag)
    else:
        page.open(tag, source[start : min(behind, start + _MOST_ATTRIBUTES)])
        if tag in _RAW:
            found = _RAW[tag].search(source, behind)
            return found.start() if found else len(source)
    return behind


def _behind(source: str, sign: str, at: int) -> int:
    found = source.find(sign, at)
    return len(source) if found < 0 else found + len(sign)


def unescaped(text: str) -> str:
    """`&amp;` as `&`."""
    try:
        return html.unescape(text)
    except ValueError:  # a number with thousands of digits
        return text


def header(value: object, most: int = 300) -> str:
    """A header of a mail, its encoded words read (RFC 2047), in one line."""
    if not isinstance(value, str):
        return ""
    return line(_ENCODED.sub(_decoded, value[: most * 8]), most)


def _decoded(word: re.Match[str]) -> str:
    """Each by itself: the rest of a header may be no ASCII, and stays as it is."""
    try:
        return str(make_header(decode_header(word[1])))
    except (HeaderParseError, LookupError, ValueError):
        return word[0]


def link(value: object) -> str:
    """An address that may be shown; empty for any other."""
    found = line(value, 2_000)
    return found if found.startswith("https://") and " " not in found else ""


def moment(value: object) -> datetime | None:
    """Of ISO 8601; UTC where it names no offset. None for what is no time."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def _seen(text: str) -> str:
    """Without control and format characters (zero width, direction), but for line ends
    and tabs, and the joiner that makes one picture of two."""
    return "".join(
        sign
        for sign in text
        if sign in "\n\t\u200d"
        or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )


class _Page:
    """The words that are seen, and which elements are open around them."""

    def __init__(self) -> None:
        self.words: list[str] = []
        # Elements that are open inside of one that is not seen, that one included.
        self._unseen: list[str] = []

    def add_words(self, text: str) -> None:
        if not self._unseen:
            # Line ends of the source are spaces.
            self.words.append(re.sub(r"\s+", " ", unescaped(text)))

    def open(self, tag: str, attributes: str) -> None:
        if len(self._unseen) > _DEEPEST:
            return
        if tag == "body":
            self._unseen.clear()
        if self._unseen and _ends(self._unseen[-1], tag):
            self._unseen.pop()
        if tag in _BLOCKS and not self._unseen:
            self.words.append("\n")
        if tag in _VOID:
            return
        if self._unseen or tag in _UNSEEN or _HIDDEN.search(unescaped(attributes)):
            self._unseen.append(tag)

    def close(self, tag: str) -> None:
        if len(self._unseen) > _DEEPEST:
            return
        if tag in self._unseen:
            # What was left open inside ends with it.
            while self._unseen.pop() != tag:
                pass
        elif tag in _BLOCKS and not self._unseen:
            self.words.append("\n")


def _ends(last: str, tag: str) -> bool:
    if last == "p":
        return tag in _BLOCKS
    return last == tag and tag in _ENDED_BY_NEXT
