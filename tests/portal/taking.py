"""Reading what a page says of a change, and pressing its Undo."""

from html import unescape
from typing import Any

from django.test import Client


def said(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def undo(client: Client, page: Any) -> Any:
    shown = page.content.decode()
    change = shown.split('name="change" value="')[1].split('"')[0]
    back = shown.split('name="back" value="')[1].split('"')[0]
    given = {"change": unescape(change), "back": unescape(back)}
    return client.post("/app/take-back/", given, follow=True)
