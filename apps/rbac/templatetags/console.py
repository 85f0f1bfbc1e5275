"""Lists of the console on a phone: each row a card, each cell with its name."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

register = template.Library()
# How a cell ends as Django writes it, be it "<td class=…>" or "<th class=…>".
_END = len("</td>")


@register.filter
def labelled(
    cells: Iterable[SafeString], heads: Iterable[Mapping[str, Any]]
) -> Iterator[SafeString]:
    """The cells of a row, each with the head of its column."""
    for cell, head in zip(cells, heads, strict=True):
        # A box to tick needs no name.
        is_box = "action-checkbox" in head["class_attrib"]
        yield cell if is_box else _labelled(cell, str(head["text"]))


def _labelled(cell: SafeString, words: str) -> SafeString:
    begins, _, rest = cell.partition(">")
    held, ends = rest[:-_END], rest[-_END:]
    return format_html(
        '{} data-label="{}"><div>{}</div>{}',
        *(mark_safe(begins), capfirst(words), mark_safe(held), mark_safe(ends)),
    )
