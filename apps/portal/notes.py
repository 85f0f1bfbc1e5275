"""A person's notes: written, found, changed, deleted."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from apps.assistant import notes, shared
from apps.assistant.models import Note
from apps.core import paging
from apps.core.errors import AppError
from apps.core.verbs import require_http_methods, require_POST, require_safe
from apps.portal import shares, taking_back
from apps.portal.forms import NoteForm
from apps.portal.shell import SignedIn
from apps.portal.spoken import in_their_language
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, requires, signed_in

PAGE, KIND = "portal:notes", "notes"
_SHORT = 60


@signed_in
@require_safe
@in_their_language
def page(request: SignedIn) -> HttpResponse:
    """The newest first; with `q` those that have its words."""
    return _page(request, NoteForm())


@requires(Permission.NOTE_ADD)
@require_POST
@in_their_language
def add(request: SignedIn) -> HttpResponse:
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        row = notes.add(user=request.user, text=form.cleaned_data["text"])
    except AppError as error:
        form.add_error("text", error.sentence)
        return _page(request, form)
    said, before = f"Noted: {_short(row.text)}", notes.unmade(row)
    taking_back.offer(request, said, KIND, before)
    return redirect(PAGE)


@about(Permission.NOTE_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@in_their_language
def change(request: SignedIn, public_id: UUID) -> HttpResponse:
    row = _own(request, public_id)
    given = request.POST if request.method == "POST" else None
    form = NoteForm(given, initial={"text": row.text})
    if form.is_valid():
        text = form.cleaned_data["text"]
        before = notes.change(by=request.user, row=row, text=text)
        taking_back.offer(request, gettext("Changed."), KIND, before)
        return redirect(PAGE)
    shown = {
        "form": form,
        "note": row,
        "can_edit": shared.may_change(request.user, row),
        **shares.card(request.user, row),
    }
    return render(request, "portal/note.html", shown)


@about(Permission.NOTE_DELETE)
@require_POST
@in_their_language
def delete(request: SignedIn, public_id: UUID) -> HttpResponse:
    row = _own(request, public_id)
    before = notes.delete(by=request.user, row=row)
    taking_back.offer(
        request, gettext("Deleted: %(text)s") % {"text": _short(row.text)}, KIND, before
    )
    return redirect(PAGE)


def _own(request: SignedIn, public_id: UUID) -> Note:
    return notes.get(user=request.user, public_id=str(public_id))


def _page(request: SignedIn, form: NoteForm) -> HttpResponse:
    words, before = request.GET.get("q", "").strip(), request.GET.get("before", "")
    found = paging.newest(notes.matching(notes.among(request.user), words), before)
    shown = {
        "form": form,
        "notes": found.rows,
        "older": found.older,
        "before": before,
        "words": words,
    }
    return render(request, "portal/notes.html", shown)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[:_SHORT]}…"
