"""Which accounts a calendar can be kept in step with."""

from __future__ import annotations

from datetime import datetime

from apps.accounts.models import User
from apps.assistant.models import Sync
from apps.assistant.sync.google import GoogleSide
from apps.assistant.sync.microsoft import MicrosoftSide
from apps.assistant.sync.notion import NotionSide
from apps.assistant.sync.sides import Side
from apps.core.errors import NotFound
from apps.integrations import calendars, notebooks
from apps.integrations.calendars import Calendar
from apps.integrations.notebooks import Notebook

SIDES: dict[str, type[Side]] = {
    "google": GoogleSide,
    "microsoft": MicrosoftSide,
    "notion": NotionSide,
}
# What has to be allowed, both to read and to write.
NEEDED = frozenset({"calendar.list", "calendar.create"})
PAGES_NEEDED = frozenset({"page.read", "page.append"})


def of(sync: Sync, now: datetime) -> Side:
    """Raises NotFound where its person has no such account."""
    if sync.connection.user_id != sync.user_id:
        raise NotFound
    side = SIDES[sync.connection.provider]
    return side(sync.connection, now, sync.remote_id)


def pages_of(user: User) -> list[Notebook]:
    """Those of a person's accounts with pages on which their notes can be kept."""
    found = notebooks.of(user)
    return [each for each in found if PAGES_NEEDED <= each.can]


def able(user: User) -> list[Calendar]:
    """Those of a person's calendars that can be kept in step."""
    return [
        each
        for each in calendars.of(user)
        if each.connection.provider in SIDES and NEEDED <= each.can
    ]
