"""Pages of Notion: those that the person picked, and what is below them.

https://developers.notion.com/reference
"""

from functools import partial

from apps.integrations import plain_text
from apps.integrations.answers import Thing, things
from apps.integrations.capability import Capability
from apps.integrations.notebooks import MOST_READ, Notebook, Page

_V1 = "https://api.notion.com/v1"
_BLOCK = f"{_V1}/blocks/{{block}}"
_CHILDREN = f"{_V1}/blocks/{{page}}/children"
_can = partial(Capability, "notion")
_PAGE = 100
# 2,000 of its characters at most, and it counts one beyond the basic plane as two.
_MOST_SIGNS = 1_000


class NotionPages(Notebook):
    capabilities = (
        _can("page.search", "pages.read", "POST", f"{_V1}/search"),
        _can("page.read", "pages.read", "GET", _CHILDREN),
        _can(
            "page.create",
            "pages.write",
            "POST",
            f"{_V1}/pages",
            is_write=True,
            is_repeatable=False,
        ),
        _can("block.read", "pages.read", "GET", _BLOCK),
        _can("block.update", "pages.write", "PATCH", _BLOCK, is_write=True),
        _can("block.delete", "pages.write", "DELETE", _BLOCK, is_write=True),
        _can(
            "page.append",
            "pages.write",
            "PATCH",
            _CHILDREN,
            is_write=True,
            is_repeatable=False,
        ),
    )

    def _search(self, words: str, most: int) -> list[Page]:
        body: Thing = {
            "filter": {"property": "object", "value": "page"},
            "sort": {"direction": "descending", "timestamp": "last_edited_time"},
            "page_size": most,
        }
        if words:
            body["query"] = words
        found = list[Page]()
        asked = self.ask("page.search")
        for page in asked.pages(body=body):
            found += [_page(raw) for raw in asked.listed(page, "results")]
            if len(found) >= most:
                break
        return found[:most]

    def _read(self, page_id: str) -> str:
        said, size = list[str](), 0
        asked = self.ask("page.read")
        for page in asked.pages(steps={"page": page_id}, query={"page_size": _PAGE}):
            for block in asked.listed(page, "results"):
                said.append(_text(block))
                size += len(said[-1])
            if size > MOST_READ:
                break
        return plain_text.lines("\n".join(said), MOST_READ)

    def _create(self, title: str, under: str) -> Page:
        parent: Thing = {"type": "workspace", "workspace": True}
        if under:
            parent = {"type": "page_id", "page_id": under}
        body = {
            "parent": parent,
            "properties": {"title": {"title": [_rich(title)]}},
        }
        asked = self.ask("page.create")
        raw = asked.call(body=body)
        if not raw.get("id"):
            raise asked.odd()
        return _page(raw, title)

    def _append(self, page_id: str, text: str) -> None:
        body = {"children": [paragraph(each) for each in text.splitlines()]}
        self.ask("page.append").call(steps={"page": page_id}, body=body)


FACET = NotionPages


def _rich(text: str) -> Thing:
    return {"type": "text", "text": {"content": text}}


def paragraph(text: str) -> Thing:
    cut = [text[at : at + _MOST_SIGNS] for at in range(0, len(text), _MOST_SIGNS)]
    words = {"rich_text": [_rich(each) for each in cut]}
    return {"type": "paragraph", "paragraph": words}


def _page(raw: Thing, title: str = "") -> Page:
    return Page(
        id=plain_text.line(raw.get("id")),
        title=title or _title(raw.get("properties")),
        link=plain_text.link(raw.get("url")),
        edited_at=plain_text.moment(raw.get("last_edited_time")),
    )


def _title(properties: object) -> str:
    """The one of its properties that is its title, whatever it is called."""
    for each in properties.values() if isinstance(properties, dict) else ():
        if isinstance(each, dict) and each.get("type") == "title":
            return plain_text.line(_plain(each.get("title")))
    return ""


def _text(block: Thing) -> str:
    """Of whatever has text: a paragraph, a heading, a thing to do."""
    inside = block.get(str(block.get("type")))
    return _plain(inside.get("rich_text")) if isinstance(inside, dict) else ""


def _plain(parts: object) -> str:
    return "".join(str(each.get("plain_text", "")) for each in things(parts))
