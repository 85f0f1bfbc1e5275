"""What is kept in step: connected calendars and a page with the notes, how that stands,
and what lost."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_noop

from apps.assistant import syncing
from apps.assistant.models import Event, Sync, SyncLink
from apps.assistant.sync import shelf
from apps.core import http
from apps.core.errors import AppError, Invalid, NotFound
from apps.core.verbs import require_POST, require_safe
from apps.integrations.notebooks import Page
from apps.portal.shell import SignedIn
from apps.portal.spoken import in_their_language
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, requires, signed_in

PAGES = {
    Sync.What.EVENTS: "portal:calendar_sync",
    Sync.What.NOTES: "portal:notes_sync",
}
DONE = {
    "pause": (syncing.pause, gettext_noop("Paused. What is on either side stays.")),
    "resume": (syncing.resume, gettext_noop("Goes on.")),
    "again": (syncing.again, gettext_noop("All of it is being compared anew.")),
}
# Somebody waits for the page.
_SECONDS, _MOST_PAGES = 10.0, 10


@signed_in
@require_safe
@in_their_language
def page(request: SignedIn) -> HttpResponse:
    known = {row.connection_id for row in syncing.of(request.user)}
    able = shelf.able(request.user)
    fresh = [each for each in able if each.connection.pk not in known]
    return _page(request, Sync.What.EVENTS, able=fresh)


@signed_in
@require_safe
@in_their_language
def notes(request: SignedIn) -> HttpResponse:
    """With `q` the pages that are called so."""
    able, words = shelf.pages_of(request.user), request.GET.get("q", "").strip()
    found: list[Any] = []
    trouble = ""
    if words and able:
        try:
            with http.within(_SECONDS):
                found = [(each, each.search(words, most=_MOST_PAGES)) for each in able]
        except AppError as error:
            trouble = error.sentence
    more = {"able": able, "words": words, "found": found, "trouble": trouble}
    return _page(request, Sync.What.NOTES, **more)


@requires(Permission.EVENT_ADD)
@require_POST
@in_their_language
def start(request: SignedIn, public_id: UUID) -> HttpResponse:
    """With the calendar of that connection."""
    for calendar in shelf.able(request.user):
        if calendar.connection.public_id == public_id:
            syncing.start(user=request.user, calendar=calendar)
            messages.success(
                request,
                gettext("Being compared with %(calendar)s.") % {"calendar": calendar},
            )
            return redirect(PAGES[Sync.What.EVENTS])
    raise NotFound


@requires(Permission.NOTE_ADD)
@require_POST
@in_their_language
def start_notes(request: SignedIn, public_id: UUID) -> HttpResponse:
    """With a page of that connection."""
    name = request.POST.get("page", "")[:64]
    title = " ".join(request.POST.get("title", "").split())[:300]
    for notebook in shelf.pages_of(request.user):
        if notebook.connection.public_id == public_id and name:
            chosen = Page(name, title)
            syncing.start_notes(user=request.user, notebook=notebook, page=chosen)
            messages.success(
                request, gettext("Being compared with “%(title)s”.") % {"title": title}
            )
            return redirect(PAGES[Sync.What.NOTES])
    raise NotFound


@signed_in
@require_POST
@in_their_language
def act(request: SignedIn, public_id: UUID) -> HttpResponse:
    row = syncing.get(user=request.user, public_id=str(public_id))
    if (chosen := DONE.get(request.POST.get("do", ""))) is None:
        raise Invalid(gettext("Pause it, resume it, or compare it again."))
    verb, said = chosen
    verb(row=row)
    messages.success(request, gettext(said))
    return redirect(PAGES[Sync.What(row.what)])


@about(Permission.EVENT_CHANGE)
@require_POST
@in_their_language
def settle(request: SignedIn, public_id: UUID) -> HttpResponse:
    """Of what was changed on both sides: fine as it is, or the other one."""
    row = syncing.link(user=request.user, public_id=str(public_id))
    if request.POST.get("do") == "bring_back":
        found = syncing.bring_back(row=row)
        called = found.title if isinstance(found, Event) else found.text[:60]
        messages.success(
            request, gettext("Brought back: %(called)s.") % {"called": called}
        )
    else:
        syncing.settle(row=row)
        messages.success(request, gettext("Left as it is."))
    return redirect(PAGES[Sync.What(row.sync.what)])


def _page(request: SignedIn, what: Sync.What, **more: Any) -> HttpResponse:
    rows = syncing.of(request.user, what)
    shown = {
        "rows": [{"row": row, "count": syncing.count(row)} for row in rows],
        "troubles": [_told(each) for each in syncing.troubles(request.user, what)],
        "is_notes": what == Sync.What.NOTES,
        **more,
    }
    return render(request, "portal/in_step.html", shown)


def _told(link: SyncLink) -> dict[str, Any]:
    """What lost, in words."""
    lost = link.lost or {}
    return {
        "link": link,
        "is_own": lost.get("side") == "own",
        "was_deleted": bool(lost) and lost["content"] is None,
        "lost": syncing.lost(link),
    }
