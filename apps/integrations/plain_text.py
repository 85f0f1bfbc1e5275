"""What strangers wrote, as plain words: no markup, nothing hidden, no end without one.

A mail is read by the assistant and repeated in texts: what its reader would not see on a
page is left out, as are signs that only steer a screen.
"""

import re
import unicodedata
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from html.parser import HTMLParser

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
    r"|opacity\s*:\s*0(?![.\d])|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
# Nested deeper than any letter is: nothing more of it is read.
_DEEPEST = 100
# Ended by the next of its kind, if by nothing else (HTML §13.1.2.4).
_ENDED_BY_NEXT = frozenset({"li", "td", "th", "tr"})


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
    """What a reader would see of a page."""
    page = _Page()
    try:
        page.feed(source[:_MOST_SOURCE])
        page.close()
    except AssertionError:
        pass  # how the parser says that a declaration is none; what it read stays
    return lines("".join(page.words), most)


def header(value: object, most: int = 300) -> str:
    """A header of a mail (RFC 2047), in one line."""
    if not isinstance(value, str):
        return ""
    try:
        return line(str(make_header(decode_header(value[: most * 8]))), most)
    except (HeaderParseError, LookupError, ValueError):
        return line(value, most)


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


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        # Elements that are open inside of one that is not seen, that one included.
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._unseen.clear()
        if self._unseen and self._ends(self._unseen[-1], tag):
            self._unseen.pop()
        if tag in _BLOCKS and not self._unseen:
            self.words.append("\n")
        if tag in _VOID or len(self._unseen) > _DEEPEST:
            return
        if self._unseen or tag in _UNSEEN or _is_hidden(attrs):
            self._unseen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if len(self._unseen) > _DEEPEST:
            return
        if tag in self._unseen:
            # What was left open inside ends with it.
            while self._unseen.pop() != tag:
                pass
        elif tag in _BLOCKS and not self._unseen:
            self.words.append("\n")

    @staticmethod
    def _ends(last: str, tag: str) -> bool:
        if last == "p":
            return tag in _BLOCKS
        return last == tag and tag in _ENDED_BY_NEXT

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            # Line ends of the source are spaces.
            self.words.append(re.sub(r"\s+", " ", data))


def _is_hidden(attrs: list[tuple[str, str | None]]) -> bool:
    given = dict(attrs)
    return "hidden" in given or bool(_HIDDEN.search(given.get("style") or ""))
