"""Markdown to what a text can show: marks go, words and addresses stay.

Careful rather than complete, for people's own words pass here as well: what could be
meant as it stands (2 * 3 * 4, snake_case, *.py, a lone star) is left alone.
"""

import re

# ```python … ```: the code stays, whatever language it is in.
_FENCE = re.compile(
    r"^[ ]*(`{3,})[ ]*[\w+#.-]*[ ]*\n((?:.*\n)*?)[ ]*\1`*[ ]*$", re.MULTILINE
)
_HEADING = re.compile(r"^ {0,3}#{1,6} +(\S.*?)(?: +#+)? *$", re.MULTILINE)
_ITEM = re.compile(r"^( *)\* +(?=[^\s*])", re.MULTILINE)
# An address has a scheme, a path or a domain: "[1](2)" is no link.
_LINK = re.compile(
    r"!?\[([^\[\]\n]*)\]"
    r"\(<?(?=[a-z][a-z+.-]*:|/|#|[\w-]+\.[\w-])"
    r"((?:[^\s()<>]|\([^\s()<>]*\))+)>?\)",
    re.IGNORECASE,
)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]+)>", re.IGNORECASE)
# Marks hug their words on the inside and not on the outside. Stars may stand within a
# script that knows no spaces; an underscore within a word is part of it. What stands
# before them in an address (/, =, ?, …) is no place for emphasis to begin.
_BEFORE = r"A-Za-z0-9*_~/\\.@=&%#$+?:-"
_STARS = re.compile(
    rf"(?<![{_BEFORE}])(\*{{1,3}}|~~)(\S|\S[^\n]*?\S)\1(?![A-Za-z0-9*_~/\\(])"
)
_LINES = re.compile(rf"(?<![\w{_BEFORE}])(_{{1,3}})(\S|\S[^\n]*?\S)\1(?![\w*~/\\(])")
# Below the head of a table. One dash each could be a person's "none".
_RULE = re.compile(r" *\|?(?: *:?-{2,}:? *\|)+(?: *:?-{2,}:?)? *")


def stripped(text: str) -> str:
    """The words without their markdown. Twice is the same as once."""
    while (bare := _once(text)) != text:
        text = bare
    return text


def _once(text: str) -> str:
    text = _FENCE.sub(lambda found: found[2].removesuffix("\n"), text)
    text = _tables(text)
    text = _HEADING.sub(r"\1", text)
    text = _ITEM.sub(r"\1- ", text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _LINK.sub(_link, text)
    return _LINES.sub(_emphasis, _STARS.sub(_emphasis, text))


def _link(found: re.Match[str]) -> str:
    words, address = found[1].strip(), found[2].removeprefix("mailto:")
    if not words or _bare(words) == _bare(address):
        return address
    return f"{words} ({address})"


def _bare(address: str) -> str:
    return address.lower().rstrip("/").rpartition("://")[2]


def _emphasis(found: re.Match[str]) -> str:
    # Without a word inside it is a face, or a line to be filled in.
    return found[2] if any(map(str.isalnum, found[2])) else found[0]


def _tables(text: str) -> str:
    """Each row of a table becomes a line, its cells parted by commas."""
    lines = text.split("\n")
    made: list[str] = []
    is_table = False
    for place, line in enumerate(lines):
        below = lines[place + 1] if place + 1 < len(lines) else ""
        if "|" not in line:
            is_table = False
        elif not is_table and _RULE.fullmatch(below):
            is_table = True
        elif is_table and _RULE.fullmatch(line):
            continue
        made.append(_row(line) if is_table else line)
    return "\n".join(made)


def _row(line: str) -> str:
    cells = (cell.strip() for cell in line.split("|"))
    return ", ".join(filter(None, cells))
