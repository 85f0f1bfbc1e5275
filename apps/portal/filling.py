"""A form on a page that is made already, with the values that somebody had typed.

Only what is filled in is another afterwards: every other character of the page stays.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from itertools import accumulate

Attributes = list[tuple[str, str | None]]
# What a browser sends and nobody types.
_NOT_TYPED = ("hidden", "password", "file", "submit", "button", "image", "reset")
_TICKED = ("checkbox", "radio")


@dataclass
class Form:
    """From `start` to `end` of the page; `action` is empty where it is the page's own."""

    start: int
    action: str
    end: int = 0
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Change:
    start: int
    end: int
    text: str


def form(page: str, *, path: str, action: str, names: Collection[str]) -> Form | None:
    """Of the page at `path` the one that sends these names to `action`; else another
    that has them all."""
    reader = _Forms(page)
    having = [each for each in reader.forms if set(names) <= each.names]
    own = [each for each in having if (each.action or path) == action]
    return next(iter(own or having), None)


def filled(page: str, place: Form, fields: Mapping[str, list[str]]) -> str:
    """What is not among the fields is not ticked."""
    reader = _Fields(page, place, fields)
    for change in reversed(reader.changes):
        page = page[: change.start] + change.text + page[change.end :]
    return page


def begun(page: str, words: str) -> str:
    """With these as the first in its main part."""
    at = _Main(page).at
    return page[:at] + words + page[at:]


class _Reader(HTMLParser):
    """Knows where in the page it is."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        lines = page.split("\n")
        self._starts = [0, *accumulate(len(line) + 1 for line in lines)]
        self.feed(page)
        self.close()

    @property
    def here(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    @property
    def after(self) -> int:
        """The end of the tag that begins here."""
        return self.here + len(self.get_starttag_text() or "")


class _Main(_Reader):
    at = 0

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if tag == "main":
            self.at = self.after


class _Forms(_Reader):
    def __init__(self, page: str) -> None:
        self.forms: list[Form] = []
        self._is_inside = False
        super().__init__(page)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        told = dict(attrs)
        if tag == "form":
            self._is_inside = (told.get("method") or "").lower() == "post"
            if self._is_inside:
                self.forms.append(Form(self.here, told.get("action") or ""))
        elif self._is_inside and tag in ("input", "select", "textarea", "button"):
            self.forms[-1].names.add(told.get("name") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._is_inside:
            self._is_inside = False
            self.forms[-1].end = self.here


class _Fields(_Reader):
    def __init__(self, page: str, place: Form, fields: Mapping[str, list[str]]) -> None:
        self.changes: list[Change] = []
        self._place = place
        self._fields = {name: list(values) for name, values in fields.items()}
        self._options: list[str] | None = None
        self._words: tuple[int, str] | None = None
        super().__init__(page)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if not self._place.start < self.here < self._place.end:
            return
        told = dict(attrs)
        name = told.get("name") or ""
        if tag == "input":
            self._input(attrs, (told.get("type") or "text").lower(), name)
        elif tag == "select":
            self._options = self._fields.get(name)
        elif tag == "option" and self._options is not None:
            is_on = (told.get("value") or "") in self._options
            self._switch("option", attrs, "selected", is_on)
        elif tag == "textarea" and self._fields.get(name):
            self._words = (self.after, self._fields[name].pop(0))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._options = None
        elif tag == "textarea" and self._words is not None:
            start, words = self._words
            # A browser leaves out the first line break.
            self.changes.append(Change(start, self.here, "\n" + escape(words)))
            self._words = None

    def _input(self, attrs: Attributes, kind: str, name: str) -> None:
        if kind in _NOT_TYPED or not name:
            return
        if kind in _TICKED:
            value = dict(attrs).get("value") or "on"
            is_on = value in self._fields.get(name, [])
            self._switch("input", attrs, "checked", is_on)
        elif self._fields.get(name):
            others = [each for each in attrs if each[0] != "value"]
            self._put("input", [*others, ("value", self._fields[name].pop(0))])

    def _switch(self, tag: str, attrs: Attributes, name: str, is_on: bool) -> None:
        others = [each for each in attrs if each[0] != name]
        self._put(tag, [*others, (name, None)] if is_on else others)

    def _put(self, tag: str, attrs: Attributes) -> None:
        words = "".join(
            f" {name}" if value is None else f' {name}="{escape(value)}"'
            for name, value in attrs
        )
        self.changes.append(Change(self.here, self.after, f"<{tag}{words}>"))
