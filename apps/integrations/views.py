"""A person's connections: out to a provider, and back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from apps.accounts.models import User
from apps.core.errors import AppError
from apps.core.verbs import require_POST, require_safe
from apps.integrations import (
    arrivals,
    connections,
    consents,
    endpoints,
    granted,
    handshake,
)
from apps.integrations import provider as shelf
from apps.integrations import standing
from apps.integrations.arrivals import Arrival
from apps.rbac.catalog import Permission
from apps.rbac.declared import fresh, in_person, public, requires, signed_in

connecting = fresh(in_person(requires(Permission.CONNECTION_ADD)))


class Request(HttpRequest):
    """Of somebody who is signed in: the policies let nobody else through."""

    user: User


@signed_in
@require_safe
def index(request: Request) -> HttpResponse:
    shown = {"offers": connections.offers(request.user)}
    return render(request, "integrations/connections.html", shown)


@signed_in
@require_safe
def connection(request: Request, public_id: UUID) -> HttpResponse:
    row = connections.own(request.user, public_id)
    lines = granted.lines(row, granted.of(row))
    shown = {"connection": row, "lines": lines, "said": standing.words(row)}
    return render(request, "integrations/connection.html", shown)


@connecting
@never_cache
@require_POST
def connect(request: Request, provider: str) -> HttpResponse:
    """Off to the provider, by a page of ours: a form may lead to no other site."""
    declared = endpoints.offer(provider)
    row = None
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
        return redirect("integrations:connections")
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
        return _led(request, "integrations:connections")
    _say(request, arrival)
    if arrival.purpose.back:
        return redirect(arrival.purpose.back)
    return _led(request, "integrations:connection", arrival.connection.public_id)


def _led(request: HttpRequest, page: str, *args: Any) -> HttpResponse:
    """The address with the code in it is nobody's referrer."""
    response = redirect(page, *args)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _say(request: HttpRequest, arrival: Arrival) -> None:
    row = arrival.connection
    account = f" ({row.label})" if row.label else ""
    messages.success(request, f"{row.declared.name} is connected{account}.")
    if arrival.is_another:
        messages.warning(
            request, "That is another account, so it is a connection of its own."
        )
