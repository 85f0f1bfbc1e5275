"""What is shared with others, and what is offered: made, answered, taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.assistant import offers, shared
from apps.assistant.models import List, Note, Offer
from apps.assistant.shared import Share, Thing
from apps.core.errors import AppError, Invalid
from apps.core.verbs import require_POST, require_safe
from apps.portal import parts
from apps.portal.forms import ShareForm
from apps.portal.parts import Part
from apps.portal.shell import SignedIn
from apps.portal.spoken import in_their_language
from apps.rbac.declared import signed_in

PAGE = "portal:shares"
# On the page of a thing; all of them are on the page of shares.
_MOST_HOLDERS = 20


@dataclass(frozen=True)
class Shown:
    """One offer or share, with what it is called."""

    row: Offer | Share
    name: str
    level: str

    @property
    def thing(self) -> Thing:
        return self.row.thing


@signed_in
@require_safe
@in_their_language
def page(request: SignedIn) -> HttpResponse:
    user = request.user
    shown = {
        "offered": offered(user),
        "received": _part(request, _shown(shared.received(user)), "received"),
        "given": _part(request, _shown(shared.given(user)), "given"),
        "waiting": _shown(offers.made(user)),
        "blocked": _part(request, offers.blocked(user), "blocked"),
    }
    return render(request, "portal/shares.html", shown)


@signed_in
@require_POST
@in_their_language
def offer(request: SignedIn) -> HttpResponse:
    """A list or a note by its id, else the calendar."""
    said, form = request.POST.get("thing", ""), ShareForm(request.POST)
    if said:
        thing = shared.find(user=request.user, public_id=said)
    else:
        thing = offers.calendar(request.user)
    back = _page_of(thing)
    if not form.is_valid():
        messages.error(request, gettext("Say with whom: a mail address or a number."))
        return redirect(back)
    try:
        row = offers.make(by=request.user, thing=thing, **form.cleaned_data)
    except AppError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(
            request, gettext("Offered to %(address)s.") % {"address": row.address}
        )
    return redirect(back)


@signed_in
@require_POST
@in_their_language
def answer(request: SignedIn, public_id: UUID) -> HttpResponse:
    """Accept, decline or block."""
    row, answered = (
        offers.get(user=request.user, public_id=str(public_id)),
        request.POST.get("do", ""),
    )
    if answered == "accept":
        thing = offers.accept(user=request.user, row=row)
        name = shared.of(row.owner, shared.called(thing))
        messages.success(request, gettext("You have %(name)s now.") % {"name": name})
        return redirect(_page_of(thing))
    if answered == "decline":
        offers.decline(user=request.user, row=row)
        messages.success(request, gettext("Turned down."))
    elif answered == "block":
        offers.block(user=request.user, row=row)
        messages.success(
            request,
            gettext("Nothing more comes from %(owner_email)s.")
            % {"owner_email": row.owner.email},
        )
    else:
        raise Invalid(gettext("Accept it, turn it down, or block who offers it."))
    return redirect(PAGE)


@signed_in
@require_POST
@in_their_language
def withdraw(request: SignedIn, public_id: UUID) -> HttpResponse:
    row = offers.own(user=request.user, public_id=str(public_id))
    offers.withdraw(by=request.user, row=row)
    messages.success(
        request,
        gettext("%(address)s cannot accept it any more.") % {"address": row.address},
    )
    return redirect(PAGE)


@signed_in
@require_POST
@in_their_language
def end(request: SignedIn, public_id: UUID, holder: UUID) -> HttpResponse:
    """Take it back, or leave it."""
    thing = shared.find(user=request.user, public_id=str(public_id))
    person = shared.person_of(str(holder))
    shared.revoke(by=request.user, thing=thing, person=person)
    is_own = person.pk == request.user.pk
    said = gettext("%(name)s has it no more.") % {"name": person.short_name}
    if is_own:
        said = gettext("You have left it.")
    messages.success(request, said)
    return redirect(PAGE)


@signed_in
@require_POST
@in_their_language
def unblock(request: SignedIn, person: UUID) -> HttpResponse:
    found = offers.one_blocked(request.user, person)
    offers.unblock(user=request.user, person=found)
    messages.success(
        request,
        gettext("%(found_email)s may offer you things again.")
        % {"found_email": found.email},
    )
    return redirect(PAGE)


def offered(user: User) -> list[Shown]:
    return _shown(offers.waiting(user))


def card(user: User, thing: Thing | None) -> dict[str, Any]:
    """For the page of a thing: who has it, and the form to offer it. `thing` is None for
    a calendar that was never offered."""
    if thing is not None and thing.user_id != user.pk:
        return {"owner": thing.user, "share_of": thing}
    holders = shared.holders(thing) if thing else []
    return {
        "share_of": thing,
        "share_form": ShareForm(),
        "holders": _shown(holders[:_MOST_HOLDERS]),
        "holders_more": max(0, len(holders) - _MOST_HOLDERS),
        "offers_made": offers.made(user, thing) if thing else [],
    }


def _part(request: SignedIn, rows: Sequence[Any], name: str) -> Part:
    return parts.of(rows, request.GET, here=reverse(PAGE), name=name)


def _shown(rows: Any) -> list[Shown]:
    return [
        Shown(row, shared.called(row.thing), str(Offer.Level(row.level).label))
        for row in rows
    ]


def _page_of(thing: Thing) -> str:
    if isinstance(thing, List):
        return reverse("portal:list", args=[thing.public_id])
    if isinstance(thing, Note):
        return reverse("portal:note", args=[thing.public_id])
    return reverse("portal:calendar")
