"""The page for whoever does not know us yet, and the menu for browsers without scripts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.portal.shell import SignedIn
from apps.rbac.declared import public, signed_in


@public
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/landing.html")


@signed_in
@require_safe
def menu(request: SignedIn) -> HttpResponse:
    return render(request, "portal/menu.html")
