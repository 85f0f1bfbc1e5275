"""Accounts elsewhere, at the moment at which the tests of the assistant begin."""

import re
from typing import Any

import time_machine

from tests.assistant.conftest import MONDAY_AT_NINE, Phone
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator

FEATURES = {
    "google": [
        "mail.read",
        "mail.send",
        "mail.draft",
        "calendar.read",
        "calendar.busy",
        "calendar.write",
    ],
    "microsoft": ["calendar.read", "calendar.write"],
    "youtube": ["videos.read", "playlists.write"],
    "notion": ["pages.read", "pages.write"],
}


def connected(phone: Phone, providers: Simulator, provider: str, **more: Any) -> Phone:
    """With everything switched on; what is in the account is of the tests' Monday."""
    features = more.pop("features", FEATURES[provider])
    more.setdefault("account", "alice@example.com")
    connect(phone.user, providers, provider, features, **more)
    return phone


def set_back(providers: Simulator) -> None:
    """The simulator to the tests' Monday, whatever the day is."""
    real = time_machine.escape_hatch.time.time()
    providers.order("set", ahead=int(MONDAY_AT_NINE.timestamp() - real))


def code_in(reply: str) -> str:
    found = re.search(r"OK (\w\w)", reply)
    assert found, reply
    return found[1]


def paths(providers: Simulator, method: str = "") -> list[str]:
    """What was asked of the APIs."""
    return [
        line["path"]
        for line in providers.requests()
        if not method or line["method"] == method
    ]
