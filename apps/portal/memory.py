"""What the assistant knows of a person, to be seen, changed and forgotten."""

from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from apps.assistant import memory
from apps.assistant.models import Fact
from apps.core.errors import AppError
from apps.core.verbs import require_http_methods, require_POST, require_safe
from apps.portal import parts, taking_back
from apps.portal.forms import FactForm
from apps.portal.shell import SignedIn
from apps.portal.spoken import in_their_language
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, requires, signed_in

PAGE, KIND = "portal:memory", "memory"
# In this order, in words to the person.
KINDS = {
    Fact.Kind.PERSON: gettext_noop("People"),
    Fact.Kind.DATE: gettext_noop("Dates"),
    Fact.Kind.PREFERENCE: gettext_noop("What you like"),
    Fact.Kind.THING: gettext_noop("Your things"),
    Fact.Kind.OTHER: gettext_noop("Also"),
}


@signed_in
@require_safe
@in_their_language
def page(request: SignedIn) -> HttpResponse:
    """By kind; with `q` what has its words."""
    return _page(request, FactForm())


@requires(Permission.FACT_ADD)
@require_POST
@in_their_language
def add(request: SignedIn) -> HttpResponse:
    form = FactForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        row, before = memory.remember(user=request.user, **form.cleaned_data)
    except AppError as error:
        form.add_error("text", error.sentence)
        return _page(request, form)
    taking_back.offer(
        request,
        gettext("Known now: %(row)s.") % {"row": memory.said(row)},
        KIND,
        before,
    )
    return redirect(PAGE)


@about(Permission.FACT_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@in_their_language
def change(request: SignedIn, public_id: UUID) -> HttpResponse:
    row = _own(request, public_id)
    given = request.POST if request.method == "POST" else None
    form = FactForm(given, initial={"text": memory.sentence(row)})
    if form.is_valid():
        try:
            before = memory.change(row=row, **form.cleaned_data)
        except AppError as error:
            form.add_error("text", error.sentence)
        else:
            said = gettext("Known now: %(row)s.") % {"row": memory.said(row)}
            taking_back.offer(request, said, KIND, before)
            return redirect(PAGE)
    return render(request, "portal/fact.html", {"form": form, "fact": row})


@about(Permission.FACT_DELETE)
@require_POST
@in_their_language
def forget(request: SignedIn, public_id: UUID) -> HttpResponse:
    row = _own(request, public_id)
    before = memory.forget(row=row)
    taking_back.offer(
        request,
        gettext("Forgotten: %(row)s.") % {"row": memory.said(row)},
        KIND,
        before,
    )
    return redirect(parts.kept(reverse(PAGE), request.GET))


@about(Permission.FACT_DELETE)
@require_http_methods(["GET", "HEAD", "POST"])
@in_their_language
def forget_all(request: SignedIn) -> HttpResponse:
    """Asks first, on a page of its own: there is no way back."""
    if request.method != "POST":
        count = Fact.objects.owned_by(request.user).kept().count()
        return render(request, "portal/forget_all.html", {"count": count})
    memory.forget_all(user=request.user)
    messages.success(request, gettext("All of it is forgotten."))
    return redirect(PAGE)


@signed_in
@require_POST
@in_their_language
def forget_talk(request: SignedIn) -> HttpResponse:
    """The summary of earlier conversations, for good."""
    memory.forget_talk(user=request.user)
    messages.success(request, gettext("The summary is deleted."))
    return redirect(PAGE)


def _own(request: SignedIn, public_id: UUID) -> Fact:
    return memory.get(user=request.user, public_id=str(public_id))


def _page(request: SignedIn, form: FactForm) -> HttpResponse:
    order, words = [*KINDS], request.GET.get("q", "").strip()
    facts = sorted(
        memory.find(request.user, words, memory.MOST),
        key=lambda fact: order.index(Fact.Kind(fact.kind)),
    )
    part = parts.of(facts, request.GET, here=reverse(PAGE))
    groups = [
        (KINDS[Fact.Kind(kind)], list(found))
        for kind, found in groupby(part.rows, lambda fact: fact.kind)
    ]
    shown = {
        "form": form,
        "groups": groups,
        "part": part,
        "words": words,
        "talk": memory.talked_about(request.user),
    }
    return render(request, "portal/memory.html", shown)
