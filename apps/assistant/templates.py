"""Templates of what people say, as regular expressions (phrases/__init__.py)."""

from __future__ import annotations

import functools
import itertools
import re

from apps.assistant import phrases

NUMBER = r"#?(?P<number>\d{1,2})"
NUMBERS = r"#?(?P<numbers>\d{1,2}(?:(?:\s*(?:,|&|\+|@and)\s*|\s+)#?\d{1,2})*)"
APART = r"(?:[\s,:]+|$)"
# One that nothing stands beside but space, a comma or a colon is found whole.
WORD = re.compile(r"\w+(?:['-]\w+)*")
ITEM = re.compile(r"\[[^\]]*\]|\([^)]*\)|\{\w+\}:?|[^\s\[\](){}]+")


def compiled(template: str) -> re.Pattern[str]:
    """For the whole of a text, in the language that is spoken."""
    return _compiled(phrases.language(), template)


@functools.lru_cache(maxsize=4096)
def _compiled(language: str, template: str) -> re.Pattern[str]:
    items = [*ITEM.finditer(template)]
    # "{amount}{unit}": nothing has to stand between them.
    glued = {a.start() for a, b in itertools.pairwise(items) if a.end() == b.start()}
    parts = (_part(each.group(), each.start() in glued) for each in items)
    return re.compile("".join(parts))


@functools.cache
def _slots(language: str) -> dict[str, str]:
    """What may stand in those that are not free words."""
    either = "|".join(map(re.escape, phrases.words().answers["and"]))
    numbers = NUMBERS.replace("@and", either)
    return {"number": NUMBER, "numbers": numbers, **phrases.words().answers["slots"]}


def needed(template: str) -> frozenset[str]:
    """Words of which one stands in every text it is for, whatever else does; none where
    there are no such. A literal word tells most."""
    items = [*ITEM.finditer(template)]
    apart = [
        each.group()
        for before, each, after in zip(
            [None, *items], items, [*items[1:], None], strict=False
        )
        if (before is None or before.end() < each.start())
        and (after is None or each.end() < after.start())
    ]
    found = [
        frozenset(words.split()[0] for words in item.strip("()").split("|"))
        for item in apart
        if item[0] not in "[{"
    ]
    found = [words for words in found if all(map(WORD.fullmatch, words))]
    return min(found, key=len, default=frozenset())


def _part(item: str, is_glued: bool = False) -> str:
    if item.endswith("}:"):
        return rf"(?P<{item[1:-2]}>[^\s:][^:]*?)\s*:\s*"
    if item.startswith("{"):
        name = item[1:-1]
        return _slots(phrases.language()).get(name, rf"(?P<{name}>\S.*?)") + (
            "" if is_glued else APART
        )
    if item[0] in "[(":
        words = "|".join(_words(each) for each in item[1:-1].split("|"))
        return f"(?:(?:{words}){APART})" + ("?" if item[0] == "[" else "")
    return _words(item) + ("" if is_glued else APART)


def _words(said: str) -> str:
    return re.escape(said).replace(r"\ ", r"\s+")
