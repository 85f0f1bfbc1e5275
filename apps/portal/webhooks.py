"""Webhooks: programs of people's own that are told of what happens."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from apps.core import paging
from apps.core.errors import Conflict
from apps.core.verbs import require_POST, require_safe
from apps.portal.forms import WebhookForm, WebhookTypesForm
from apps.portal.shell import SignedIn
from apps.rbac.declared import fresh, in_person, signed_in
from apps.webhooks import deliveries, endpoints
from apps.webhooks.addresses import BadAddress
from apps.webhooks.models import Endpoint

own = in_person(signed_in)
_A_PAGE = 20


@own
@require_safe
def webhooks(request: SignedIn) -> HttpResponse:
    return _page(request, WebhookForm())


@fresh(own)
@never_cache
@require_POST
def make(request: SignedIn) -> HttpResponse:
    """Shows its secret this once."""
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        row, secret = endpoints.make(user=request.user, **form.cleaned_data)
    except BadAddress as error:
        form.add_error("url", error.sentence)
        return _page(request, form)
    except Conflict as error:
        form.add_error(None, error.sentence)
        return _page(request, form)
    return _secret(request, row, secret)


@own
@require_safe
def webhook(request: SignedIn, public_id: UUID) -> HttpResponse:
    row = endpoints.one(request.user, public_id)
    return _one(request, row, WebhookTypesForm(initial={"types": row.types}))


@fresh(own)
@require_POST
def change(request: SignedIn, public_id: UUID) -> HttpResponse:
    row = endpoints.one(request.user, public_id)
    form = WebhookTypesForm(request.POST)
    if not form.is_valid():
        return _one(request, row, form)
    endpoints.change(user=request.user, public_id=public_id, **form.cleaned_data)
    messages.success(request, gettext("From now on it is told of these."))
    return redirect("portal:webhook", public_id)


@fresh(own)
@require_POST
def switch(request: SignedIn, public_id: UUID) -> HttpResponse:
    """On or off, as the button says."""
    is_on = request.POST.get("on") == "1"
    endpoints.change(user=request.user, public_id=public_id, is_enabled=is_on)
    messages.success(request, gettext("It is on.") if is_on else gettext("It is off."))
    return redirect("portal:webhook", public_id)


@fresh(own)
@never_cache
@require_POST
def rotate(request: SignedIn, public_id: UUID) -> HttpResponse:
    """Shows the new secret this once."""
    row, secret = endpoints.rotate(user=request.user, public_id=public_id)
    return _secret(request, row, secret)


@own
@require_POST
def test(request: SignedIn, public_id: UUID) -> HttpResponse:
    try:
        deliveries.test(user=request.user, public_id=public_id)
    except Conflict as error:
        messages.error(request, error.sentence)
    else:
        messages.success(
            request, gettext("A test is on its way. Look again in a moment.")
        )
    return redirect("portal:webhook", public_id)


@own
@require_POST
def again(request: SignedIn, public_id: UUID, delivery: UUID) -> HttpResponse:
    try:
        deliveries.again(user=request.user, public_id=public_id, delivery=delivery)
    except Conflict as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, gettext("It is sent once more, under the same id."))
    return redirect("portal:webhook", public_id)


@own
@require_POST
def delete(request: SignedIn, public_id: UUID) -> HttpResponse:
    endpoints.delete(user=request.user, public_id=public_id)
    messages.success(
        request, gettext("That webhook is gone. Nothing more is sent there.")
    )
    return redirect("portal:webhooks")


def _page(request: SignedIn, form: WebhookForm) -> HttpResponse:
    shown = {"webhooks": endpoints.own(request.user), "form": form}
    return render(request, "portal/webhooks.html", shown)


def _one(request: SignedIn, row: Endpoint, form: WebhookTypesForm) -> HttpResponse:
    before = request.GET.get("before", "")
    rows = deliveries.of(request.user, row.public_id)
    page = paging.newest(rows, before, limit=_A_PAGE)
    shown = {
        "webhook": row,
        "form": form,
        "deliveries": page.rows,
        "older": page.older,
        "before": before,
    }
    return render(request, "portal/webhook.html", shown)


def _secret(request: SignedIn, row: Endpoint, secret: str) -> HttpResponse:
    shown = {"webhook": row, "secret": secret}
    return render(request, "portal/webhook_secret.html", shown)
