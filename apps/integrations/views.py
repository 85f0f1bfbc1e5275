"""A person's connections: what there is, out to a provider, and back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from apps.accounts.models import User
from apps.core import live
from apps.core.errors import AppError
from apps.core.verbs import require_POST, require_safe
from apps.integrations import (
    arrivals,
    back,
    cards,
    connections,
    consents,
    endpoints,
    granted,
    handshake,
    picker,
)
from apps.integrations import provider as shelf
from apps.integrations import standing
from apps.integrations.arrivals import Arrival
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, fresh, in_person, public, requires, signed_in

connecting = fresh(in_person(requires(Permission.CONNECTION_ADD)))


class Request(HttpRequest):
    """Of somebody who is signed in: the policies let nobody else through."""

    user: User


@signed_in
@require_safe
def index(request: Request) -> HttpResponse:
    found = cards.of(request.user)
    return live.answer(
        request,
        live.version([card.version for card in found]),
        lambda: {"cards": found},
        page="integrations/connections.html",
        part="integrations/_connections_live.html",
    )


@signed_in
@require_safe
def provider(request: Request, provider: str) -> HttpResponse:
    """Where a link in a text leads: it says which provider, and neither who nor what
    for, so whoever opens it connects their own account to themselves."""
    declared = shelf.named(provider)
    shown = {
        "provider": declared,
        "card": cards.one(request.user, declared),
        "choices": picker.for_new(declared),
    }
    return render(request, "integrations/choose.html", shown)


@about(Permission.CONNECTION_CHANGE)
@require_safe
def more(request: Request, public_id: UUID) -> HttpResponse:
    """More of an account that is connected, or all of it once more."""
    row = connections.own(request.user, public_id)
    account = cards.account(row, granted.of(row))
    shown = {
        "provider": row.declared,
        "card": cards.one(request.user, row.declared),
        "account": account,
        "choices": picker.for_more(account),
    }
    return render(request, "integrations/choose.html", shown)


@connecting
@never_cache
@require_POST
def connect(request: Request, provider: str) -> HttpResponse:
    """Off to the provider, by a page of ours: a form may lead to no other site."""
    declared, row = endpoints.offer(provider), None
    if public_id := request.POST.get("connection", ""):
        row = connections.own(request.user, public_id)
    try:
        purpose = connections.purpose(
            user=request.user,
            provider=declared,
            features=request.POST.getlist("features"),
            channel=consents.Channel.PORTAL,
            connection=row,
        )
    except AppError as error:
        messages.error(request, error.sentence)
        if row is not None:
            return redirect("integrations:more", row.public_id)
        return redirect("integrations:provider", declared.id)
    url = handshake.begin(request, declared, purpose)
    shown = {"provider": declared, "url": url}
    return render(request, "integrations/leaving.html", shown)


@in_person(public)
@never_cache
@require_safe
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Back from the provider, in the browser where it began; also where only an app is
    signed in."""
    declared = shelf.named(provider)
    try:
        arrival = arrivals.receive(request, declared)
    except AppError as error:
        messages.error(request, error.sentence)
        return _led(redirect("integrations:connections"))
    if wanted := arrival.purpose.back:
        return _led(HttpResponseRedirect(back.telling(wanted, **_outcome(arrival))))
    _say(request, arrival)
    if arrival.connection is not None:
        page = redirect("integrations:connection", arrival.connection.public_id)
    elif arrival.purpose.connection:
        page = redirect("integrations:more", arrival.purpose.connection)
    else:
        page = redirect("integrations:provider", declared.id)
    return _led(page)


def _led(response: HttpResponse) -> HttpResponse:
    """The address with the code in it is nobody's referrer."""
    response["Referrer-Policy"] = "no-referrer"
    return response


def _outcome(arrival: Arrival) -> dict[str, Any]:
    if arrival.connection is None:
        return {"error": arrival.error.code if arrival.error else "failed"}
    return {"connection": arrival.connection.public_id}


def _say(request: HttpRequest, arrival: Arrival) -> None:
    row = arrival.connection
    if row is None:
        if arrival.error:
            messages.error(request, f"{arrival.error.sentence} {arrival.left}".strip())
        return
    if row.is_paused_by_us:
        said = standing.words(row)
        messages.warning(request, f"{said.why} {said.next_step}")
        return
    name, account = row.declared.name, f" ({row.label})" if row.label else ""
    lines = granted.lines(row, granted.of(row))
    works = [gettext(line.feature.title) for line in lines if line.works]
    words = gettext("%(name)s is connected%(account)s.")
    words %= {"name": name, "account": account}
    if works:
        words += " " + gettext("Allowed: %(works)s.") % {"works": "; ".join(works)}
    messages.success(request, words)
    if missing := [gettext(line.feature.title) for line in lines if line.is_missing]:
        messages.warning(
            request,
            gettext(
                "Not allowed there: %(missing)s. That does not work until you allow it."
            )
            % {"missing": "; ".join(missing)},
        )
    if arrival.is_another:
        messages.warning(
            request,
            gettext("That is another account, so it is a connection of its own."),
        )
