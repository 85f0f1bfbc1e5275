"""A person's lists: made, filled, ticked off."""

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from apps.assistant import lists, shared
from apps.assistant.models import List, ListItem
from apps.core.errors import AppError, NotFound
from apps.core.verbs import require_POST, require_safe
from apps.portal import parts, shares, taking_back
from apps.portal.forms import ItemsForm, ListForm
from apps.portal.shell import SignedIn
from apps.portal.spoken import in_their_language
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, requires, signed_in

KIND = "lists"
# Shown at once, beside those that are done.
_MOST_OPEN = 30
State = ListItem.State
# What a button does to one item.
DONE_TO_ITEM = {
    "tick": (State.DONE, gettext_noop("Done: {}.")),
    "untick": (State.OPEN, gettext_noop("Open again: {}.")),
    "delete": (State.DELETED, gettext_noop("Taken off: {}.")),
}


@signed_in
@require_safe
@in_their_language
def every(request: SignedIn) -> HttpResponse:
    return _every(request, ListForm())


@requires(Permission.LIST_ADD)
@require_POST
@in_their_language
def make(request: SignedIn) -> HttpResponse:
    form = ListForm(request.POST)
    if not form.is_valid():
        return _every(request, form)
    try:
        row = lists.make(user=request.user, name=form.cleaned_data["name"])
    except AppError as error:
        form.add_error("name", error.sentence)
        return _every(request, form)
    return redirect("portal:list", row.public_id)


@signed_in
@require_safe
@in_their_language
def one(request: SignedIn, public_id: UUID) -> HttpResponse:
    return _one(request, _own(request, public_id), ItemsForm())


@about(Permission.LIST_CHANGE)
@require_POST
@in_their_language
def add(request: SignedIn, public_id: UUID) -> HttpResponse:
    """Several at once, with commas between them."""
    row, form = _own(request, public_id), ItemsForm(request.POST)
    if not form.is_valid():
        return _one(request, row, form)
    texts = re.split(r"[,\n]+", form.cleaned_data["items"])
    try:
        made = lists.add(by=request.user, row=row, texts=texts)
    except AppError as error:
        form.add_error("items", error.sentence)
        return _one(request, row, form)
    said = ", ".join(each.text for each in made)
    undo = lists.unmade(row, made, is_new=False)
    taking_back.offer(request, gettext("Added: %(said)s.") % {"said": said}, KIND, undo)
    return redirect("portal:list", row.public_id)


@about(Permission.LIST_CHANGE)
@require_POST
@in_their_language
def mark(request: SignedIn, public_id: UUID, item: UUID) -> HttpResponse:
    """Tick it, untick it, or take it off."""
    row = _own(request, public_id)
    found = row.items.kept().select_related("list__user").filter(public_id=item).first()
    state, said = DONE_TO_ITEM.get(request.POST.get("do", ""), ("", ""))
    if found is None or not state:
        raise NotFound(gettext("That is not on the list."))
    before = lists.mark(by=request.user, rows=[found], state=state)
    taking_back.offer(request, gettext(said).format(found.text), KIND, before)
    return redirect(parts.kept(_here(row), request.GET))


@about(Permission.LIST_CHANGE)
@require_POST
@in_their_language
def rename(request: SignedIn, public_id: UUID) -> HttpResponse:
    row, form = _own(request, public_id), ListForm(request.POST)
    if not form.is_valid():
        return _one(request, row, ItemsForm(), form)
    was = row.name
    try:
        with transaction.atomic():
            before = lists.rename(
                user=request.user, row=row, name=form.cleaned_data["name"]
            )
    except AppError as error:
        form.add_error("name", error.sentence)
        row.name = was
        return _one(request, row, ItemsForm(), form)
    taking_back.offer(
        request,
        gettext("%(was)s is called %(row_name)s now.")
        % {"was": was, "row_name": row.name},
        KIND,
        before,
    )
    return redirect("portal:list", row.public_id)


@about(Permission.LIST_CHANGE)
@require_POST
@in_their_language
def clear(request: SignedIn, public_id: UUID) -> HttpResponse:
    """Take off what is done."""
    row = _own(request, public_id)
    before = lists.clear_done(by=request.user, row=row)
    if count := len(before["items"]):
        taking_back.offer(
            request,
            gettext("Taken off: %(count)s done.") % {"count": count},
            KIND,
            before,
        )
    else:
        messages.info(request, gettext("Nothing on it is done."))
    return redirect("portal:list", row.public_id)


@about(Permission.LIST_DELETE)
@require_POST
@in_their_language
def drop(request: SignedIn, public_id: UUID) -> HttpResponse:
    row = _own(request, public_id)
    before = lists.drop(by=request.user, row=row)
    taking_back.offer(
        request,
        gettext("Deleted the list %(row_name)s.") % {"row_name": row.name},
        KIND,
        before,
    )
    return redirect("portal:lists")


def _own(request: SignedIn, public_id: UUID) -> List:
    return lists.get(user=request.user, public_id=str(public_id))


def _here(row: List) -> str:
    return reverse("portal:list", args=[row.public_id])


def _every(request: SignedIn, form: ListForm) -> HttpResponse:
    shown = {"form": form, "lists": lists.every(request.user)}
    return render(request, "portal/lists.html", shown)


def _one(
    request: SignedIn, row: List, form: ItemsForm, name: ListForm | None = None
) -> HttpResponse:
    items = list(row.items.open().select_related("added_by"))
    part = parts.of(items, request.GET, here=_here(row), most=_MOST_OPEN)
    done = [] if part.begin else lists.latest_done(row)
    card = shares.card(request.user, row)
    shown: dict[str, Any] = {
        "list": row,
        "form": form,
        "name_form": name or ListForm(initial={"name": row.name}),
        "part": part,
        "done": done,
        "can_edit": shared.may_change(request.user, row),
        "is_shared": bool(card.get("owner") or card.get("holders")),
        **card,
    }
    return render(request, "portal/list.html", shown)
