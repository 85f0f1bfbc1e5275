"""A browser in a few lines: follows redirects, sends the forms it meets."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

Fields = dict[str, Any]


class _Forms(HTMLParser):
    """Each form with its address and what it would send untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, Fields]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        name = given.get("name", "")
        if not self.forms or not name or tag not in ("input", "button"):
            return
        fields = self.forms[-1][1]
        kind = given.get("type", "text" if tag == "input" else "submit")
        if kind == "checkbox":
            held = fields.setdefault(name, [])
            held += [given["value"]] if "checked" in given else []
        elif kind != "radio" or "checked" in given:
            fields.setdefault(name, given.get("value", ""))


def consent(
    address: str, /, *, back: str, form: int = 0, **answers: Any
) -> dict[str, str]:
    """Walk from an authorize address to one that begins with `back`; its query.

    On every page the form with that number is sent, with `answers` in the place of
    what it holds.
    """
    with httpx.Client(verify=False, trust_env=False, timeout=30) as client:
        page = client.get(address)
        for _ in range(20):
            if page.is_redirect:
                target = urljoin(str(page.url), page.headers["location"])
                if target.startswith(back):
                    return dict(parse_qsl(urlsplit(target).query))
                page = client.get(target)
                continue
            assert page.status_code == 200, f"{page.status_code}: {_words(page.text)}"
            action, fields = _found(page.text)[form]
            given = {n: v for n, v in answers.items() if n in fields}
            page = client.post(urljoin(str(page.url), action), data=fields | given)
        raise AssertionError("it never came back")


def _found(html: str) -> list[tuple[str, Fields]]:
    parser = _Forms()
    parser.feed(html)
    return parser.forms


def _words(html: str) -> str:
    return " ".join(
        unescape(re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", html)).split()
    )
