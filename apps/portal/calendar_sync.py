"""Which connected calendars are kept in step, how that stands, and what lost."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.assistant import syncing
from apps.assistant.models import Sync
from apps.assistant.sync import shelf
from apps.core.errors import Invalid, NotFound
from apps.core.verbs import require_POST, require_safe
from apps.portal.shell import SignedIn
from apps.portal.spoken import in_their_language
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, requires, signed_in

PAGE = "portal:calendar_sync"
DONE = {
    "pause": (syncing.pause, "Paused. What is on either side stays."),
    "resume": (syncing.resume, "Goes on."),
    "again": (syncing.again, "All of it is being compared anew."),
}


@signed_in
@require_safe
@in_their_language
def page(request: SignedIn) -> HttpResponse:
    rows = syncing.of(request.user)
    known = {row.connection_id for row in rows}
    shown = {
        "rows": [_line(row) for row in rows],
        "able": [
            each for each in shelf.able(request.user) if each.connection.pk not in known
        ],
        "troubles": [_told(each) for each in syncing.troubles(request.user)],
    }
    return render(request, "portal/calendar_sync.html", shown)


@requires(Permission.EVENT_ADD)
@require_POST
@in_their_language
def start(request: SignedIn, public_id: UUID) -> HttpResponse:
    """With the account of that connection."""
    for calendar in shelf.able(request.user):
        if calendar.connection.public_id == public_id:
            syncing.start(user=request.user, calendar=calendar)
            messages.success(request, f"Being compared with {calendar}.")
            return redirect(PAGE)
    raise NotFound


@signed_in
@require_POST
@in_their_language
def act(request: SignedIn, public_id: UUID) -> HttpResponse:
    row = syncing.get(user=request.user, public_id=str(public_id))
    if (chosen := DONE.get(request.POST.get("do", ""))) is None:
        raise Invalid("Pause it, resume it, or compare it again.")
    verb, said = chosen
    verb(row=row)
    messages.success(request, said)
    return redirect(PAGE)


@about(Permission.EVENT_CHANGE)
@require_POST
@in_their_language
def settle(request: SignedIn, public_id: UUID) -> HttpResponse:
    """Of an event that was changed on both sides: fine as it is, or the other one."""
    row = syncing.link(user=request.user, public_id=str(public_id))
    if request.POST.get("do") == "bring_back":
        event = syncing.bring_back(row=row)
        messages.success(request, f"Brought back: {event.title}.")
    else:
        syncing.settle(row=row)
        messages.success(request, "Left as it is.")
    return redirect(PAGE)


def _line(row: Sync) -> dict[str, Any]:
    counts = row.links.filter(event__is_deleted=False)
    return {"row": row, "count": counts.count()}


def _told(link: Any) -> dict[str, Any]:
    """What lost, in words."""
    lost = link.lost["content"] if link.lost else None
    return {
        "link": link,
        "is_own": bool(link.lost) and link.lost["side"] == "own",
        "was_deleted": bool(link.lost) and lost is None,
        "lost": syncing.read(link),
    }
