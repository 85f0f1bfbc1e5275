"""What a person is to be reminded of: set in their words, done, put off, changed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.assistant import conversations, drafts, receipts, reminders
from apps.assistant.drafts import Draft
from apps.assistant.models import Reminder
from apps.assistant.times import retold
from apps.core import paging
from apps.core.errors import AppError, Invalid
from apps.core.verbs import require_http_methods, require_POST, require_safe
from apps.portal import taking_back
from apps.portal.forms import ReminderForm, ReminderWordsForm
from apps.portal.shell import SignedIn
from apps.portal.spoken import in_their_language
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, requires, signed_in

State = Reminder.State
PAGE = "portal:reminders"
KIND = "reminders"


@dataclass(frozen=True)
class Line:
    """One reminder, and its rule in words if it has one."""

    row: Reminder
    rule: str


@signed_in
@require_safe
@in_their_language
def page(request: SignedIn) -> HttpResponse:
    """The open ones; with `done` those that are over."""
    return _page(request, ReminderWordsForm())


@signed_in
@require_POST
@in_their_language
def read(request: SignedIn) -> HttpResponse:
    """What the words so far would set. Sets nothing."""
    words = request.POST.get("words", "").strip()
    draft = drafts.read(request.user, words) if words else None
    return render(request, "portal/_reminder_read.html", {"draft": draft})


@requires(Permission.REMINDER_ADD)
@require_POST
@in_their_language
def add(request: SignedIn) -> HttpResponse:
    form = ReminderWordsForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    given = form.cleaned_data
    draft = drafts.read(request.user, given["words"], given["when"])
    if draft.question:
        return _page(request, form, draft)
    try:
        with transaction.atomic():
            row = drafts.keep(request.user, draft)
    except AppError as error:
        form.add_error("words", error.sentence)
        return _page(request, form)
    deleted = reminders.unmade(row)
    _said(request, row, "created", deleted)
    return redirect(PAGE)


@about(Permission.REMINDER_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@in_their_language
def change(request: SignedIn, public_id: UUID) -> HttpResponse:
    """Other words, or another time."""
    with transaction.atomic():
        row = reminders.get_open(user=request.user, public_id=str(public_id))
    given = request.POST if request.method == "POST" else None
    form = ReminderForm(given, initial={"text": row.text})
    draft = None
    if form.is_valid():
        try:
            draft = _changed(request, row, **form.cleaned_data)
        except AppError as error:
            form.add_error(None, error.sentence)
        else:
            if draft is None:
                return redirect(PAGE)
    shown = {"form": form, "line": _line(request, row), "draft": draft}
    return render(request, "portal/reminder.html", shown)


@about(Permission.REMINDER_CHANGE)
@require_POST
@in_their_language
def complete(request: SignedIn, public_id: UUID) -> HttpResponse:
    return _do(request, public_id, reminders.complete, gettext_noop("Done: {}."))


@about(Permission.REMINDER_CHANGE)
@require_POST
@in_their_language
def snooze(request: SignedIn, public_id: UUID) -> HttpResponse:
    """Ten minutes more, from now or from when it comes."""
    with transaction.atomic():
        row = reminders.get_open(user=request.user, public_id=str(public_id))
        since = max(timezone.now(), row.due_at)
        row, before = reminders.snooze(
            user=request.user,
            public_id=str(public_id),
            due_at=since + reminders.SNOOZE,
        )
    _said(request, row, "snoozed", before)
    return redirect(PAGE)


@about(Permission.REMINDER_DELETE)
@require_POST
@in_their_language
def delete(request: SignedIn, public_id: UUID) -> HttpResponse:
    return _do(request, public_id, reminders.delete, gettext_noop("Deleted: {}."))


def _do(request: SignedIn, public_id: UUID, verb: Any, said: str) -> HttpResponse:
    with transaction.atomic():
        row, before = verb(user=request.user, public_id=str(public_id))
    taking_back.offer(request, gettext(said).format(row.text), KIND, before)
    return redirect(PAGE)


def _changed(request: SignedIn, row: Reminder, text: str, when: str) -> Draft | None:
    """What is still to be asked; nothing once it is done. Raises AppError."""
    draft = drafts.read_move(request.user, row, when) if when else None
    if draft and draft.question:
        return draft
    if text == row.text and draft is None:
        raise Invalid(gettext("Nothing is different. Change the words or the time."))
    with transaction.atomic():
        before: dict[str, Any] = {}
        if text != row.text:
            row, before = reminders.reword(
                user=request.user, public_id=str(row.public_id), text=text
            )
        if draft:
            row, moved = drafts.move(request.user, row, draft)
            before = {**before, **moved}
    _said(request, row, "moved", before)
    return None


def _said(request: SignedIn, row: Reminder, key: str, before: dict[str, Any]) -> None:
    scene = conversations.aside(request.user)
    sentence = receipts.promised(scene, key, receipts.values(row))
    taking_back.offer(request, sentence, KIND, before)


def _page(
    request: SignedIn, form: ReminderWordsForm, draft: Draft | None = None
) -> HttpResponse:
    own = Reminder.objects.owned_by(request.user)
    place = request.GET.get("after", "")
    is_done = "done" in request.GET
    if is_done:
        found = paging.newest(own.filter(state=State.DONE), place)
    else:
        found = paging.soonest(own.open(), "due_at", place)
    shown = {
        "form": form,
        "draft": draft,
        "lines": [_line(request, row) for row in found.rows],
        "more": found.older,
        "after": place,
        "is_done": is_done,
    }
    return render(request, "portal/reminders.html", shown)


def _line(request: SignedIn, row: Reminder) -> Line:
    rule = ""
    if repeats := row.recurrence:
        hours = request.user.clock_hours
        rule = retold.rule(repeats, now=timezone.now(), hours=hours)
    return Line(row, rule)
