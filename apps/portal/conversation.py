"""The thread of a person's texts and the answers to them, and a place to write."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import approvals, deeds_of_turns, performing, undoing
from apps.assistant.models import Approval
from apps.core import live
from apps.core.errors import AppError
from apps.core.numerals import shown
from apps.core.query import searched
from apps.core.verbs import require_POST, require_safe
from apps.portal import sms_links
from apps.portal.forms import WordsForm
from apps.portal.shell import SignedIn
from apps.portal.spoken import in_their_language
from apps.rbac.declared import signed_in
from apps.sms import files, threads, web
from apps.sms.models import PhoneNumber
from apps.sms.money import exactly_in_dollars, usage
from apps.sms.threads import Message

THREAD = "portal:conversation"
_SAID = "said"


@signed_in
@require_safe
@in_their_language
def conversation(request: SignedIn) -> HttpResponse:
    """The newest page is live: it asks again with the version it shows. With `q` those
    messages that have its words, with `with` those with one phone, or written here."""
    found = _shown(request.user, request.GET)
    return live.answer(
        request,
        live.version(found["thread"]),
        lambda: {**found, "form": _form(request)},
        page="portal/conversation.html",
        part="portal/_thread.html",
    )


@signed_in
@require_POST
@in_their_language
def say(request: SignedIn) -> HttpResponse:
    """What is written here goes the way of a text, without a carrier."""
    form = WordsForm(request.POST)
    try:
        web.say(request.user, form.data.get("words", ""))
    except AppError as error:
        messages.error(request, error.sentence)
    # With no fragment: a browser focuses nothing where it has one to go to.
    return redirect(f"{reverse(THREAD)}?{_SAID}")


def _form(request: SignedIn) -> WordsForm:
    """Whoever has just written goes on writing."""
    form = WordsForm()
    form.fields["words"].widget.attrs["autofocus"] = _SAID in request.GET
    return form


@signed_in
@require_POST
@in_their_language
def decide(request: SignedIn, public_id: UUID) -> HttpResponse:
    """Yes or no to what waits for it."""
    try:
        performing.decide(
            user=request.user,
            row=approvals.get(user=request.user, public_id=str(public_id)),
            is_yes=request.POST.get("do") in ("yes", "always"),
            always=request.POST.get("do") == "always",
            via=Approval.Via.PORTAL,
        )
    except AppError as error:
        messages.error(request, error.sentence)
    return redirect(THREAD)


@signed_in
@require_POST
@in_their_language
def undo(request: SignedIn, handle: UUID) -> HttpResponse:
    """Take one change back."""
    try:
        sentence = undoing.take_back_elsewhere(user=request.user, handle=str(handle))
    except AppError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, sentence)
    return redirect(THREAD)


@signed_in
@require_safe
@in_their_language
def file(request: SignedIn, public_id: UUID) -> HttpResponse:
    return files.answer(files.of(request.user, public_id))


def _costs(said: Sequence[Message]) -> dict[tuple[str, int], str]:
    """In dollars, of those that a carrier was paid for."""
    pks = {
        way: [each.pk for each in said if each.direction == way]
        for way in ("in", "out")
    }
    found = usage.of_texts(pks["in"], pks["out"])
    return {
        which: shown(exactly_in_dollars(micros))
        for which, micros in found.items()
        if micros
    }


def _shown(user: User, asked: Mapping[str, str]) -> dict[str, Any]:
    words, number = searched(asked.get("q", "")), asked.get("with", "")
    before = asked.get("before", "")
    page = threads.page(user, before=before, number=number, words=words)
    done = deeds_of_turns.of(user, page.messages, timezone.now())
    costs = _costs(page.messages)
    thread = [
        (
            message,
            done[message.turn_id] if message.direction == "out" else [],
            costs.get((message.direction, message.pk), ""),
        )
        for message in page.messages
    ]
    is_new = not (page.messages or before or words or number)
    return {
        "page": page,
        "thread": thread,
        "before": before,
        "words": " ".join(words),
        "number": number,
        # What was found is not live, nor are messages of before.
        "is_newest": not (before or words or number),
        "found": (
            urlencode({"q": " ".join(words), "with": number}) if words or number else ""
        ),
        "numbers": PhoneNumber.objects.owned_by(user).order_by("pk"),
        "first_text": sms_links.first_text(user) if is_new else None,
    }
