"""What a personal token of the API may be good for, by groups of operations.

Each view of the API says its group as `scope`, or None for what a token never does; one
that says nothing is closed to tokens. A token holds `notes:read`, or `notes:write`, which
reads too. Whatever needs a fresh proof stays closed to it as well (the app named in
`FRESH_AUTH`), and what a role allows beyond one's own things does not come along.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext, gettext_noop

from apps.core.errors import Forbidden


class Scope(StrEnum):
    ACCOUNT = "account"
    PHONES = "phones"
    CONNECTIONS = "connections"
    USAGE = "usage"
    MESSAGES = "messages"
    REMINDERS = "reminders"
    LISTS = "lists"
    NOTES = "notes"
    EVENTS = "events"
    SHARES = "shares"
    MEMORY = "memory"
    APPROVALS = "approvals"
    FEATURES = "features"
    NOTIFICATIONS = "notifications"


READ, WRITE = "read", "write"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What each lets a program do, in words that follow on "may".
_WORDS = {
    Scope.ACCOUNT: (
        gettext_noop("see the profile and preferences"),
        gettext_noop("change them"),
    ),
    Scope.PHONES: (gettext_noop("see your phones"), gettext_noop("rename them")),
    Scope.CONNECTIONS: (
        gettext_noop("see your connections"),
        gettext_noop("pause and check them"),
    ),
    Scope.USAGE: (gettext_noop("see what was used, and what it cost"), ""),
    Scope.MESSAGES: (
        gettext_noop("read your conversations"),
        gettext_noop("write to the assistant, which does what you could ask of it"),
    ),
    Scope.REMINDERS: (
        gettext_noop("see reminders"),
        gettext_noop("set and change them"),
    ),
    Scope.LISTS: (gettext_noop("see lists"), gettext_noop("change lists")),
    Scope.NOTES: (gettext_noop("read notes"), gettext_noop("write and change them")),
    Scope.EVENTS: (gettext_noop("see the calendar"), gettext_noop("change it")),
    Scope.SHARES: (
        gettext_noop("see what is shared"),
        gettext_noop("share and stop sharing"),
    ),
    Scope.MEMORY: (
        gettext_noop("read what is remembered"),
        gettext_noop("change and forget it"),
    ),
    Scope.APPROVALS: (gettext_noop("see what waits for a yes"), ""),
    Scope.FEATURES: (gettext_noop("see features"), gettext_noop("switch them")),
    Scope.NOTIFICATIONS: (
        gettext_noop("see notifications"),
        gettext_noop("mark them as read"),
    ),
}
# By the name that a token holds: "notes:write".
ALL = {
    f"{scope}:{verb}": words
    for scope, (reading, writing) in _WORDS.items()
    for verb, words in ((READ, reading), (WRITE, writing))
    if words
}


class NotByToken(Forbidden):
    code = "not_by_token"
    sentence = gettext_noop("A personal token may not do this. Sign in for it.")


class InsufficientScope(Forbidden):
    """Of RFC 6750 §3.1."""

    code = "insufficient_scope"

    def __init__(self, wanted: str) -> None:
        super().__init__(f"This token lacks the scope {wanted}.")
        self.challenge = f'Bearer error="insufficient_scope", scope="{wanted}"'
        self.extra = {"scope": wanted}


def in_words(names: Collection[str]) -> list[str]:
    """What a token of these scopes may do, a line for each group of operations, in the
    language that is spoken."""
    groups = {Scope(name.partition(":")[0]) for name in names}
    return [
        ", ".join(
            gettext(words)
            for words in _WORDS[group][: 1 + (f"{group}:{WRITE}" in names)]
            if words
        )
        for group in Scope
        if group in groups
    ]


def wanted(view: Any, method: str) -> str:
    """The scope that an operation takes; empty where no token does it."""
    scope = getattr(view, "scope", None)
    name = f"{scope}:{READ if method in _SAFE else WRITE}"
    return name if name in ALL else ""


def insist(held: Collection[str], view: Any, method: str) -> None:
    """Raises NotByToken or InsufficientScope."""
    name = wanted(view, method)
    if not name:
        raise NotByToken
    if not {name, name.replace(f":{READ}", f":{WRITE}")} & set(held):
        raise InsufficientScope(name)
