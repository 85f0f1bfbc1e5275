"""Numbers as the person's language writes them: "1,234.5" or "1.234,5"."""

from __future__ import annotations

import re

from apps.assistant import phrases


def plain(said: str) -> str:
    """With a point before decimals and nothing between thousands."""
    figures = phrases.words().answers["figures"]
    said = re.sub(figures["parts_thousands"], "", said)
    return said.replace(figures["decimal"], ".")


def shown(written: str) -> str:
    """Of "1,234.5" as Python writes it."""
    figures = phrases.words().answers["figures"]
    signs = {",": figures["thousands"], ".": figures["decimal"]}
    return written.translate(str.maketrans(signs))
