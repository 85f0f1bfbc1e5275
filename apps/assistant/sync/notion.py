"""Notes on a page of Notion: each a block of it, which keeps its id whatever is done to it.

https://developers.notion.com/reference/block

There are no tokens of changes and no versions to name: a page is read whole, and a block
once more before it is changed.
"""

from __future__ import annotations

import hashlib
from typing import Any

from apps.assistant.sync import note_contents
from apps.assistant.sync.note_contents import Words
from apps.assistant.sync.sides import Changed, Remote, Side
from apps.core.errors import Conflict, NotFound
from apps.integrations import client, plain_text
from apps.integrations.answers import Thing, things
from apps.integrations.capabilities.notion_pages import paragraph
from apps.integrations.client import Client

_PAGE, _PAGES = 100, 60
_WITH_WORDS = frozenset(
    {
        "paragraph",
        "bulleted_list_item",
        "numbered_list_item",
        "to_do",
        "quote",
        "callout",
    }
)


class NotionSide(Side):
    def changes(self, cursor: str) -> Changed:
        asked, found = self._ask("page.read"), list[Remote]()
        steps = {"page": self.remote_id}
        for page in asked.pages(steps=steps, query={"page_size": _PAGE}, most=_PAGES):
            found += [
                _seen(raw)
                for raw in asked.listed(page, "results")
                if raw.get("type") in _WITH_WORDS
            ]
        return Changed([each for each in found if each.content], "", is_whole=True)

    def read(self, remote_id: str) -> Remote:
        try:
            return _seen(self._ask("block.read").call(steps={"block": remote_id}))
        except NotFound:
            return Remote(remote_id)

    def named(self, handle: str) -> str:
        return ""

    def create(self, handle: str, content: Words) -> Remote:
        """Where the answer is lost, the page is read before it is asked for again: a
        block with these words is it."""
        asked = self._ask("page.append")
        body = {"children": [paragraph(content.text)]}
        told = asked.call(steps={"page": self.remote_id}, body=body)
        for raw in asked.listed(told, "results"):
            return _seen(raw)
        raise asked.odd()

    def update(self, there: Remote, content: Words) -> Remote:
        raw = self._ask("block.read").call(steps={"block": there.id})
        if _seen(raw).mark != there.mark:
            raise Conflict
        kind = str(raw["type"])
        body = {kind: {"rich_text": paragraph(content.text)["paragraph"]["rich_text"]}}
        asked = self._ask("block.update")
        return _seen(asked.call(steps={"block": there.id}, body=body))

    def delete(self, there: Remote) -> None:
        if there.mark and (now := self.read(there.id)).content:
            if now.mark != there.mark:
                raise Conflict
        try:
            self._ask("block.delete").call(steps={"block": there.id})
        except NotFound:
            pass  # as it should be

    def _ask(self, name: str) -> Client:
        return client.of(self.connection, name)


def _seen(raw: Thing) -> Remote:
    kind, name = str(raw.get("type")), str(raw.get("id"))
    at = plain_text.moment(raw.get("last_edited_time"))
    inside: Any = raw.get(kind)
    if raw.get("archived") or raw.get("in_trash") or not isinstance(inside, dict):
        return Remote(name, at=at)
    parts = things(inside.get("rich_text"))
    text = "".join(str(each.get("plain_text", "")) for each in parts)
    mark = hashlib.sha256(text.encode()).hexdigest()
    return Remote(name, mark, note_contents.of(text), at)
