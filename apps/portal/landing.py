"""The page for whoever does not know us yet, and the menu for browsers without scripts."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.core.verbs import require_safe
from apps.integrations import endpoints
from apps.portal.shell import SignedIn
from apps.rbac.declared import public, signed_in


@public
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    # The example of a conversation reads as one of today.
    tomorrow = timezone.localdate() + timedelta(days=1)
    told = {"tomorrow": tomorrow, "providers": endpoints.offered()}
    return render(request, "portal/landing.html", told)


@signed_in
@require_safe
def menu(request: SignedIn) -> HttpResponse:
    return render(request, "portal/menu.html")
