"""Everything of a person that has some words: the newest few of each kind, and the pages
that are called so. Each kind has a page of its own with more."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from apps.accounts.models import User
from apps.assistant import lists, memory, notes, shared
from apps.assistant.models import Event, Fact, List, ListItem, Note, Reminder
from apps.core.query import containing, plain, searched
from apps.core.verbs import require_safe
from apps.portal import shell
from apps.portal.shell import SignedIn
from apps.portal.spoken import in_their_language
from apps.rbac.declared import signed_in
from apps.sms import numbers, threads
from apps.sms.models import PhoneNumber

EACH = 5
_LONG = 160


@dataclass(frozen=True)
class Hit:
    words: str
    url: str
    at: datetime | None = None


@dataclass(frozen=True)
class Part:
    """`more` leads to all of that kind, where there are more than are shown."""

    title: str
    hits: Sequence[Hit]
    more: str


@signed_in
@require_safe
@in_their_language
def page(request: SignedIn) -> HttpResponse:
    """With `q` what has all of its words."""
    words = searched(request.GET.get("q", ""))
    parts = list(_parts(request.user, words)) if words else []
    shown = {"words": " ".join(words), "parts": parts}
    return render(request, "portal/search.html", shown)


def _parts(user: User, words: Sequence[str]) -> Iterable[Part]:
    for title, find, more in _KINDS:
        found = list(find(user, words))
        if found:
            url = f"{reverse(more)}?{urlencode({'q': ' '.join(words)})}" if more else ""
            is_all = len(found) <= EACH
            yield Part(gettext(title), found[:EACH], "" if is_all else url)


def _pages(_: User, words: Sequence[str]) -> Iterable[Hit]:
    for group in shell.navigation(""):
        for item in group.items:
            label = gettext(item.label)
            if all(plain(word) in plain(label) for word in words):
                yield Hit(label, item.url)


def _messages(user: User, words: Sequence[str]) -> Iterable[Hit]:
    found = threads.page(user, words=words, limit=EACH + 1).messages
    thread = reverse("portal:conversation")
    url = f"{thread}?{urlencode({'q': ' '.join(words)})}#newest"
    for message in reversed(found):
        yield Hit(_short(message.body), url, message.at)


def _reminders(user: User, words: Sequence[str]) -> Iterable[Hit]:
    own = Reminder.objects.owned_by(user).open().filter(containing(words, "text"))
    for row in own.order_by("due_at", "pk")[: EACH + 1]:
        yield _hit("reminder", row, row.text, row.due_at)


def _events(user: User, words: Sequence[str]) -> Iterable[Hit]:
    own = Event.objects.owned_by(user).kept()
    named = own.filter(containing(words, "title", "place"))
    for row in named.order_by("-starts_at", "-pk")[: EACH + 1]:
        yield _hit("event", row, row.title, row.starts_at)


def _lists(user: User, words: Sequence[str]) -> Iterable[Hit]:
    kept = shared.kept(user, List.objects.kept()).filter(containing(words, "name"))
    for row in kept.order_by("name", "pk")[: EACH + 1]:
        yield _hit("list", row, row.name)


def _items(user: User, words: Sequence[str]) -> Iterable[Hit]:
    still = lists.on_lists_of(user).exclude(state=ListItem.State.DELETED)
    found = still.filter(containing(words, "text")).order_by("-pk")
    for row in found[: EACH + 1]:
        yield _hit("list", row.list, f"{row.text} ({row.list.name})")


def _notes(user: User, words: Sequence[str]) -> Iterable[Hit]:
    found = notes.among(user).filter(containing(words, "text"))
    for row in found[: EACH + 1]:
        yield _hit("note", row, row.text, row.created_at)


def _facts(user: User, words: Sequence[str]) -> Iterable[Hit]:
    own = Fact.objects.owned_by(user).kept()
    for row in own.filter(containing(words, "subject", "text"))[: EACH + 1]:
        yield _hit("fact", row, memory.said(row))


def _phones(user: User, words: Sequence[str]) -> Iterable[Hit]:
    own = PhoneNumber.objects.owned_by(user).filter(containing(words, "e164", "label"))
    for row in own.order_by("pk"):
        name = f"{numbers.display(row.e164)} {row.label}".strip()
        yield Hit(name, reverse("portal:phones"))


def _hit(
    page: str,
    row: Reminder | Event | List | Note | Fact,
    words: str,
    at: datetime | None = None,
) -> Hit:
    return Hit(_short(words), reverse(f"portal:{page}", args=[row.public_id]), at)


def _short(words: str) -> str:
    return words if len(words) <= _LONG else f"{words[: _LONG - 1]}…"


# What it is called, how it is found, and the page that shows more of it, if one does.
_KINDS: tuple[tuple[str, Callable[[User, Sequence[str]], Iterable[Hit]], str], ...] = (
    (gettext_noop("Pages"), _pages, ""),
    (gettext_noop("Reminders"), _reminders, ""),
    (gettext_noop("Events"), _events, ""),
    (gettext_noop("Lists"), _lists, ""),
    (gettext_noop("On lists"), _items, ""),
    (gettext_noop("Notes"), _notes, "portal:notes"),
    (gettext_noop("Memory"), _facts, "portal:memory"),
    (gettext_noop("Phones"), _phones, "portal:phones"),
    (gettext_noop("Messages"), _messages, "portal:conversation"),
)
