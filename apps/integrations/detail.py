"""One connection: how it stands, what was allowed, what can be done with it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from apps.core import live, paging
from apps.core.errors import AppError, NotFound
from apps.core.naming import NameForm
from apps.core.verbs import (
    require_http_methods,
    require_POST,
    require_safe,
)
from apps.integrations import (
    bars,
    capability,
    cards,
    checkup,
    connections,
    consents,
    event_words,
    granted,
    renewing,
    revoking,
    usage,
)
from apps.integrations.models import Connection, Consent
from apps.integrations.views import Request
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, fresh, in_person, signed_in

PORTAL = consents.Channel.PORTAL
LAST_EVENTS = 6
LAST_CONSENTS = 4

changing = about(Permission.CONNECTION_CHANGE)


@signed_in
@require_safe
def connection(request: Request, public_id: UUID) -> HttpResponse:
    row = connections.own(request.user, public_id)
    account = cards.account(row, granted.of(row))
    token, is_stopped = renewing.of(row), cards.is_stopped(row.declared)
    shown = {
        "account": account,
        "connection": row,
        "provider": row.declared,
        "token": token,
        "is_stopped": is_stopped,
    }
    is_whole = not live.is_asked_again(request)
    return live.answer(
        request,
        live.version((account.version, token.kind, token.renewed_at, is_stopped)),
        lambda: {**shown, **(_below(row) if is_whole else {})},
        page="integrations/connection.html",
        part="integrations/_connection_live.html",
    )


def _below(row: Connection) -> dict[str, Any]:
    name = row.declared.name
    events = paging.newest(row.events.all(), limit=LAST_EVENTS)
    said = paging.newest(consents.of(row.user, row.public_id), limit=LAST_CONSENTS)
    return {
        "chart": bars.chart(usage.by_day(row)),
        "calls": [
            {**call, "words": _called(row, call["capability"])}
            for call in usage.of(row)
        ],
        "events": [(each, event_words.told(each, name)) for each in events.rows],
        "more_events": events.older,
        "consents": said.rows,
    }


def _called_there(row: Connection) -> str:
    return f"{row.declared.name} ({row.label})" if row.label else row.declared.name


def _called(row: Connection, name: str) -> str:
    """The feature that a call belongs to, and its name among those of that one."""
    if name == checkup.NAME:
        return gettext("Test")
    try:
        feature = row.declared.feature(capability.named(row.provider, name).feature)
    except NotFound:
        # One there is no more.
        return name
    return f"{gettext(feature.title)} ({name})"


@signed_in
@require_safe
def events(request: Request, public_id: UUID) -> HttpResponse:
    row = connections.own(request.user, public_id)
    before = request.GET.get("before", "")
    page = paging.newest(row.events.all(), before)
    name = row.declared.name
    shown = {
        "connection": row,
        "events": [(each, event_words.told(each, name)) for each in page.rows],
        "older": page.older,
        "before": before,
    }
    return render(request, "integrations/events.html", shown)


@signed_in
@require_safe
def consents_given(request: Request) -> HttpResponse:
    """Everything they were asked and said, of accounts they gave up as well."""
    before = request.GET.get("before", "")
    page = paging.newest(Consent.objects.owned_by(request.user), before)
    shown = {"consents": page.rows, "older": page.older, "before": before}
    return render(request, "integrations/consents.html", shown)


@changing
@require_POST
def test(request: Request, public_id: UUID) -> HttpResponse:
    return _by_hand(request, public_id, checkup.test)


@changing
@require_POST
def renew(request: Request, public_id: UUID) -> HttpResponse:
    return _by_hand(request, public_id, checkup.renew)


def _by_hand(
    request: Request, public_id: UUID, act: Callable[[Connection], checkup.Finding]
) -> HttpResponse:
    row = connections.own(request.user, public_id)
    try:
        found = act(row)
    except AppError as error:
        messages.error(request, error.sentence)
    else:
        say = messages.success if found.is_good else messages.error
        say(request, found.words)
    return redirect("integrations:connection", public_id)


@changing
@require_POST
def pause(request: Request, public_id: UUID) -> HttpResponse:
    row = connections.own(request.user, public_id)
    words = gettext("%(name)s is paused. Nothing is read or written there.")
    words %= {"name": row.declared.name}
    return _done(
        request, public_id, words, lambda: connections.pause(row=row, channel=PORTAL)
    )


# What was stopped begins again, so whoever does it proves first who they are.
@fresh(changing)
@require_POST
def resume(request: Request, public_id: UUID) -> HttpResponse:
    row = connections.own(request.user, public_id)
    words = gettext("%(name)s goes on.") % {"name": row.declared.name}
    return _done(
        request, public_id, words, lambda: connections.resume(row=row, channel=PORTAL)
    )


@changing
@require_POST
def switch_off(request: Request, public_id: UUID) -> HttpResponse:
    row = connections.own(request.user, public_id)
    feature = row.declared.feature(request.POST.get("feature", ""))
    words = gettext("“%(feature)s” is switched off.")
    words %= {"feature": gettext(feature.title)}

    def act() -> None:
        connections.switch_off(row=row, feature=feature.id, channel=PORTAL)

    return _done(request, public_id, words, act)


def _done(
    request: Request, public_id: UUID, words: str, act: Callable[[], None]
) -> HttpResponse:
    try:
        act()
    except AppError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, words)
    return redirect("integrations:connection", public_id)


@fresh(in_person(about(Permission.CONNECTION_DELETE)))
@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request: Request, public_id: UUID) -> HttpResponse:
    """Says first what stops, on a page of its own."""
    row = connections.own(request.user, public_id)
    given = request.POST if request.method == "POST" else None
    form = NameForm(given, name=row.declared.name)
    if not form.is_valid():
        shown = {
            "form": form,
            "connection": row,
            "provider": row.declared,
            "account": cards.account(row, granted.of(row)),
            "can_take_back": revoking.can_take_back(row.declared),
            "hanging_on": [_called_there(each) for each in revoking.hanging_on(row)],
        }
        return render(request, "integrations/disconnect.html", shown)
    connections.disconnect(row=row, channel=PORTAL)
    messages.success(
        request,
        gettext("%(name)s is disconnected.") % {"name": row.declared.name},
    )
    return redirect("integrations:connections")
