"""Help for people: how to begin, what can be said, what keeps them safe."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.assistant import features, gate, phrases, toolbox
from apps.core.verbs import require_safe
from apps.integrations import provider as shelf
from apps.portal.frames import frame
from apps.rbac import limits
from apps.rbac.declared import public
from apps.sms import keywords

# What one can ask the assistant about ("help lists"), what that is called here, and the
# nouns of its tools. All of the shelf is in there.
TOPICS = (
    ("reminders", _("Reminders"), ("reminders",)),
    ("times", _("Days and times"), ()),
    ("repeating", _("What comes again"), ()),
    ("calendar", _("Calendar"), ("calendar",)),
    ("lists", _("Lists and tasks"), ("lists",)),
    ("notes", _("Notes"), ("notes",)),
    ("brief", _("Your day"), ("brief",)),
    ("mail", _("Mail"), ("mail",)),
    ("memory", _("What it knows of you"), ("memory",)),
    ("sharing", _("Sharing"), ("sharing",)),
    ("pages", _("Pages"), ("pages",)),
    ("videos", _("Videos"), ("videos",)),
    ("utility", _("Sums, units and clocks"), ("utility",)),
    ("undo", _("Undo, and why"), ("undo", "history", "why")),
    ("approvals", _("What waits for your yes"), ("approvals",)),
    ("connections", _("Accounts and features"), ("connections", "features")),
    ("settings", _("Settings"), ("settings",)),
    ("costs", _("Use and budget"), ("usage", "budget")),
    ("report", _("When an answer was wrong"), ("report", "help")),
)


@dataclass(frozen=True)
class Command:
    """`says` is a text that does it, in English; empty where the reader texts in another
    language."""

    does: str
    says: str


@dataclass(frozen=True)
class Topic:
    """`words` are those of the assistant in `language`, `needs` names accounts that do
    for it."""

    key: str
    title: Any
    words: str
    language: str
    commands: list[Command]
    needs: list[str]


@public
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    shown = {
        "frame": frame(request),
        "topics": topics(),
        "limits": _limits(request),
        "undo_minutes": int(gate.UNDO_LIVES.total_seconds() // 60),
        "stop_words": _listed(keywords.STOP_WORDS),
        "start_words": _listed(keywords.START_WORDS),
        "help_words": _listed(keywords.HELP_WORDS),
        "support_email": settings.SUPPORT_EMAIL,
    }
    return render(request, "portal/help.html", shown)


def topics() -> list[Topic]:
    """All that can be said, in the reader's language if the assistant speaks it."""
    reader = (get_language() or phrases.DEFAULT).split("-")[0]
    language = reader if reader in phrases.languages() else phrases.DEFAULT
    with phrases.spoken_in(language):
        return [
            Topic(
                key,
                title,
                phrases.say(f"help_{key}"),
                language,
                list(_commands(nouns, is_shown=language == phrases.DEFAULT)),
                list(_needs(nouns)),
            )
            for key, title, nouns in TOPICS
        ]


def _commands(nouns: tuple[str, ...], *, is_shown: bool) -> Iterator[Command]:
    for tool in toolbox.every():
        if noun(tool) in nouns:
            yield Command(tool.title, tool.examples[0] if is_shown else "")


def noun(tool: toolbox.Tool[Any]) -> str:
    """ "lists" of "lists.add"."""
    return tool.name.partition(".")[0]


def _needs(nouns: tuple[str, ...]) -> Iterator[str]:
    known: Mapping[str, features.Feature] = features.FEATURES
    for each in nouns:
        if each in known:
            yield from (shelf.named(key).name for key in known[each].needs)


def _limits(request: HttpRequest) -> limits.Limits:
    """Of whoever reads, or of a new account."""
    reader = request.user
    return limits.of(reader) if reader.is_authenticated else limits.decided(None)


def _listed(words: frozenset[str]) -> list[str]:
    return sorted(word.upper() for word in words)
