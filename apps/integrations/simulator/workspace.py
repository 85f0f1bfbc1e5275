"""Notion's workspace: search, pages, blocks; only what was picked, and what is below.

https://developers.notion.com/reference/intro
"""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from apps.integrations.simulator import demo
from apps.integrations.simulator.messages import Answer, Stop
from apps.integrations.simulator.notion import SHAPES, page_id, trouble, user
from apps.integrations.simulator.pages import BadCursor, cut
from apps.integrations.simulator.people import Person
from apps.integrations.simulator.routes import ROUTES, Call
from apps.integrations.simulator.state import Thing
from apps.integrations.simulator.things import Things

MOST_TEXT, MOST_BLOCKS = 2000, 100


@ROUTES.api("POST", "/v1/search", SHAPES, "notion")
def search(call: Call) -> Answer:
    _begin(call, "read")
    given = call.request.json()
    words = str(given.get("query", "")).lower()
    if given.get("filter", {}).get("value", "page") != "page":
        return _listed(call, given, [], "page_or_data_source")
    pages = _pages(call)
    found = [
        page
        for page in pages.all()
        if words in _title(page).lower() and _is_shared(call, pages, page)
    ]
    found.sort(key=lambda page: (page["last_edited_time"], page["id"]), reverse=True)
    return _listed(call, given, found, "page_or_data_source")


@ROUTES.api("GET", "/v1/users/me", SHAPES, "notion")
def me(call: Call) -> Answer:
    _begin(call)
    bot: Thing = {"owner": {"type": "user", "user": user(call.person)}}
    bot["workspace_name"] = f"{call.person.given}'s workspace"
    said = {"object": "user", "id": call.person.uuid("notion-bot"), "type": "bot"}
    return Answer(200, {**said, "name": call.token["client"], "bot": bot})


@ROUTES.api("POST", "/v1/pages", SHAPES, "notion")
def create(call: Call) -> Answer:
    _begin(call, "insert")
    given, pages = call.request.json(), _pages(call)
    parent = given.get("parent")
    if not isinstance(parent, dict):
        raise _invalid("body failed validation: body.parent should be defined.")
    if not isinstance(given.get("properties"), dict):
        raise _invalid("body failed validation: body.properties should be defined.")
    _check_texts(given["properties"])
    above = None
    if "page_id" in parent:
        above = _shared(call, pages, str(parent["page_id"]))["id"]
    elif parent.get("workspace") is not True:
        raise _invalid("body failed validation: body.parent.page_id should be defined.")
    name = str(uuid.uuid4())
    page = _page(call.person, name, above, "", _stamp(call))
    page["properties"] = {"title": _property(given["properties"])}
    if above is None:
        call.grant["pages"].append(name)
    blocks = given.get("children", [])
    _append(call, name, blocks)
    return Answer(200, pages.put(page))


@ROUTES.api("GET", "/v1/pages/{page}", SHAPES, "notion")
def get(call: Call, page: str) -> Answer:
    _begin(call, "read")
    return Answer(200, _shared(call, _pages(call), page))


@ROUTES.api("PATCH", "/v1/pages/{page}", SHAPES, "notion")
def update(call: Call, page: str) -> Answer:
    _begin(call, "update")
    given, pages = call.request.json(), _pages(call)
    found = dict(_shared(call, pages, page))
    if "properties" in given:
        _check_texts(given["properties"])
        found["properties"] = {"title": _property(given["properties"])}
    for name in ("archived", "in_trash"):
        if name in given:
            found |= {"archived": bool(given[name]), "in_trash": bool(given[name])}
    return Answer(200, pages.put(found | {"last_edited_time": _stamp(call)}))


@ROUTES.api("GET", "/v1/blocks/{block}/children", SHAPES, "notion")
def children(call: Call, block: str) -> Answer:
    _begin(call, "read")
    page = _shared(call, _pages(call), block)["id"]
    blocks = [
        each
        for each in _blocks(call).all()
        if each["parent"]["page_id"] == page and not each["in_trash"]
    ]
    q = call.request.q
    given = {
        "start_cursor": q("start_cursor"),
        "page_size": call.request.number("page_size", 100),
    }
    return _listed(call, given, blocks, "block")


@ROUTES.api("PATCH", "/v1/blocks/{block}/children", SHAPES, "notion")
def append(call: Call, block: str) -> Answer:
    _begin(call, "insert")
    page = _shared(call, _pages(call), block)["id"]
    given = call.request.json().get("children")
    if not isinstance(given, list):
        raise _invalid("body failed validation: body.children should be defined.")
    made = _append(call, page, given)
    return Answer(200, _list(made, "", "block"))


@ROUTES.api("GET", "/v1/blocks/{block}", SHAPES, "notion")
def block(call: Call, block: str) -> Answer:
    _begin(call, "read")
    return Answer(200, _block_of(call, block))


@ROUTES.api("PATCH", "/v1/blocks/{block}", SHAPES, "notion")
def change_block(call: Call, block: str) -> Answer:
    _begin(call, "update")
    found, given = dict(_block_of(call, block)), call.request.json()
    kind = str(found["type"])
    if not isinstance(given.get(kind), dict):
        raise _invalid(f"body failed validation: body.{kind} should be defined.")
    _check_texts(given)
    texts = given[kind].get("rich_text", [])
    found[kind] = found[kind] | {"rich_text": [_rich(_content(each)) for each in texts]}
    found["last_edited_time"] = _stamp(call)
    return Answer(200, _blocks(call).put(found))


@ROUTES.api("DELETE", "/v1/blocks/{block}", SHAPES, "notion")
def delete_block(call: Call, block: str) -> Answer:
    _begin(call, "update")
    found = _block_of(call, block) | {"archived": True, "in_trash": True}
    return Answer(200, _blocks(call).put(found | {"last_edited_time": _stamp(call)}))


def _block_of(call: Call, name: str) -> Thing:
    found = _blocks(call).get(name)
    if found is None:
        words = f"Could not find block with ID: {name}."
        raise Stop(trouble(404, "object_not_found", words))
    _shared(call, _pages(call), found["parent"]["page_id"])
    return found


def _begin(call: Call, capability: str = "") -> None:
    if not call.request.headers.get("notion-version"):
        words = "Notion-Version header failed validation: it should be defined."
        raise Stop(trouble(400, "missing_version", words))
    if capability and capability not in call.state.settings.capabilities:
        raise Stop(SHAPES.forbidden(()))


def _pages(call: Call) -> Things:
    ids = {title: page_id(call.person, title) for title, _, _ in demo.PAGES}
    day = _stamp(call, of=call.state.now() // 86_400 * 86_400)
    pages = [
        _page(call.person, ids[title], ids.get(above), title, day)
        for title, above, _ in demo.PAGES
    ]
    return Things(call.state, "pages", call.person.address, pages)


def _blocks(call: Call) -> Things:
    made = []
    for title, _, paragraphs in demo.PAGES:
        page = page_id(call.person, title)
        for at, text in enumerate(paragraphs):
            name = call.person.uuid(f"notion-block:{title}:{at}")
            words = {"rich_text": [_rich(text)], "color": "default"}
            made.append(_block(name, page, {"type": "paragraph", "paragraph": words}))
    return Things(call.state, "blocks", call.person.address, made)


def _page(who: Person, name: str, above: str | None, title: str, at: str) -> Thing:
    parent: Thing = {"type": "workspace", "workspace": True}
    if above:
        parent = {"type": "page_id", "page_id": above}
    by = {"object": "user", "id": who.uuid("notion")}
    return {
        "object": "page",
        "id": name,
        "created_time": at,
        "last_edited_time": at,
        "created_by": by,
        "last_edited_by": by,
        "cover": None,
        "icon": None,
        "parent": parent,
        "archived": False,
        "in_trash": False,
        "properties": {"title": _property({"title": [{"text": {"content": title}}]})},
        "url": f"https://www.notion.so/{name.replace('-', '')}",
        "public_url": None,
    }


def _property(given: Thing) -> Thing:
    value = given.get("title", [])
    parts = value.get("title", []) if isinstance(value, dict) else value
    texts = [_rich(_content(each)) for each in parts if isinstance(each, dict)]
    return {"id": "title", "type": "title", "title": texts}


def _content(part: Thing) -> str:
    return str(part.get("text", {}).get("content", part.get("plain_text", "")))


def _rich(text: str) -> Thing:
    return {
        "type": "text",
        "text": {"content": text, "link": None},
        "annotations": {"bold": False, "italic": False, "code": False},
        "plain_text": text,
        "href": None,
    }


def _title(page: Thing) -> str:
    parts = page["properties"]["title"]["title"]
    return "".join(str(part["plain_text"]) for part in parts)


def _block(name: str, page: str, given: Thing) -> Thing:
    parent = {"type": "page_id", "page_id": page}
    return {
        "object": "block",
        "id": name,
        "parent": parent,
        "has_children": False,
        "archived": False,
        "in_trash": False,
        **given,
    }


def _append(call: Call, page: str, given: object) -> list[Thing]:
    if not isinstance(given, list):
        raise _invalid("body failed validation: body.children should be an array.")
    if len(given) > MOST_BLOCKS:
        words = "body failed validation: body.children.length should be ≤ `100`"
        raise _invalid(f"{words}, instead was `{len(given)}`.")
    made = []
    for block in given:
        kind = _kind(block)
        _check_texts(block)
        inside: Thing = dict(block[kind])
        texts = inside.get("rich_text", [])
        inside["rich_text"] = [_rich(_content(text)) for text in texts]
        made.append(_block(str(uuid.uuid4()), page, {"type": kind, kind: inside}))
        made[-1]["last_edited_time"] = _stamp(call)
    things = _blocks(call)
    for block in made:
        things.put(block)
    return made


def _kind(block: object) -> str:
    if isinstance(block, dict):
        for name, value in block.items():
            if isinstance(value, dict) and name != "parent":
                return str(block.get("type", name))
    raise _invalid("body failed validation: a block should say what it is.")


def _check_texts(given: Any) -> None:
    """No text longer than 2,000 characters, wherever it is."""
    if isinstance(given, dict):
        content = given.get("content")
        if isinstance(content, str) and len(content) > MOST_TEXT:
            words = "body failed validation: text.content.length should be ≤ `2000`"
            raise _invalid(f"{words}, instead was `{len(content)}`.")
        for value in given.values():
            _check_texts(value)
    elif isinstance(given, list):
        for value in given:
            _check_texts(value)


def _shared(call: Call, pages: Things, name: str) -> Thing:
    try:
        found = pages.get(str(uuid.UUID(name)))
    except ValueError as error:
        words = "path failed validation: path.page_id should be a valid uuid."
        raise _invalid(words) from error
    if found is None or not _is_shared(call, pages, found):
        words = (
            f"Could not find page with ID: {name}. Make sure the relevant pages and "
            "databases are shared with your integration."
        )
        raise Stop(trouble(404, "object_not_found", words))
    return found


def _is_shared(call: Call, pages: Things, page: Thing) -> bool:
    at: Thing | None = page
    while at is not None:
        if at["id"] in call.grant["pages"]:
            return True
        at = pages.get(at["parent"].get("page_id", ""))
    return False


def _listed(call: Call, given: Thing, rows: list[Thing], kind: str) -> Answer:
    size = given.get("page_size", 100)
    if not isinstance(size, int) or not 0 < size <= 100:
        raise _invalid("body failed validation: body.page_size should be ≤ `100`.")
    try:
        page = cut(
            rows,
            cursor=str(given.get("start_cursor") or ""),
            asked=size,
            most=call.state.settings.page_size,
            what=kind,
        )
    except BadCursor as bad:
        words = "The start_cursor provided is invalid."
        raise _invalid(words) from bad
    return Answer(200, _list(page.items, page.next, kind))


def _list(items: Iterable[Thing], after: str, kind: str) -> Thing:
    return {
        "object": "list",
        "results": list(items),
        "next_cursor": after or None,
        "has_more": bool(after),
        "type": kind,
        kind: {},
        "request_id": str(uuid.uuid4()),
    }


def _stamp(call: Call, of: float | None = None) -> str:
    at = datetime.fromtimestamp(call.state.now() if of is None else of, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


def _invalid(words: str) -> Stop:
    return Stop(trouble(400, "validation_error", words))
